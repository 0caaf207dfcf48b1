"""The use of the devices: every figure is what the rows say, minute by minute, on both engines."""

from collections import defaultdict
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from tests.support.databases import Template
from tests.support.department import at
from tests.support.known_weeks import FIRST, KNOWN_WEEKS, LAST
from tests.support.rows import LIVE, instant, rows, whole
from tracker.db import read_session, transaction
from tracker.models import Exam
from tracker.queries.device_use import Use, device_use
from tracker.queries.exams import ExamDetails, ExamFilter, count_exams, list_exams
from tracker.queries.exports import filter_of, kept_filter

MINUTE = timedelta(minutes=1)
ZONE = ZoneInfo("Asia/Shanghai")
NOW = at(7)


@pytest.fixture
def template() -> Template:
    return KNOWN_WEEKS


def minutes_between(start: datetime, end: datetime) -> set[datetime]:
    found, each = set(), start
    while each < end:
        found.add(each)
        each += MINUTE
    return found


def open_minutes() -> dict[int, set[datetime]]:
    """Device → every open minute, one by one."""
    found: dict[int, set[datetime]] = defaultdict(set)
    blocks = "SELECT device_id, starts_at, ends_at, transport_minutes FROM block"
    for device, start, end, way in rows(f"{blocks} WHERE local_date <= '{LAST}'"):
        found[device] |= minutes_between(instant(start) + way * MINUTE, instant(end) - way * MINUTE)
    for device, start, end, lifted in rows(
        "SELECT device_id, starts_at, ends_at, lifted_at FROM closure"
    ):
        until = instant(end) if lifted is None else min(instant(end), instant(lifted))
        for owner in found:
            if device in (None, owner):
                found[owner] -= minutes_between(instant(start), until)
    return found


@pytest.mark.usefixtures("app_context")
def test_open_examined_and_overtime_of_each_device_are_those_of_the_rows() -> None:
    with read_session() as session:
        use = device_use(session, FIRST, LAST, now=NOW)
    opened = open_minutes()
    examined = dict(rows(f"SELECT device_id, sum(minutes) FROM exam WHERE {LIVE} GROUP BY device_id"))  # fmt: skip
    count = dict(rows(f"SELECT device_id, count(*) FROM exam WHERE {LIVE} GROUP BY device_id"))
    left = dict(rows("SELECT device_id, count(*) FROM exam WHERE voided_at IS NULL AND entered_later GROUP BY device_id"))  # fmt: skip
    over: dict[int, int] = defaultdict(int)
    late = (
        "SELECT device_id, started_at, ended_at, (SELECT max(ends_at) FROM block b WHERE "
        f"b.device_id = exam.device_id AND b.local_date = exam.local_date) FROM exam WHERE {LIVE}"
    )
    for device, start, end, closes in rows(late):
        begins = max(whole(start), whole(closes))
        over[device] += max(0, (whole(end) - begins) // MINUTE)
    assert {d: each.open_minutes for d, each in use.devices.items()} == {
        d: len(found) for d, found in opened.items()
    }
    assert {d: each.examined_minutes for d, each in use.devices.items()} == examined
    assert {d: each.exams for d, each in use.devices.items()} == count
    assert {d: each.left_out for d, each in use.devices.items()} == left
    assert {d: each.overtime_minutes for d, each in use.devices.items()} == over
    assert sum(over.values()) > 0
    assert all(
        each.block_minutes == each.way_minutes + each.closed_minutes + each.open_minutes
        for each in use.devices.values()
    )


@pytest.mark.usefixtures("app_context")
def test_the_hours_of_the_week_are_those_of_the_minutes_and_add_up() -> None:
    with read_session() as session:
        use = device_use(session, FIRST, LAST, now=NOW)
    hours: dict[tuple[int, int], list[int]] = defaultdict(lambda: [0, 0])
    for found in open_minutes().values():
        for minute in found:
            local = minute.astimezone(ZONE)
            hours[local.weekday(), local.hour][0] += 1
    for start, minutes in rows(f"SELECT started_at, minutes FROM exam WHERE {LIVE}"):
        first = instant(start).astimezone(ZONE).replace(second=0, microsecond=0)
        for number in range(minutes):
            local = first + number * MINUTE
            hours[local.weekday(), local.hour][1] += 1
    assert {
        key: [each.open_minutes, each.examined_minutes] for key, each in use.hours.items()
    } == hours
    total = sum(use.hours.values(), Use())
    assert total.open_minutes == use.total.open_minutes
    assert total.examined_minutes == use.total.examined_minutes


def minutes_in(exam: ExamDetails, hour: int) -> int:
    """Minutes of an exam that fall in an hour of the day on which it began."""
    local = exam.started_at.astimezone(ZONE)
    start = local.hour * 60 + local.minute
    return max(0, min(start + exam.minutes, hour * 60 + 60) - max(start, hour * 60))


@pytest.mark.usefixtures("app_context")
def test_the_minutes_of_each_hour_are_those_of_the_exams_listed_by_it() -> None:
    with read_session() as session:
        use = device_use(session, FIRST, LAST, now=NOW)
        everything = set()
        for (weekday, hour), each in use.hours.items():
            listed = list_exams(session, ExamFilter(FIRST, LAST, weekday=weekday, hour=hour))
            assert {exam.local_date.weekday() for exam in listed} <= {weekday}
            minutes = [minutes_in(exam, hour) for exam in listed]
            assert 0 not in minutes
            live = [m for m, exam in zip(minutes, listed, strict=True) if not exam.entered_later]
            assert sum(live) == each.examined_minutes
            everything |= {exam.id for exam in listed}
        of_mondays = count_exams(session, ExamFilter(weekday=0))
        longer_than_none = {e.id for e in list_exams(session, ExamFilter(FIRST, LAST)) if e.minutes}
    assert everything == longer_than_none
    assert 0 < of_mondays < len(everything)
    chosen = ExamFilter(FIRST, LAST, weekday=0, hour=0)
    assert filter_of(kept_filter(chosen)) == chosen


@pytest.mark.usefixtures("app_context")
def test_one_device_is_its_part_of_all() -> None:
    with read_session() as session:
        use = device_use(session, FIRST, LAST, now=NOW)
        alone = {d: device_use(session, FIRST, LAST, now=NOW, device_id=d) for d in use.devices}
    assert {d: each.total for d, each in alone.items()} == use.devices
    assert len(alone) == 3
    for key, hour in use.hours.items():
        assert sum((each.hours.get(key, Use()) for each in alone.values()), Use()) == hour


@pytest.mark.usefixtures("app_context")
def test_closed_minutes_have_their_cause_once() -> None:
    with read_session() as session:
        use = device_use(session, FIRST, LAST, now=NOW)
    closed = {cause.reason: (len(cause.closures), cause.minutes) for cause in use.causes}
    # US01 9:00-10:30 and 15:00-15:40; the department 10:30 (others 10:00)-12:00 and 13:30-14:00; P01 drives
    # until 8:15, from 11:45 and until 13:45
    assert closed == {
        "探头故障": (2, 90 + 40),
        "停电": (1, 90 + 120 + 105 + 30 + 30 + 15),
        "检修": (1, 45),
    }
    assert use.total.closed_minutes == sum(cause.minutes for cause in use.causes)


@pytest.mark.usefixtures("app_context")
def test_minutes_to_come_are_not_open_yet() -> None:
    morning = at(9, day=-3)  # the last of the known days
    with read_session() as session:
        use = device_use(session, LAST, LAST, now=morning)
        before = device_use(session, LAST, LAST, now=at(6, day=-3))
        nothing = device_use(session, date(2020, 1, 1), date(2020, 12, 31), now=NOW)
    assert sorted(each.open_minutes for each in use.devices.values()) == [45, 60, 60]
    assert before.total.open_minutes == 0
    assert nothing.devices == {}
    assert nothing.total.share is None


@pytest.mark.usefixtures("app_context")
@pytest.mark.parametrize(("days", "is_past"), [(5, True), (-2, False)])
def test_an_exam_is_past_its_block_only_where_blocks_are_known(days: int, is_past: bool) -> None:
    """On a Saturday without a block all of it is; before the first block there ever was nobody can say."""
    moved, by = FIRST + timedelta(days=days), timedelta(days=days)
    with transaction() as session:
        for exam in session.scalars(select(Exam).where(Exam.local_date == FIRST)):
            exam.started_at, exam.ended_at, exam.local_date = exam.started_at + by, exam.ended_at + by, moved  # fmt: skip
    with read_session() as session:
        use = device_use(session, moved, moved, now=NOW).total
    assert use.examined_minutes > 0
    assert use.overtime_minutes == (use.examined_minutes if is_past else 0)
