"""rebuild: what is derived is made anew from its rows; on a healthy database nothing changes."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import delete, insert, update

from tests.support.databases import Bench, Template
from tests.support.department import MONDAY
from tests.support.soundness import assert_sound, tables
from tests.support.terminal import Terminal
from tests.support.worked_day import WORKED
from tracker.db import db
from tracker.models import ExamVolume, Occupancy


@pytest.fixture
def template() -> Template:
    return WORKED


def test_a_healthy_database_stays_as_it_is(terminal: Terminal, bench: Bench) -> None:
    with bench.app.app_context():
        with db.engine.begin() as connection:  # rows that count nothing may go
            connection.execute(delete(ExamVolume).where(ExamVolume.exams == 0))
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
    assert (said.status, json.loads(said.out)) == (0, {"volume_rows": 3, "device_days": 2})
    with bench.app.app_context():
        assert_sound()
    assert json.loads(terminal("rebuild", "--json").out) == {"volume_rows": 0, "device_days": 0}
