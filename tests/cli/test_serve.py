"""serve: migrates, answers, outlives a worker, and leaves nothing behind."""

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from tests.support.commands import free_port, run_command, start_command

PATIENCE = 120  # seconds


def wait_until(what: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not what():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.05)


def answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status < 500
    except OSError:
        return False
    finally:
        connection.close()


@contextlib.contextmanager
def serving(folder: Path, port: int) -> Iterator[subprocess.Popen[str]]:
    # A department, not a trial: a trial fills itself, which takes longer than these tests need.
    server = start_command("serve", folder=folder, DEMO="0", PORT=str(port), WEB_PROCESSES="2")
    try:
        wait_until(lambda: answers(port) or server.poll() is not None)
        yield server
    finally:
        server.terminate()
        server.wait(PATIENCE)


def test_it_serves_and_says_where_and_how_to_begin(tmp_path: Path) -> None:
    port = free_port()
    with serving(tmp_path, port):
        assert answers(port)
    messages = (tmp_path / "messages").read_text()
    assert f"Open http://127.0.0.1:{port}" in messages
    assert "create-user NAME --role admin" in messages


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_with_everything_it_started(how: signal.Signals, tmp_path: Path) -> None:
    with serving(tmp_path, free_port()) as server:
        family = psutil.Process(server.pid).children(recursive=True)
        assert len(family) == 3  # two workers and the jobs
        server.send_signal(how)
        assert server.wait(PATIENCE) == 0
        gone, alive = psutil.wait_procs(family, timeout=PATIENCE)
        assert (len(gone), alive) == (len(family), [])


def test_what_dies_is_replaced(tmp_path: Path) -> None:
    port = free_port()
    with serving(tmp_path, port) as server:
        parent = psutil.Process(server.pid)
        first = {child.pid for child in parent.children()}
        for pid in first:
            os.kill(pid, signal.SIGKILL)
        wait_until(lambda: len({child.pid for child in parent.children()} - first) == len(first))
        assert sum("jobs" in child.cmdline() for child in parent.children()) == 1
        wait_until(lambda: answers(port))


def test_an_address_in_use_is_said_in_a_sentence(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        answer = run_command("serve", folder=tmp_path, DEMO="0", PORT=str(port))
    assert (answer.returncode, answer.stdout) == (1, "")
    assert answer.stderr.startswith(f"Cannot listen on 127.0.0.1 port {port}")
    assert not (tmp_path / "tracker.sqlite").exists()
