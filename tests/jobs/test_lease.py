"""The lease of the jobs: one holder over all processes, free as soon as the holder is gone."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from config import ROOT
from tests.support.commands import run_command, start_command
from tests.support.databases import Bench
from tracker.db import db
from tracker.db_lease import lease

PATIENCE = 120  # seconds

HOLDER = """
import sys, time
from sqlalchemy import create_engine
from tracker.db_lease import lease
with lease(create_engine(sys.argv[1]), "jobs") as mine:
    print(mine.held, flush=True)
    time.sleep(600)
"""


@pytest.fixture
def holder(engine_url: str) -> Iterator[subprocess.Popen[str]]:
    """Another process that has taken the lease."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, engine_url], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "True\n"
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


def is_free(url: str) -> bool:
    engine = create_engine(url)
    try:
        with lease(engine, "jobs") as mine:
            return mine.held
    finally:
        engine.dispose()


def wait_until(what: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not what():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.05)


def test_nobody_gets_it_while_another_process_holds_it(
    holder: subprocess.Popen[str], engine_url: str
) -> None:
    assert not is_free(engine_url)


def test_it_is_free_after_its_holder_was_killed(
    holder: subprocess.Popen[str], engine_url: str
) -> None:
    os.kill(holder.pid, signal.SIGKILL)
    holder.wait()
    wait_until(lambda: is_free(engine_url))


def test_it_is_given_back_at_the_end_of_its_block(engine_url: str) -> None:
    assert is_free(engine_url)
    assert is_free(engine_url)


def test_another_lease_is_another_matter(app_context: None) -> None:
    with lease(db.engine, "jobs") as one, lease(db.engine, "other") as other:
        assert (one.held, one.lasts(), other.held) == (True, True, True)


@pytest.mark.engines("postgresql")
def test_the_holder_notices_that_the_server_took_it_away(
    app_context: None, engine_url: str
) -> None:
    holding = create_engine(engine_url)
    with lease(holding, "jobs") as mine:
        assert mine.lasts()
        with db.engine.connect() as connection:
            connection.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' "
                    "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
                )
            )
        assert not mine.lasts()
        assert is_free(engine_url)
    holding.dispose()


# --- the process -----------------------------------------------------------------------------------


@pytest.mark.engines("sqlite")
def test_a_second_process_waits_and_takes_over(bench: Bench, tmp_path: Path, app: object) -> None:
    started = []
    for name in ("one", "two"):
        folder = tmp_path / name
        started.append((folder, start_command("jobs", folder=folder, DATABASE_URL=bench.store.url)))

    def running() -> list[int]:
        return [
            number
            for number, (folder, _) in enumerate(started)
            if "jobs are running" in (folder / "messages").read_text()
        ]

    try:
        wait_until(lambda: len(running()) == 1)
        (first,) = running()
        os.kill(started[first][1].pid, signal.SIGKILL)
        wait_until(lambda: len(running()) == 2)
        last = started[1 - first][1]
        last.terminate()
        assert last.wait(PATIENCE) == 0
    finally:
        for _, process in started:
            process.kill()
            process.wait()


@pytest.mark.engines("sqlite")
def test_one_job_that_fails_is_told_and_the_others_are_done(
    bench: Bench, tmp_path: Path, app_context: None
) -> None:
    with db.engine.begin() as connection:
        connection.execute(text("ALTER TABLE exam_volume RENAME TO gone"))
    answer = run_command("jobs", "--once", folder=tmp_path, DATABASE_URL=bench.store.url)
    assert answer.returncode == 1
    outcomes = dict(line.split(": ", 1) for line in answer.stdout.splitlines())
    assert outcomes.pop("compare").startswith("failed – OperationalError, incident ")
    assert outcomes.pop("check_backup").startswith("failed – ArchiveError, incident ")
    well = {"horizon", "forecast", "no_shows", "seal", "check_seals", "lists", "backup", "forget"}
    well |= {"year_forecast", "monthly_report", "openings"}  # they read coarser roll-ups, or none
    assert set(outcomes) == well
    assert all(outcome.startswith("done – ") for outcome in outcomes.values())
