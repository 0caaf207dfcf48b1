"""The lists behind the figures of quality have as many rows as the figures say, on both engines."""

from collections import Counter
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tests.support.databases import Template
from tests.support.department import at
from tests.support.known_weeks import FIRST, KNOWN_WEEKS, LAST
from tracker.db import read_session, transaction
from tracker.domain.demand import FOR_WANT_OF_TIME, OTHERWISE
from tracker.domain.lifecycle import Status
from tracker.models import Exam
from tracker.queries.attendance import LEADS, Attendance, ReasonCount, lead_group
from tracker.queries.attendance_rows import (
    NOT_CANCELLED,
    AttendanceFilter,
    EndedBooking,
    attendance_rows,
    sum_attendance,
    words_of_step,
)
from tracker.queries.counting import counts, is_live
from tracker.queries.devices import devices
from tracker.queries.durations import durations
from tracker.queries.machine_case import capability_cases
from tracker.queries.quality import Quality, quality
from tracker.queries.unmet_demand import (
    DemandFilter,
    DemandSums,
    sum_searches,
    unmet_searches,
)
from tracker.queries.volume_source import Chosen
from tracker.queries.wait_rows import WaitFilter, wait_rows, waiting_exams

pytestmark = pytest.mark.usefixtures("app_context")

PAGE = 50
NOW = at(7)
LED = ("booked", "turned_minutes", "otherwise", "examined", "overtime")
"""Figures of the case for a machine that lead to rows."""
ZONE = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def template() -> Template:
    return KNOWN_WEEKS


def listed(session: Session, chosen: AttendanceFilter) -> list[EndedBooking]:
    """All pages of a list."""
    found: list[EndedBooking] = []
    while True:
        last = found[-1].booking if found else None
        place = (last.starts_at, last.id) if last else None
        page = attendance_rows(session, chosen, after=place, limit=PAGE)
        found += page
        if len(page) < PAGE:
            break
    assert len(found) == len({each.booking.id for each in found})
    sums = sum_attendance(session, chosen)
    assert len(found) == sums.bookings
    assert sum(each.planned_minutes for each in found) == sums.planned_minutes
    return found


def test_bookings_are_as_many_as_attendance_says() -> None:
    with read_session() as session:
        told = quality(session, FIRST, LAST, today=LAST)
        assert_amounts(session, told.attendance)
        for stream, amounts in told.by_stream:
            assert_amounts(session, amounts, stream=stream.code)
        for lead, amounts in told.by_lead:
            assert_amounts(session, amounts, lead=lead)
        found = listed(session, AttendanceFilter(FIRST, LAST, stream="cadre_ward", lead=LEADS[3]))
    assert found
    for each in (row.booking for row in found):
        ahead = (each.local_date - each.created_at.astimezone(ZONE).date()).days
        assert (each.stream, lead_group(ahead)) == ("cadre_ward", LEADS[3])


def assert_amounts(session: Session, amounts: Attendance, **chosen: object) -> None:
    """All, the cancelled and those not come to."""
    by_status = (None, amounts.bookings), (Status.CANCELLED, amounts.cancelled), (Status.NO_SHOW, amounts.no_shows)  # fmt: skip
    for status, number in by_status:
        found = AttendanceFilter(FIRST, LAST, status=status, **chosen)  # type: ignore[arg-type]
        assert len(listed(session, found)) == number
        if status is not None:
            assert {each.booking.status for each in listed(session, found)} <= {status.value}


def test_reasons_lead_to_the_bookings_that_ended_with_them() -> None:
    with read_session() as session:
        told = quality(session, FIRST, LAST, today=LAST).reasons
        assert len(told) == 3
        for each in told:
            alike = AttendanceFilter(FIRST, LAST, status=Status.CANCELLED, alike=each.step_id)
            found = listed(session, alike)
            assert [row.reason for row in found] == [each.reason] * each.bookings
            assert words_of_step(session, each.step_id) == each.reason
        first, second, third = told
        others = AttendanceFilter(FIRST, LAST, unlike=[first.step_id, third.step_id])
        assert {row.reason for row in listed(session, others)} == {second.reason}
        assert sum_attendance(session, others).bookings == second.bookings
        assert sum_attendance(session, AttendanceFilter(FIRST, LAST, alike=10**8)).bookings == 0
    assert first == ReasonCount(first.status, first.reason, first.bookings, first.step_id + 1)


def test_exams_are_as_many_as_waits_say() -> None:
    with read_session() as session:
        told = quality(session, FIRST, LAST, today=LAST)
        for line in told.days:
            assert_days(session, line.stream.code, told)
        for each in told.minutes:
            wanted = WaitFilter(FIRST, LAST, stream=each.stream.code, checked_in=True)
            assert len(waiting_exams(session, wanted).places) == each.minutes.number
            within = WaitFilter(FIRST, LAST, stream=each.stream.code, minutes_to=30)
            places = waiting_exams(session, within).places
            assert len(places) == each.minutes.number_up_to(30)
            shown = wait_rows(session, within, places)
            assert [(row.local_date, row.id) for row in shown] == places
            assert all(row.minutes is not None and row.minutes <= 30 for row in shown)


def test_exams_are_as_many_as_durations_say() -> None:
    with read_session() as session:
        codes = {row.id: row.code for row in devices(session)}
        for line in durations(session, FIRST, LAST):
            of_type = WaitFilter(FIRST, LAST, exam_type=line.exam_type.code)
            every = waiting_exams(session, of_type)
            assert every.planned_minutes == line.whole.planned_minutes
            assert every.actual_minutes == line.whole.actual_minutes
            rows = wait_rows(session, of_type, every.places)
            assert sum(row.planned_minutes or 0 for row in rows) == line.whole.planned_minutes
            assert Counter(row.actual_minutes for row in rows) == line.whole.actual.counts
            compared = replace(of_type, is_compared=True)
            assert len(waiting_exams(session, compared).places) == line.compared.number > 0
            for device_id, found in line.devices.items():
                there = replace(of_type, device=codes[device_id])
                assert len(waiting_exams(session, there).places) == found.actual.number


def test_minutes_of_a_function_are_those_of_its_rows() -> None:
    """The case for a machine: of one exam type and of all of a function; an exam clicked live needs no booking."""
    with transaction() as session:
        live = select(Exam.id).where(counts(), is_live(), Exam.minutes > 20).limit(5)
        session.execute(update(Exam).where(Exam.id.in_(live)).values(booking_id=None))
    with read_session() as session:
        for case in capability_cases(session, FIRST, LAST, now=NOW):
            assert_minutes(session, sorted(case.codes), {name: case.total(name) for name in LED})
            for each in case.exam_types:
                figures = {name: getattr(each, name) for name in LED}
                assert_minutes(session, each.exam_type.code, figures)
        without = WaitFilter(FIRST, LAST, is_measured=False)
        of_days = waiting_exams(session, replace(without, days_from=0))
        assert len(waiting_exams(session, without).places) == len(of_days.places) + 5


def assert_minutes(session: Session, codes: Chosen, figures: dict[str, int]) -> None:
    """The figures of one or more exam types."""
    booked = AttendanceFilter(FIRST, LAST, exam_type=codes, status=NOT_CANCELLED)
    assert sum_attendance(session, booked).planned_minutes == figures["booked"]
    found = listed(session, booked)
    wanted = {codes} if isinstance(codes, str) else set(codes or ())
    assert {each.booking.exam_type for each in found} <= wanted
    assert "cancelled" not in {each.booking.status for each in found}
    for reasons, figure in ((FOR_WANT_OF_TIME, "turned_minutes"), (OTHERWISE, "otherwise")):
        left = DemandFilter(FIRST, LAST, exam_type=codes, reason=reasons)
        searches = unmet_searches(session, left, before_id=None, limit=PAGE)
        minutes_left = sum(each.minutes for each in searches)
        assert sum_searches(session, left) == DemandSums(len(searches), minutes_left)
        assert minutes_left == figures[figure]
    for chosen, figure in (({"is_live": True}, "examined"), ({"past_block": True}, "overtime")):
        wanted_exams = WaitFilter(FIRST, LAST, exam_type=codes, **chosen)
        exams = waiting_exams(session, wanted_exams)
        rows = wait_rows(session, wanted_exams, exams.places)
        assert exams.actual_minutes == sum(row.actual_minutes for row in rows)
        assert exams.planned_minutes == sum(row.planned_minutes or 0 for row in rows)
        assert {row.exam_type for row in rows} <= wanted
        if figure == "examined":
            assert exams.actual_minutes == figures[figure]
        else:
            minutes = [row.past_block_minutes for row in rows]
            assert exams.past_block_minutes == sum(minutes) == figures[figure]
            assert min(minutes, default=1) > 0


def assert_days(session: Session, stream: str, told: Quality) -> None:
    """Of one stream each wait in days, the longest together, the goal, and those that are not measured."""
    line = next(each for each in told.days if each.stream.code == stream)
    of_days = {
        days: waiting_exams(
            session, WaitFilter(FIRST, LAST, stream, days_from=days, days_to=days)
        ).places
        for days in range(12)
    }
    assert {days: len(found) for days, found in of_days.items() if found} == dict(line.days.counts)
    for days, found in of_days.items():
        shown = wait_rows(session, WaitFilter(FIRST, LAST), found)
        assert {(row.working_days, row.stream) for row in shown} <= {(days, stream)}
    longer = waiting_exams(session, WaitFilter(FIRST, LAST, stream, days_from=3))
    assert len(longer.places) == sum(n for days, n in line.days.counts.items() if days >= 3)
    within = waiting_exams(session, WaitFilter(FIRST, LAST, stream, within_goal=True))
    assert len(within.places) == (line.within or 0)
    left = WaitFilter(FIRST, LAST, stream, is_measured=False)
    rows = wait_rows(session, left, waiting_exams(session, left).places)
    assert len(rows) == line.left_out > 0
    assert {(row.entered_later, row.minutes) for row in rows} == {(True, None)}
