"""One holder at a time of a named lease, over all processes and hosts of a database. No row is written.

SQLite: a lock on a file beside the database. PostgreSQL: an advisory lock on a connection of its own.
Both are given back by the operating system or the server when the holder dies. A server that restarts
takes its locks away from holders that live: ask `lasts()` from time to time.
"""

import fcntl
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError


class Lease:
    """Whether a lease was free and is held now, and whether that still lasts."""

    def __init__(self, *, held: bool, connection: Connection | None = None) -> None:
        self.held = held
        self._connection = connection

    def lasts(self) -> bool:
        """Whether the lease is held still: on a server it ends with the connection that took it."""
        if self._connection is None or not self.held:
            return self.held
        try:
            self._connection.execute(text("SELECT 1"))
        except DBAPIError:
            self.held = False
        return self.held


@contextmanager
def lease(engine: Engine, name: str) -> Iterator[Lease]:
    """Hold the lease within this block: the Lease says whether it was free. Never waits."""
    if engine.dialect.name == "postgresql":
        with _advisory(engine, name) as held:
            yield held
    else:
        with _file(engine, name) as free:
            yield Lease(held=free)


@contextmanager
def _advisory(engine: Engine, name: str) -> Iterator[Lease]:
    key = {"key": zlib.crc32(f"tracker.{name}".encode())}
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        free = bool(connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), key))
        mine = Lease(held=free, connection=connection)
        try:
            yield mine
        finally:
            if mine.lasts():
                connection.execute(text("SELECT pg_advisory_unlock(:key)"), key)


@contextmanager
def _file(engine: Engine, name: str) -> Iterator[bool]:
    if not engine.url.database:
        raise ValueError("a lease needs a database in a file")
    with Path(f"{engine.url.database}.{name}").open("a", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True
