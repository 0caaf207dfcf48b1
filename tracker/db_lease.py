"""One holder at a time of a named lease, over all processes and hosts of a database. No row is written.

SQLite: a lock on a file beside the database. PostgreSQL: an advisory lock on a connection of its own.
Both are given back by the operating system or the server when the holder dies.
"""

import fcntl
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine, text


@contextmanager
def lease(engine: Engine, name: str) -> Iterator[bool]:
    """Hold the lease within this block: yields whether it was free; never waits."""
    if engine.dialect.name == "postgresql":
        with _advisory(engine, name) as held:
            yield held
    else:
        with _file(engine, name) as held:
            yield held


@contextmanager
def _advisory(engine: Engine, name: str) -> Iterator[bool]:
    key = {"key": zlib.crc32(f"tracker.{name}".encode())}
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        held = bool(connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), key))
        try:
            yield held
        finally:
            if held:
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
