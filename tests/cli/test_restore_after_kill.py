"""A department books under load, is backed up meanwhile and killed: restored, nothing acknowledged before is missing."""

import os
import signal
from multiprocessing.connection import Connection
from pathlib import Path

import pytest
from sqlalchemy import text

from tests.cli.conftest import EMPTY
from tests.races.callers import fresh_processes
from tests.races.stream import book_on_and_on
from tests.support.databases import Bench, Template
from tests.support.department import DEPARTMENT, at
from tests.support.soundness import assert_sound, count
from tests.support.terminal import Terminal
from tracker import clock
from tracker.archive import write_archive
from tracker.db import db, read_session
from tracker.db_guards import missing_guards
from tracker.queries.agreement import broken_seals
from tracker.services.upkeep import seal_audit

Said = list[tuple[str, int]]

STEPS_BEFORE = 20
STEPS_AFTER = 10


@pytest.fixture
def template() -> Template:
    return DEPARTMENT


def heard(line: Connection, least: int) -> Said:
    """At least so many acknowledgements, and every other that has come by now."""
    said: Said = [line.recv() for _ in range(least)]
    while line.poll():
        said.append(line.recv())
    return said


def numbers(said: Said, what: str) -> set[int]:
    return {number for word, number in said if word == what}


def statuses() -> dict[int, str]:
    with db.engine.connect() as connection:
        found = connection.execute(text("SELECT id, status FROM booking"))
        return dict(map(tuple, found.all()))


def back_up_under_load(bench: Bench, file: Path) -> tuple[Said, dict[int, str]]:
    """Let a process book, back up meanwhile, kill it: what it had said before the backup, what was there at last."""
    line, its_end = fresh_processes().Pipe(duplex=False)
    process = fresh_processes().Process(target=book_on_and_on, args=(bench.store.url, 0, its_end))
    process.start()
    its_end.close()
    try:
        said = heard(line, STEPS_BEFORE)
        with bench.app.app_context():
            seal_audit(now=at(12))
            write_archive(db.engine, file, now=at(12), tell=lambda _: None)
        heard(line, STEPS_AFTER)  # it works on during the backup and after it
    finally:
        os.kill(process.pid or 0, signal.SIGKILL)
        process.join(60)
        line.close()
    assert process.exitcode == -signal.SIGKILL
    with bench.app.app_context():
        return said, statuses()


def test_nothing_acknowledged_before_the_backup_is_missing(
    engine_url: str, bench: Bench, terminal_on: Terminal, tmp_path: Path
) -> None:
    file = tmp_path / "backup"
    said, at_last = back_up_under_load(bench, file)
    bench.reset(EMPTY)
    with clock.at(at(12)):
        answer = terminal_on(engine_url, "restore", file)
    assert answer.status == 0, answer.messages
    with bench.app.app_context():
        restored = statuses()
        assert numbers(said, "booked") <= restored.keys() < at_last.keys()
        completed = {number for number, status in restored.items() if status == "completed"}
        assert numbers(said, "completed") <= completed
        assert count("exam") == len(completed)
        assert_sound()
        with db.engine.connect() as connection:
            assert missing_guards(connection) == set()
        with read_session() as session:
            assert broken_seals(session) == []
