"""Waits, attendance and durations: every figure counted again from the rows, on both engines."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from statistics import quantiles
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.support.databases import Template
from tests.support.department import at
from tests.support.known_weeks import FIRST, KNOWN_WEEKS, LAST, REASONS
from tests.support.rows import COUNTS, LIVE, day, instant, rows, whole
from tracker.db import read_session
from tracker.queries.attendance import LEADS, Attendance, attendance, reasons
from tracker.queries.calendar import work_calendar
from tracker.queries.durations import durations
from tracker.queries.next_openings import third_next_openings
from tracker.queries.openings import Wish, find_openings
from tracker.queries.waits import days_waited, minutes_waited

ZONE = ZoneInfo("Asia/Shanghai")
DAYS = f"local_date BETWEEN '{FIRST}' AND '{LAST}'"

pytestmark = pytest.mark.usefixtures("app_context")


@pytest.fixture
def template() -> Template:
    return KNOWN_WEEKS


def of_booking(columns: str, condition: str = LIVE) -> list[Any]:
    """Columns of exams (e) and their bookings (b)."""
    clean = condition.replace("voided_at", "e.voided_at")
    return rows(
        f"SELECT s.code, {columns} FROM exam e JOIN booking b ON b.id = e.booking_id "
        f"JOIN stream s ON s.id = e.stream_id WHERE {clean} AND e.{DAYS}"
    )


def working_days(earlier: date, later: date) -> int:
    """Mondays to Fridays after one day until another: no day of these weeks is a holiday."""
    found = 0
    while earlier < later:
        earlier += timedelta(days=1)
        found += earlier.weekday() < 5
    return found


def nearest_rank(values: Iterable[int], percent: int) -> int:
    ordered = sorted(values)
    return ordered[-(-len(ordered) * percent // 100) - 1]


def test_waits_in_days_are_those_of_the_rows() -> None:
    with read_session() as session:
        found = {each.stream.code: each for each in days_waited(session, FIRST, LAST)}
        calendar = work_calendar(session)
    waits: dict[str, list[int]] = defaultdict(list)
    in_time: Counter[str] = Counter()
    for stream, asked, started, examined in of_booking("b.created_at, e.started_at, e.local_date"):
        wait = working_days(instant(asked).astimezone(ZONE).date(), day(examined))
        waits[stream].append(wait)
        due = calendar.add_working_hours(instant(asked), 24)
        in_time[stream] += instant(started) <= due if stream == "cadre_ward" else wait <= 3
    assert {code: sorted(each.days.counts.items()) for code, each in found.items()} == {
        code: sorted(Counter(values).items()) for code, values in waits.items()
    }
    for code, each in found.items():
        assert (each.days.median, each.days.p90) == (
            nearest_rank(waits[code], 50), nearest_rank(waits[code], 90)
        )  # fmt: skip
        assert each.within == (None if code == "medical_exam" else in_time[code])
    assert found["outpatient"].share_within is not None
    assert 0 < found["outpatient"].share_within < 1
    left = dict(rows(f"SELECT s.code, count(*) FROM exam e JOIN stream s ON s.id = e.stream_id WHERE {COUNTS} AND entered_later AND {DAYS} GROUP BY s.code"))  # fmt: skip
    assert {code: each.left_out for code, each in found.items()} == left


def test_waits_in_minutes_are_those_of_the_rows() -> None:
    with read_session() as session:
        found = {each.stream.code: each.minutes for each in minutes_waited(session, FIRST, LAST)}
    waits: dict[str, list[int]] = defaultdict(list)
    for stream, arrived, started in of_booking("b.arrived_at, e.started_at"):
        waits[stream].append(int((whole(started) - whole(arrived)).total_seconds()) // 60)
    assert {code: dict(each.counts) for code, each in found.items()} == {
        code: dict(Counter(values)) for code, values in waits.items()
    }
    assert all(each.p90 == nearest_rank(waits[code], 90) for code, each in found.items())


def test_attendance_and_its_reasons_are_those_of_the_rows() -> None:
    with read_session() as session:
        found = attendance(session, FIRST, LAST)
        why = reasons(session, FIRST, LAST)
    again: dict[tuple[int, int], Attendance] = defaultdict(Attendance)
    for stream, status, starts, made in rows(
        f"SELECT stream_id, status, starts_at, created_at FROM booking WHERE {DAYS}"
    ):
        ahead = instant(starts).astimezone(ZONE).date() - instant(made).astimezone(ZONE).date()
        lead = max(each for each in LEADS if each <= ahead.days)
        again[stream, lead] += Attendance(1, status == "cancelled", status == "no_show")
    assert dict(found) == dict(again)
    total = sum(found.values(), Attendance())
    assert 0 < total.cancelled < total.bookings
    assert total.no_show_share == total.no_shows / (total.bookings - total.cancelled)
    # what a booking was cancelled for before it stood again is not why it is cancelled
    assert {each.reason for each in why if each.status == "cancelled"} == set(REASONS)
    assert sum(each.bookings for each in why if each.status == "cancelled") == total.cancelled


def test_durations_are_those_of_the_rows() -> None:
    with read_session() as session:
        found = {each.exam_type.id: each for each in durations(session, FIRST, LAST)}
    own = set(
        rows("SELECT exam_type_id, stream_id FROM exam_type_stream WHERE minutes IS NOT NULL")
    )
    planned: Counter[tuple[int, int]] = Counter()
    actual: dict[tuple[int, int], list[int]] = defaultdict(list)
    compared: dict[int, list[int]] = defaultdict(list)
    columns = "e.exam_type_id, e.stream_id, e.device_id, e.parts, e.minutes, b.starts_at, b.ends_at"
    for _code, kind, stream, device, parts, minutes, starts, ends in of_booking(columns):
        planned[kind, device] += int((instant(ends) - instant(starts)).total_seconds()) // 60
        actual[kind, device].append(minutes)
        if parts == 1 and (kind, stream) not in own:
            compared[kind].append(minutes)
    assert {
        (kind, device): (each.planned_minutes, sorted(each.actual.counts.items()))
        for kind, line in found.items()
        for device, each in line.devices.items()
    } == {key: (planned[key], sorted(Counter(values).items())) for key, values in actual.items()}
    for kind, line in found.items():
        assert line.compared.number == len(compared[kind])
        assert line.compared.median == nearest_rank(compared[kind], 50)
        assert line.whole.actual_minutes == sum(
            sum(values) for key, values in actual.items() if key[0] == kind
        )
    assert quantiles(compared[next(iter(found))], n=2)


def test_the_third_next_opening_is_the_searchs() -> None:
    now = at(9, 10)
    with read_session() as session:
        found = third_next_openings(session, now=now)
        for each in found:
            wish = Wish(
                each.exam_type.code, each.stream.code, date(2026, 11, 23), date(2026, 11, 27),
                limit=3, is_soonest=True,
            )  # fmt: skip
            openings = find_openings(session, wish, now=now).openings
            third = openings[2].start if len(openings) == 3 else None
            assert each.start == third
            assert each.days == (None if third is None else (third.astimezone(ZONE).date() - date(2026, 11, 23)).days)  # fmt: skip
    assert len(found) == 12 * 3
    assert any(each.start for each in found)


def test_days_without_rows_have_no_figures() -> None:
    past = date(2020, 1, 1), date(2020, 12, 31)
    with read_session() as session:
        assert days_waited(session, *past) == []
        assert minutes_waited(session, *past) == []
        assert dict(attendance(session, *past)) == {}
        assert durations(session, *past) == []
