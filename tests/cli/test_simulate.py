"""simulate: a few days of a small year, whole or stopped and taken up again, sound or damaged."""

import json
import random
import shutil
import signal
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import text

from tests.support.commands import run_command
from tests.support.databases import Bench, Template
from tests.support.department import DEPARTMENT, at
from tests.support.exam_room import book
from tests.support.soundness import assert_sound, count
from tests.support.starting_data import CATALOGUE, SYSTEM
from tests.support.stopping import Stopped, begin_and_stop, stopping_at_commit
from tests.support.terminal import Terminal
from tracker.cli.simulate import progress_of
from tracker.db import db, read_session, transaction
from tracker.drivers.simulate import Simulation
from tracker.drivers.simulate_report import report
from tracker.drivers.year_course import UnsoundError
from tracker.drivers.year_demand import Year
from tracker.queries.volume import VolumeFilter, volume

SMALL = Year(2027, exams=6000, seed=3, troubles=30)
WORDS = ("simulate", "--year", "2027", "--exams", "3000", "--seed", "5", "--days", "2", "--json")
DAYS = 2


@pytest.fixture
def template() -> Template:
    return CATALOGUE


def run_on(year: Year = SMALL, *, commits: int = 1_000_000) -> dict[str, object] | None:
    """One run through DAYS working days, going on where the last one was; None when it was stopped."""
    progress = progress_of("small")
    simulation = Simulation(year, progress, engine=db.engine, by=SYSTEM)
    left = DAYS - sum(day <= (progress.day or date.min) for day in simulation.demand.days)
    with stopping_at_commit(commits):
        try:
            simulation.run(lambda _: None, days=left)
        except Stopped:
            db.engine.dispose()  # what a process leaves behind: no connection
            return None
    return facts_of(report(simulation))


def facts_of(facts: dict[str, object]) -> dict[str, object]:
    """The figures of the year, without those of a run."""
    return {name: figure for name, figure in facts.items() if name != "run"}


def rows() -> list[tuple[object, ...]]:
    """What happened to every booking, whatever numbers the rows have."""
    query = (
        "SELECT p.mrn, b.created_at, b.status, b.device_id, b.starts_at, b.device_ends_at, b.arrived_at, "
        "b.started_at, b.started_device_id, b.is_added, b.is_flagged, b.operator_id, b.version, e.started_at, "
        "e.ended_at, e.device_id, e.operator_id FROM booking b JOIN patient p ON p.id = b.patient_id "
        "LEFT JOIN exam e ON e.booking_id = b.id ORDER BY b.created_at, p.mrn"
    )
    with db.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(query))]


def test_stopped_again_and_again_it_ends_as_if_it_had_not_been(
    bench: Bench, engine_url: str
) -> None:
    with bench.app.app_context():
        unbroken = run_on()
        happened = rows()
        assert_sound()
    bench.reset(CATALOGUE)
    rng, runs, facts = random.Random(2), 0, None
    with bench.app.app_context():
        while facts is None:
            facts = run_on(commits=rng.randrange(60, 260))
            runs += 1
        assert_sound()
        assert rows() == happened
    assert runs > 3
    assert facts == unbroken
    assert facts["differences"] == {}


def test_everything_that_can_happen_happens_and_adds_up(bench: Bench, engine_url: str) -> None:
    with bench.app.app_context():
        facts = run_on()
        assert facts is not None
        assert facts["differences"] == {}
        assert facts["calendar_is_provisional"]
        by_status = Counter(facts["by_status"])
        assert facts["booked"] == sum(by_status.values())
        assert facts["asked"] == facts["booked"] + facts["refused"]
        assert facts["refused"] == sum(facts["refused_by_reason"].values()) == count("unmet_demand")
        assert facts["exams"] == by_status["completed"] == count("exam") > 25
        assert facts["exams"] == sum(facts["exams_by_exam_type"].values())
        assert facts["exams"] == sum(facts["exams_by_stream"].values())
        assert {"outpatient", "medical_exam", "cadre_ward"} <= facts["exams_by_stream"].keys()
        first, last = SMALL.first, SMALL.last
        with read_session() as session:
            assert volume(session, VolumeFilter(first, last)).total.exams == facts["exams"]
        assert min(by_status["no_show"], by_status["cancelled"], facts["moved"]) > 0
        assert facts["closures"] == count("closure") > 0
        assert count("closure", "reason = 'broken down'") > 0
        assert count("booking", "added_reason <> ''") + count("booking_history", "reason <> ''") > 0
        assert (
            count("audit_entry", "entity = 'block' AND action <> 'open'") > 0
        )  # somebody took over
        assert (
            count(
                "booking",
                f"local_date <= '{facts['through']}' AND status IN "
                "('booked', 'arrived', 'in_progress')",
            )
            == 0
        )


@pytest.mark.engines("sqlite")
def test_killed_it_goes_on_and_tells_a_line_a_day(terminal_on: Terminal, tmp_path: Path) -> None:
    once, twice = tmp_path / "once", tmp_path / "twice"
    assert run_command("migrate", folder=once, DEMO="0").returncode == 0
    shutil.copytree(once, twice)
    begin_and_stop(signal.SIGKILL, twice, *WORDS, after=25)
    answers = []
    for folder in (once, twice):
        out = folder / "table.json"
        said = terminal_on(f"sqlite:///{folder / 'tracker.sqlite'}", *WORDS, "--out", out)
        assert said.status == 0, said.messages
        assert "2027-01-04 [" in said.messages
        assert json.loads(out.read_text()) == json.loads(said.out)
        answers.append((facts_of(json.loads(said.out)), said.messages))
    assert "going on with the year that was stopped" in answers[1][1]
    assert answers[0][0] == answers[1][0]


@pytest.mark.engines("sqlite")
def test_a_broken_row_ends_the_run_and_a_miscount_is_an_error(
    terminal: Terminal, bench: Bench, engine_url: str
) -> None:
    assert terminal(*WORDS).status == 0
    with bench.app.app_context(), transaction() as session:
        session.execute(text("UPDATE exam SET minutes = minutes + 1 WHERE id = 1"))
        session.execute(text("UPDATE exam_volume SET minutes = minutes + 1"))
    said = terminal(*WORDS[:-2], "1", "--json")
    assert said.status == 1
    with bench.app.app_context(), transaction() as session:
        session.execute(text("UPDATE booking SET version = version + 1 WHERE status = 'booked'"))
    said = terminal(*WORDS)
    assert (said.status, said.out) == (1, "")
    assert "these invariants do not hold: {'history'" in said.messages


@pytest.mark.engines("sqlite")
def test_another_year_on_the_same_database_is_refused(
    terminal: Terminal, bench: Bench, engine_url: str
) -> None:
    bench.reset(DEPARTMENT)
    with bench.app.app_context():
        book(1, at(9))
    said = terminal(*WORDS)
    assert (said.status, said.out) == (1, "")
    assert "This database holds 1 bookings already." in said.messages


@pytest.mark.engines("sqlite")
def test_a_table_that_could_not_be_written_is_refused_before_the_year_begins(
    terminal: Terminal, tmp_path: Path
) -> None:
    said = terminal(*WORDS, "--out", tmp_path / "nowhere" / "table")
    assert (said.status, said.out) == (1, "")
    assert said.messages == f"There is no folder {tmp_path / 'nowhere'} to write the table to.\n"


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize("words", [("--year", "1999"), ("--exams", "0"), ("--days", "-1")])
def test_numbers_that_cannot_be_meant_are_wrong_usage(
    words: tuple[str, str], terminal: Terminal
) -> None:
    with pytest.raises(SystemExit, match="2"):
        terminal(*WORDS, *words)


def play_a_day(year: Year) -> None:
    """The next working day of a year."""
    simulation = Simulation(year, progress_of("other"), engine=db.engine, by=SYSTEM)
    simulation.run(lambda _: None, days=1)


def test_an_unsound_day_says_what_is_broken(bench: Bench, engine_url: str) -> None:
    year = Year(2027, 3000, 1)
    with bench.app.app_context():
        play_a_day(year)
        with transaction() as session:
            session.execute(text("UPDATE booking SET is_held = TRUE WHERE status = 'booked'"))
        with pytest.raises(UnsoundError, match="held"):
            play_a_day(year)


@pytest.mark.engines("sqlite")
def test_what_is_offered_and_then_refused_is_unsound(bench: Bench, engine_url: str) -> None:
    year = Year(2027, 8000, 1)
    with bench.app.app_context():
        play_a_day(year)
        with transaction() as session:  # the search believes that everything is free
            session.execute(text("UPDATE occupancy SET busy = '0'"))
        with pytest.raises(UnsoundError, match="was offered at"):
            play_a_day(year)
