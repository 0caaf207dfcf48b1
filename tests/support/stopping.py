"""Stopping a run on a virtual clock at any of its steps: before a commit, or by a signal to its process."""

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
from sqlalchemy import create_engine, event, text

from tests.support.commands import start_command
from tracker.db import db
from tracker.db_queue import write_queue_for

PATIENCE = 120  # seconds


class Stopped(Exception):  # noqa: N818 - what happens to a run, not what it does wrong
    """The process is gone in the middle of a transaction."""


@contextmanager
def stopping_at_commit(number: int) -> Iterator[None]:
    """The `number`-th commit from now does not happen any more."""
    left = number

    def count(_connection: object) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            raise Stopped

    event.listen(db.engine, "commit", count)
    try:
        yield
    finally:
        event.remove(db.engine, "commit", count)


def begin_and_stop(how: signal.Signals, folder: Path, *words: str, after: int) -> str:
    """Start a command and stop it when so many bookings stand; returns what it said."""
    (folder / "messages").unlink(missing_ok=True)
    process = start_command(*words, folder=folder, DEMO="0")
    engine = create_engine(f"sqlite:///{folder / 'tracker.sqlite'}")
    deadline = time.monotonic() + PATIENCE
    # looked at in turn with the run's own writes: however slow this process, it cannot be through by then
    turns, standing = write_queue_for(engine.url), 0
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        while standing < after:
            assert process.poll() is None, (folder / "messages").read_text()
            assert time.monotonic() < deadline
            with turns.turn():
                standing = connection.scalar(text("SELECT count(*) FROM booking"))
                if standing >= after:  # still in turn: it could be through before the signal comes
                    psutil.Process(process.pid).send_signal(how)
    assert process.wait(PATIENCE) != 0
    engine.dispose()
    return (folder / "messages").read_text()
