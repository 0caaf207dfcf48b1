"""`replay FILE`: drive a file of requests through the services on a virtual clock, and print its table."""

import argparse
import hashlib
import time
from pathlib import Path

from sqlalchemy import Engine

from tracker import clock
from tracker.cli import Answer, CommandFailed, progress
from tracker.cli.virtual import virtual_days
from tracker.db import read_session
from tracker.domain.roles import SYSTEM_ACCOUNT_ID
from tracker.drivers.replay import Replay
from tracker.drivers.replay_report import as_text, report
from tracker.drivers.replay_rows import BrokenRow, Request, UnreadableFileError, read_requests
from tracker.queries.replay import stored_progress
from tracker.queries.tally import count_bookings
from tracker.services.run_progress import ReplayProgress, keep_progress


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The file of requests (CSV)."""
    parser.add_argument("file", metavar="FILE", type=Path, help="requests as CSV")


def run(arguments: argparse.Namespace) -> Answer:
    """Replay the file; stopped in the middle it goes on where it was.

    Raises CommandFailed for a file that cannot be read, a database that holds other bookings, and while
    the jobs process is at work on it.
    """
    try:
        rows = list(read_requests(arguments.file))
        digest = hashlib.sha256(arguments.file.read_bytes()).hexdigest()
    except UnreadableFileError as error:
        raise CommandFailed(str(error)) from error
    with virtual_days() as engine:
        return _replay(rows, _progress_of(digest), engine)


def _progress_of(digest: str) -> ReplayProgress:
    """The progress of an earlier run of the same file, or a new one on a database without bookings."""
    with read_session() as session:
        stored = stored_progress(session)
        bookings = count_bookings(session)
    if stored is not None and stored.get("digest") == digest:
        progress("going on with the replay that was stopped")
        return ReplayProgress(digest, _texts(stored.get("refused")), _texts(stored.get("broken")))
    if bookings or stored is not None:
        raise CommandFailed(
            f"This database holds {bookings} bookings already. A replay needs a database with the "
            "starting data and no other bookings, for instance INSTANCE_DIR=FOLDER DEMO=0."
        )
    return ReplayProgress(digest)


def _texts(value: object) -> dict[str, str]:
    return {str(k): str(v) for k, v in value.items()} if isinstance(value, dict) else {}


def _replay(rows: list[Request | BrokenRow], kept: ReplayProgress, engine: Engine) -> Answer:
    began = time.perf_counter()
    replay = Replay(rows, kept, engine=engine, by=SYSTEM_ACCOUNT_ID)
    keep_progress(kept, by=SYSTEM_ACCOUNT_ID, now=clock.now())
    replay.prepare(progress)
    replay.run(progress)
    facts = report(replay, seconds=time.perf_counter() - began)
    return Answer(as_text(facts), facts)
