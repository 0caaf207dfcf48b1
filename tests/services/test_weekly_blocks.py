"""The weekly pattern: what an administrator may put into it, and what of it days are opened with."""

from dataclasses import replace
from datetime import date, time

import pytest
from sqlalchemy import select

from tests.support.catalogue import last_entry, values_of
from tests.support.databases import Template
from tests.support.starting_data import CATALOGUE, NOW, SYSTEM
from tracker.db import read_session
from tracker.domain.errors import InvalidError, NotFoundError, StaleError
from tracker.models import Block
from tracker.queries.weekly_blocks import WeeklyBlockRow, weekly_blocks
from tracker.services.horizon import open_horizon
from tracker.services.weekly_blocks import (
    WeeklyBlockValues,
    add_weekly_block,
    change_weekly_block,
    retire_weekly_block,
)

pytestmark = pytest.mark.usefixtures("app_context")
SATURDAY = WeeklyBlockValues(
    device="US05",
    weekday=5,
    starts=time(8),
    ends=time(12),
    operator="D01",
    exam_types=frozenset({"abdominal", "contrast"}),
    reserve_minutes={"cadre_ward": 30},
)


@pytest.fixture
def template() -> Template:
    return CATALOGUE


def block(weekly_block_id: int) -> WeeklyBlockRow:
    with read_session() as session:
        return next(row for row in weekly_blocks(session) if row.id == weekly_block_id)


def test_a_block_is_added_with_exam_types_and_reserves():
    added = block(add_weekly_block(SATURDAY, by=SYSTEM, now=NOW))
    assert values_of(added, WeeklyBlockValues) == SATURDAY
    assert last_entry()[:2] == ("add", "weekly_block")


def test_a_round_opens_with_its_ward_and_the_way_there():
    ward = replace(SATURDAY, weekday=4, place="Ward 7", transport_minutes=20, device="P01")
    ward = replace(
        ward, exam_types=frozenset({"abdominal"}), operator=None, starts=time(18), ends=time(20)
    )
    weekly_block_id = add_weekly_block(ward, by=SYSTEM, now=NOW)
    assert values_of(block(weekly_block_id), WeeklyBlockValues) == ward
    open_horizon(by=SYSTEM, now=NOW, through=date(2026, 11, 27))
    with read_session() as session:
        opened = select(Block.place, Block.transport_minutes).where(
            Block.weekly_block_id == weekly_block_id
        )
        assert session.execute(opened).all() == [("Ward 7", 20)]
    with pytest.raises(InvalidError) as refusal:
        add_weekly_block(replace(ward, transport_minutes=60), by=SYSTEM, now=NOW)
    assert refusal.value.field == "transport_minutes"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("device", "US99"),
        ("weekday", 7),
        ("operator", "D99"),
        ("operator", "N01"),
        ("exam_types", frozenset()),
        ("exam_types", frozenset({"alchemy"})),
        ("exam_types", frozenset({"cardiac"})),  # US05 has no phased array probe
        ("exam_types", frozenset({"lung"})),  # D01 is not competent
        ("reserve_minutes", {"outpatient": 10}),  # never released
        ("reserve_minutes", {"cadre_ward": 241}),
        ("reserve_minutes", {"cadre_ward": 200, "medical_exam": 100}),
    ],
)
def test_what_cannot_be_is_refused_on_its_field(field: str, value: object):
    with pytest.raises(InvalidError) as refusal:
        add_weekly_block(replace(SATURDAY, **{field: value}), by=SYSTEM, now=NOW)
    assert refusal.value.field == field


def test_a_block_ends_after_it_starts():
    with pytest.raises(InvalidError) as refusal:
        add_weekly_block(replace(SATURDAY, ends=time(8)), by=SYSTEM, now=NOW)
    assert refusal.value.field == "ends"


def test_neither_device_nor_doctor_is_in_two_blocks_at_once():
    add_weekly_block(SATURDAY, by=SYSTEM, now=NOW)
    with pytest.raises(InvalidError) as refusal:
        add_weekly_block(replace(SATURDAY, starts=time(11), ends=time(13)), by=SYSTEM, now=NOW)
    assert refusal.value.field == "starts"
    with pytest.raises(InvalidError) as refusal:
        add_weekly_block(replace(SATURDAY, device="US09"), by=SYSTEM, now=NOW)
    assert refusal.value.field == "operator"
    add_weekly_block(replace(SATURDAY, device="US09", operator=None), by=SYSTEM, now=NOW)
    add_weekly_block(replace(SATURDAY, starts=time(12), ends=time(13)), by=SYSTEM, now=NOW)


def test_a_block_is_changed_in_place():
    new = add_weekly_block(SATURDAY, by=SYSTEM, now=NOW)
    wanted = replace(
        SATURDAY, ends=time(11), exam_types=frozenset({"abdominal"}), reserve_minutes={}
    )
    change_weekly_block(new, wanted, version=1, by=SYSTEM, now=NOW)
    assert values_of(block(new), WeeklyBlockValues) == wanted
    assert last_entry()[2] == {
        "ends": ["12:00:00", "11:00:00"],
        "exam_types": ["abdominal"],
        "reserve_minutes": {},
    }
    with pytest.raises(StaleError):
        change_weekly_block(new, SATURDAY, version=1, by=SYSTEM, now=NOW)
    with pytest.raises(NotFoundError):
        change_weekly_block(9999, SATURDAY, by=SYSTEM, now=NOW)


def test_the_same_values_change_nothing():
    new = add_weekly_block(SATURDAY, by=SYSTEM, now=NOW)
    change_weekly_block(new, SATURDAY, by=SYSTEM, now=NOW)
    assert block(new).version == 1


def test_a_retired_block_is_out_of_the_pattern_and_its_time_is_free():
    new = add_weekly_block(SATURDAY, by=SYSTEM, now=NOW)
    retire_weekly_block(new, version=1, by=SYSTEM, now=NOW)
    with read_session() as session:
        assert new not in {row.id for row in weekly_blocks(session)}
    assert add_weekly_block(SATURDAY, by=SYSTEM, now=NOW) != new
