"""rebuild: what is derived is made anew from its rows; on a healthy database nothing changes."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import delete, insert, select, text, update

from tests.support.databases import Bench, Template
from tests.support.department import MONDAY, at
from tests.support.soundness import assert_sound, tables
from tests.support.terminal import Terminal
from tests.support.worked_day import EVENING, WORKED
from tracker import clock
from tracker.db import db, read_session, transaction
from tracker.db_guards import GUARD_NAMES, missing_guards
from tracker.models import Booking, ExamVolume, ExamVolumeSum, Occupancy
from tracker.queries.troubles import job_facts
from tracker.services.upkeep import begin_run, end_run


@pytest.fixture
def template() -> Template:
    return WORKED


def test_a_healthy_database_stays_as_it_is(terminal: Terminal, bench: Bench) -> None:
    with bench.app.app_context():
        with db.engine.begin() as connection:  # rows that count nothing may go
            for model in (ExamVolume, ExamVolumeSum):
                connection.execute(delete(model).where(model.exams == 0))
        before = tables()
    said = terminal("rebuild")
    assert said.status == 0
    assert said.out.startswith("0 roll-up rows and 0 device days were different")
    assert "roll-ups: 2026-11" in said.messages
    with bench.app.app_context():
        assert tables() == before


def test_what_is_wrong_is_counted_and_put_right(terminal: Terminal, bench: Bench) -> None:
    stray = {"local_date": MONDAY - timedelta(days=40), "exams": 1, "parts": 1, "minutes": 9}
    with bench.app.app_context(), db.engine.begin() as connection:
        row = connection.execute(ExamVolume.__table__.select()).mappings().first()
        assert row is not None
        connection.execute(update(ExamVolume).values(minutes=ExamVolume.minutes + 1))
        connection.execute(insert(ExamVolume).values({**row, **stray}))
        today = Occupancy.local_date == MONDAY
        connection.execute(
            update(Occupancy).where(today, Occupancy.device_id == 7).values(busy="0")
        )
        connection.execute(delete(Occupancy).where(today, Occupancy.device_id == 8))
    said = terminal("rebuild", "--json")
    facts = {"volume_rows": 3, "device_days": 2, "guards": 0}
    assert (said.status, json.loads(said.out)) == (0, facts)
    with bench.app.app_context():
        assert_sound()
    assert json.loads(terminal("rebuild", "--json").out) == dict.fromkeys(facts, 0)


def test_what_the_comparison_found_is_settled(terminal: Terminal, bench: Bench) -> None:
    with bench.app.app_context():
        end_run(begin_run("compare", now=EVENING), "difference", "1 row", now=EVENING)
    with clock.at(EVENING + timedelta(minutes=5)):
        assert terminal("rebuild").status == 0
    with bench.app.app_context(), read_session() as session:
        runs = {job.job: job for job in job_facts(session).jobs}
    assert runs["compare"].outcome == "done"


def lose_a_guard(bench: Bench) -> None:
    name = GUARD_NAMES[0]
    with bench.app.app_context(), transaction() as session:
        if db.engine.dialect.name == "sqlite":
            for verb in ("insert", "update"):
                session.execute(text(f"DROP TRIGGER {name}_{verb}"))
        else:
            session.execute(text(f"ALTER TABLE booking DROP CONSTRAINT {name}"))


def test_guards_that_were_lost_stand_again(terminal: Terminal, bench: Bench) -> None:
    lose_a_guard(bench)
    said = terminal("rebuild")
    assert said.out.endswith(" guards were missing and stand again.\n")
    with bench.app.app_context(), db.engine.connect() as connection:
        assert missing_guards(connection) == set()


def test_guards_that_rows_break_are_named(terminal: Terminal, bench: Bench) -> None:
    lose_a_guard(bench)
    with bench.app.app_context(), transaction() as session:
        session.execute(
            update(Booking)
            .where(Booking.status == "booked")
            .values(device_id=select(Booking.device_id).where(Booking.id == 4).scalar_subquery(),
                    starts_at=at(10, 30), device_ends_at=at(10, 40))
        )  # fmt: skip
    said = terminal("rebuild")
    assert (said.status, said.out) == (1, "")
    assert GUARD_NAMES[0] in said.messages
