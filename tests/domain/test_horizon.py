"""From the weekly pattern to the blocks of one day."""

from dataclasses import replace
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from tracker.domain.horizon import (
    DayBlock,
    PatternBlock,
    blocks_to_open,
    minutes_offered,
    pattern_of_day,
)
from tracker.domain.supply import Reserve
from tracker.domain.workcalendar import ReleaseRule, WorkCalendar

CALENDAR = WorkCalendar(ZoneInfo("Asia/Shanghai"), {})
MONDAY, SATURDAY = date(2026, 11, 23), date(2026, 11, 28)
RELEASE = {7: ReleaseRule(0, time(8))}
MORNING = PatternBlock(1, 5, 0, time(8), time(12), 9, frozenset({3}), {7: 30, 8: 20})


def opened(*pattern: PatternBlock, standing: tuple[DayBlock, ...] = ()) -> list[DayBlock]:
    return blocks_to_open(MONDAY, pattern, standing=standing, calendar=CALENDAR, release=RELEASE)


def hand_made(device: int, operator: int | None, hour: int) -> DayBlock:
    start = datetime(2026, 11, 23, hour, tzinfo=UTC)
    return DayBlock(device, MONDAY, start, start.replace(minute=30), operator, None)


def test_a_block_has_the_local_hours_and_the_reserves_that_are_released_sometime():
    start = datetime(2026, 11, 23, 0, 0, tzinfo=UTC)
    assert opened(MORNING) == [
        DayBlock(
            device_id=5,
            local_date=MONDAY,
            starts_at=start,
            ends_at=start.replace(hour=4),
            operator_id=9,
            weekly_block_id=1,
            exam_type_ids=frozenset({3}),
            reserves=(Reserve(7, 30, start),),
        )
    ]


def test_a_weekday_without_a_pattern_has_that_of_the_first_weekday():
    tuesday = replace(MORNING, id=2, weekday=1)
    assert pattern_of_day(SATURDAY, [tuesday, MORNING]) == [MORNING]
    saturday = replace(MORNING, id=3, weekday=5)
    assert pattern_of_day(SATURDAY, [saturday, MORNING]) == [saturday]
    assert pattern_of_day(SATURDAY, []) == []


def test_a_device_opened_before_is_left():
    before = replace(hand_made(5, None, 6), weekly_block_id=2)
    assert opened(MORNING, standing=(before,)) == []


def test_a_block_that_would_overlap_is_not_opened():
    assert opened(MORNING, standing=(hand_made(5, None, 1),)) == []
    assert len(opened(MORNING, standing=(hand_made(5, None, 4),))) == 1


def test_an_operator_at_work_elsewhere_is_not_named_twice():
    elsewhere = hand_made(6, 9, 1)
    assert [block.operator_id for block in opened(MORNING, standing=(elsewhere,))] == [None]
    twin = replace(MORNING, id=2, device_id=6)
    assert [block.operator_id for block in opened(MORNING, twin)] == [9, None]


def test_blocks_without_an_operator_stand_beside_each_other():
    nobody = replace(MORNING, operator_id=None)
    assert len(opened(nobody, replace(nobody, id=2, device_id=6))) == 2


def test_minutes_are_offered_by_every_block_that_could_serve_an_exam_type() -> None:
    morning = PatternBlock(1, 1, 0, time(8), time(12), None, frozenset({7, 8}))
    afternoon = PatternBlock(2, 1, 0, time(13, 30), time(17), None, frozenset({7}))
    assert minutes_offered([morning, afternoon]) == {7: 450, 8: 240}
    away = replace(morning, place="ICU", transport_minutes=15)
    assert minutes_offered([away, afternoon]) == {7: 420, 8: 210}
