"""Opening time for booking from the weekly pattern, on both engines."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, func, insert, select, update

from tests.support.databases import Template
from tests.support.starting_data import CATALOGUE, NOW, SYSTEM
from tracker.db import read_session, transaction
from tracker.domain.errors import InvalidError
from tracker.models import (
    AuditEntry,
    Block,
    BlockExamType,
    BlockReserve,
    CalendarDay,
    Device,
    ExamType,
    Occupancy,
    StaffMember,
    Stream,
    WeeklyBlock,
)
from tracker.queries.occupancy import device_days
from tracker.services.horizon import Horizon, open_horizon
from tracker.writes.occupancy import rebuild_occupancy

pytestmark = pytest.mark.usefixtures("app_context")

MONDAY, FRIDAY = date(2026, 11, 23), date(2026, 11, 27)
SUNDAY = date(2026, 11, 22)


@pytest.fixture
def template() -> Template:
    return CATALOGUE


def opened(through: date = FRIDAY, **more: Any) -> Horizon:
    return open_horizon(by=SYSTEM, now=NOW, through=through, **more)


def scalar(statement: Any) -> Any:
    with read_session() as session:
        return session.scalar(statement)


def blocks_on(day: date) -> int:
    return scalar(select(func.count(Block.id)).where(Block.local_date == day))


def id_of(table: Any, code: str) -> int:
    return scalar(select(table.id).where(table.code == code))


def test_every_working_day_of_the_horizon_is_opened():
    horizon = open_horizon(by=SYSTEM, now=NOW)
    assert horizon.through == date(2027, 1, 16)
    assert horizon.provisional_years == (2027,)
    assert blocks_on(MONDAY) == 42
    assert blocks_on(date(2027, 1, 15)) == 42
    assert blocks_on(date(2026, 11, 28)) == blocks_on(date(2027, 1, 1)) == 0


def test_a_second_call_changes_nothing():
    assert opened().blocks == 210
    assert opened().blocks == 0
    assert scalar(select(func.count(AuditEntry.id)).where(AuditEntry.entity == "block")) == 1


def test_a_later_call_goes_on_where_the_first_stopped():
    opened(MONDAY)
    assert opened().blocks == 4 * 42


def test_blocks_have_local_hours_operators_exam_types_and_reserves():
    opened(MONDAY)
    with read_session() as session:
        first = session.execute(
            select(Block)
            .join(Device, Device.id == Block.device_id)
            .where(Device.code == "US01")
            .order_by(Block.starts_at)
        ).scalars()
        morning, afternoon = first
        kinds = session.scalars(
            select(ExamType.code)
            .join(BlockExamType, BlockExamType.exam_type_id == ExamType.id)
            .where(BlockExamType.block_id == morning.id)
        ).all()
        kept = session.execute(
            select(Stream.code, BlockReserve.minutes, BlockReserve.released_at)
            .join(Stream, Stream.id == BlockReserve.stream_id)
            .where(BlockReserve.block_id == morning.id)
        ).all()
    assert morning.starts_at == datetime(2026, 11, 23, 0, 0, tzinfo=UTC)
    assert afternoon.ends_at == datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
    assert morning.operator_id is not None
    assert {"abdominal", "superficial", "cardiac"} <= set(kinds)
    assert sorted(map(tuple, kept)) == [
        ("cadre_ward", 20, datetime(2026, 11, 23, 0, 0, tzinfo=UTC)),
        ("medical_exam", 75, datetime(2026, 11, 20, 8, 0, tzinfo=UTC)),
    ]


def test_occupancy_says_what_the_blocks_say():
    opened()
    with read_session() as session:
        keys = [
            tuple(row) for row in session.execute(select(Occupancy.device_id, Occupancy.local_date))
        ]
        ids = sorted({device_id for device_id, _ in keys})
        days = list(device_days(session, device_ids=ids, first=MONDAY, last=FRIDAY, now=NOW))
    assert len(keys) == len(days) == 21 * 5
    assert all(
        [(b.starts, b.ends) for b in day.blocks] == [(480, 720), (810, 1020)] for day in days
    )
    with transaction() as session:
        assert rebuild_occupancy(session, keys) == 0


def test_a_make_up_working_day_is_worked_like_a_monday():
    with transaction() as session:
        session.execute(insert(CalendarDay), {"local_date": SUNDAY, "kind": "make_up", "name": ""})
    opened(MONDAY)
    with read_session() as session:
        operators = [
            session.execute(
                select(Block.device_id, Block.operator_id)
                .where(Block.local_date == day)
                .order_by(Block.device_id, Block.starts_at)
            ).all()
            for day in (SUNDAY, MONDAY)
        ]
    assert len(operators[0]) == 42
    assert operators[0] == operators[1]


def test_a_day_once_opened_is_left_as_it_was_made_since():
    opened(MONDAY)
    with transaction() as session:
        afternoon = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
        ids = session.scalars(select(Block.id).where(Block.starts_at >= afternoon)).all()[:5]
        for table in (BlockExamType, BlockReserve):
            session.execute(delete(table).where(table.block_id.in_(ids)))
        session.execute(delete(Block).where(Block.id.in_(ids)))
    assert opened(MONDAY).blocks == 0
    assert blocks_on(MONDAY) == 37


def test_a_block_made_by_hand_keeps_its_place_and_its_operator():
    device, person = id_of(Device, "US01"), id_of(StaffMember, "D09")
    start = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
    with transaction() as session:
        session.execute(
            insert(Block),
            {
                "device_id": device,
                "local_date": MONDAY,
                "starts_at": start,
                "ends_at": start + timedelta(hours=1),
                "operator_id": person,
            },
        )
    assert opened(MONDAY).blocks == 41
    morning = (Block.starts_at <= start, Block.operator_id == person)
    assert scalar(select(func.count(Block.id)).where(*morning)) == 1


def test_what_is_retired_is_not_opened():
    device, person = id_of(Device, "US07"), id_of(StaffMember, "D01")
    exam_type = id_of(ExamType, "lung")
    with transaction() as session:
        for table, row in ((Device, device), (StaffMember, person), (ExamType, exam_type)):
            session.execute(update(table).where(table.id == row).values(retired_at=NOW))
        session.execute(
            update(WeeklyBlock)
            .where(WeeklyBlock.device_id == id_of(Device, "US08"), WeeklyBlock.starts > time(12))
            .values(retired_at=NOW)
        )
    assert opened(MONDAY).blocks == 42 - 2 - 1
    with read_session() as session:
        assert not session.scalars(select(Block.id).where(Block.device_id == device)).all()
        assert not session.scalars(select(Block.id).where(Block.operator_id == person)).all()
        assert not session.scalars(
            select(BlockExamType.block_id).where(BlockExamType.exam_type_id == exam_type)
        ).all()


def test_it_goes_in_steps_of_a_few_days_and_tells_of_each():
    told: list[date] = []
    opened(date(2026, 12, 4), progress=told.append)
    assert told == [FRIDAY, date(2026, 12, 4)]
    with read_session() as session:
        entries = select(AuditEntry.entity_id).where(AuditEntry.entity == "block")
        steps = session.scalars(entries.order_by(AuditEntry.id)).all()
    assert steps == ["2026-11-23/2026-11-27", "2026-11-30/2026-12-04"]


def test_a_day_too_far_away_is_refused():
    with pytest.raises(InvalidError) as refusal:
        opened(date(2030, 1, 1))
    assert refusal.value.field == "through"


def test_two_at_once_open_every_day_once(app: Flask):
    def call(_: int) -> int:
        with app.app_context():
            return opened().blocks

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(call, range(4))) == 210
    assert blocks_on(MONDAY) == 42
