"""The fair queue of SQLite's writers: a FIFO of threads before one blocking lock file. PostgreSQL needs none.

SQLite's own busy handler polls and lets an unlucky writer starve for seconds; a blocking lock does not.
"""

import fcntl
import os
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from sqlalchemy.engine import URL


class WriteQueue:
    """Hands the right to write from thread to thread in the order of asking; no queue when `path` is None."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._guard = threading.Lock()
        self._waiting: deque[threading.Event] = deque()
        self._busy = False
        self._file: IO[str] | None = None

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for this caller's turn, among threads first and then among processes."""
        if self._path is None:
            yield
            return
        self._wait_in_line()
        try:
            self._lock_file()
            try:
                yield
            finally:
                self._unlock_file()
        finally:
            self._wake_next()

    def _wait_in_line(self) -> None:
        with self._guard:
            if not self._busy:
                self._busy = True
                return
            mine = threading.Event()
            self._waiting.append(mine)
        mine.wait()

    def _wake_next(self) -> None:
        with self._guard:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._busy = False

    def _lock_file(self) -> None:
        if self._file is None and self._path is not None:
            self._file = self._path.open("a", encoding="ascii")
        if self._file is not None:
            fcntl.flock(self._file, fcntl.LOCK_EX)

    def _unlock_file(self) -> None:
        if self._file is not None:
            fcntl.flock(self._file, fcntl.LOCK_UN)


_NO_QUEUE = WriteQueue(None)
_queues: dict[str, WriteQueue] = {}
_queues_guard = threading.Lock()
# A forked child must open its own lock file: a shared one would let both in at once.
os.register_at_fork(after_in_child=_queues.clear)


def write_queue_for(url: URL) -> WriteQueue:
    """The queue of this database: one per SQLite file and process, none for any other engine."""
    if url.get_backend_name() != "sqlite" or not url.database or url.database == ":memory:":
        return _NO_QUEUE
    with _queues_guard:
        if url.database not in _queues:
            _queues[url.database] = WriteQueue(Path(url.database + ".queue"))
        return _queues[url.database]
