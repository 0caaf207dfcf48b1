"""The server under measurement: two worker processes of the product's own server, with the baseline beside."""

import contextlib
import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass

import psutil

from benchmarks.databases import HOME, Prepared
from config import ROOT

PORT = 5055
PROCESSES = 2


@dataclass(frozen=True)
class Server:
    """A running server."""

    port: int
    process: subprocess.Popen[bytes]

    def worker_megabytes(self) -> list[float]:
        """Resident memory of each worker process, largest first."""
        children = psutil.Process(self.process.pid).children(recursive=True)
        sizes = [child.memory_info().rss / 1e6 for child in children if child.is_running()]
        return sorted(sizes, reverse=True)[:PROCESSES]


@contextlib.contextmanager
def serving(database: Prepared) -> Iterator[Server]:
    """The server on a prepared database, until the block ends."""
    environment = {
        **os.environ,
        "DATABASE_URL": database.url,
        "INSTANCE_DIR": str(HOME),
        "PYTHONPATH": str(ROOT),
    }
    words = ["--interface", "wsgi", "--host", "127.0.0.1", "--port", str(PORT)]
    words += ["--workers", str(PROCESSES), "--blocking-threads", "32", "--no-ws"]
    words += ["--log-level", "error", "benchmarks.wsgi:app"]
    granian = [sys.executable, "-m", "granian", *words]
    with (HOME / "server.log").open("w") as log:
        process = subprocess.Popen(granian, env=environment, cwd=ROOT, stderr=log, stdout=log)
    try:
        _wait(process)
        yield Server(PORT, process)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=20)


def _wait(process: subprocess.Popen[bytes]) -> None:
    for _ in range(150):
        if process.poll() is not None:
            raise RuntimeError("the server ended as soon as it was started")
        with contextlib.suppress(OSError):
            connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=2)
            connection.request("GET", "/healthz")
            if connection.getresponse().status == http.HTTPStatus.OK:
                return
        time.sleep(0.2)
    raise RuntimeError("the server does not answer")
