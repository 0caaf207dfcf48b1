"""The fair queue of SQLite's writers: a FIFO of threads before a pair of blocking locks. PostgreSQL needs none.

SQLite's own busy handler polls and lets an unlucky writer starve for seconds; blocking locks do not.
"""

import fcntl
import os
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.engine import URL


class WriteQueue:
    """Hands the right to write from thread to thread in the order of asking; no queue when `path` is None."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._guard = threading.Lock()
        self._waiting: deque[threading.Event] = deque()
        self._busy = False
        self._locks: tuple[int, ...] = ()  # descriptors of the gate and the door

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for this caller's turn, among threads first and then among processes."""
        if self._path is None:
            yield
            return
        self._wait_in_line()
        try:
            with self._alone(self._path):
                yield
        finally:
            self._wake_next()

    def close(self) -> None:
        """Let go of the lock files; the next turn opens them again."""
        for descriptor in self._locks:
            os.close(descriptor)
        self._locks = ()

    def _wait_in_line(self) -> None:
        with self._guard:
            if not self._busy:
                self._busy = True
                return
            mine = threading.Event()
            self._waiting.append(mine)
        try:
            mine.wait()
        except BaseException:  # an interrupt must not leave a turn with nobody to take it
            self._leave_line(mine)
            raise

    def _leave_line(self, mine: threading.Event) -> None:
        with self._guard:
            if mine in self._waiting:
                self._waiting.remove(mine)
                return
        self._wake_next()

    def _wake_next(self) -> None:
        with self._guard:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._busy = False

    @contextmanager
    def _alone(self, path: Path) -> Iterator[None]:
        """Hold the lock among processes. One process at a time stands at the gate, and whoever has just
        written comes after it: without the gate the one that is running takes the lock again and again.
        """
        if not self._locks:
            files = [path.with_name(f"{path.name}.{name}") for name in ("gate", "door")]
            self._locks = tuple(os.open(file, os.O_RDWR | os.O_CREAT, 0o666) for file in files)
        gate, door = self._locks
        fcntl.flock(gate, fcntl.LOCK_EX)
        try:
            fcntl.flock(door, fcntl.LOCK_EX)
        finally:
            fcntl.flock(gate, fcntl.LOCK_UN)
        try:
            yield
        finally:
            fcntl.flock(door, fcntl.LOCK_UN)


_NO_QUEUE = WriteQueue(None)
_queues: dict[str, WriteQueue] = {}


def _start_anew() -> None:
    # A forked child must open its own lock files: shared ones would let both in at once.
    for queue in _queues.values():
        queue.close()
    _queues.clear()


os.register_at_fork(after_in_child=_start_anew)


def write_queue_for(url: URL) -> WriteQueue:
    """The queue of this database: one per SQLite file and process, none for any other engine."""
    if url.get_backend_name() != "sqlite" or not url.database or url.database == ":memory:":
        return _NO_QUEUE
    # setdefault is one step for threads; a lock here could be held by another thread at a fork
    return _queues.setdefault(url.database, WriteQueue(Path(url.database + ".queue")))
