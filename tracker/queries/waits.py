"""How long patients wait: days from booking to exam against the stream's goal, minutes from check-in to start. No writes.

Of exams clicked live that have a booking; those left out are counted.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from tracker.domain.spread import Spread
from tracker.domain.workcalendar import WorkCalendar
from tracker.models import Booking, Exam
from tracker.queries.calendar import work_calendar
from tracker.queries.counting import counts, is_live
from tracker.queries.local_time import (
    day_number_of,
    day_of_number,
    local_seconds_of,
    seconds_of,
)
from tracker.queries.streams import StreamRow, streams

BOOKED_BEFORE = timedelta(days=400)
"""How long before an exam its booking may have been made, for the hospital's clocks to be known."""


@dataclass(frozen=True, slots=True)
class DaysWaited:
    """The exams of a stream: working days from booking to exam (0: the same day), and how many were within the goal.

    `within` is None where the stream has no goal in days or hours.
    """

    stream: StreamRow
    days: Spread
    within: int | None
    left_out: int

    @property
    def share_within(self) -> float | None:
        """The share within the goal."""
        if self.within is None or not self.days.number:
            return None
        return self.within / self.days.number


@dataclass(frozen=True, slots=True)
class MinutesWaited:
    """The exams of a stream: whole minutes from check-in to start."""

    stream: StreamRow
    minutes: Spread


def is_measured() -> ColumnElement[bool]:
    """An exam that counts, whose times were clicked live, and that has a booking."""
    return and_(counts(), is_live(), Exam.booking_id.is_not(None))


def is_left_out() -> ColumnElement[bool]:
    """An exam that counts and is not measured."""
    return and_(counts(), ~and_(is_live(), Exam.booking_id.is_not(None)))


def asked_day(session: Session, first: date, last: date) -> Any:
    """The day (see day_of_number) on which the bookings of exams of the days `first` to `last` were made."""
    return day_number_of(local_seconds_of(session, Booking.created_at, first - BOOKED_BEFORE, last))


def minutes_to_start(session: Session) -> Any:
    """Whole minutes from the check-in of a booking to the start of its exam."""
    waited = seconds_of(session, Exam.started_at) - seconds_of(session, Booking.arrived_at)
    return waited // 60


def hours_to_end_at_most(session: Session, hours: int) -> ColumnElement[bool]:
    """That an exam ended at most so many hours (of any day, to the second) after its booking was made."""
    waited = seconds_of(session, Exam.ended_at) - seconds_of(session, Booking.created_at)
    found: ColumnElement[bool] = waited <= hours * 60 * 60
    return found


def is_within_hours(
    calendar: WorkCalendar, goal: int, asked_at: datetime, started_at: datetime
) -> bool:
    """Whether an exam began before its stream's goal in working hours was over."""
    return started_at <= calendar.add_working_hours(asked_at, goal)


def days_waited(session: Session, first: date, last: date) -> list[DaysWaited]:
    """The waits in days of exams of the days `first` to `last` (inclusive), by stream. Six statements at most."""
    calendar, known = work_calendar(session), streams(session, include_retired=True)
    by_days = _pairs_of_days(session, first, last)
    in_hours = _within_hours(session, (first, last), calendar, known)
    left_out = _left_out(session, first, last)
    found = []
    for stream in known:
        waits: Counter[int] = Counter()
        for (asked, examined), number in by_days[stream.id].items():
            waits[calendar.working_days_between(asked, examined)] += number
        if not waits and not left_out.get(stream.id):
            continue
        days = Spread(waits)
        within = in_hours.get(stream.id, 0) if stream.goal_working_hours is not None else None
        if stream.goal_working_days is not None:
            within = sum(n for wait, n in waits.items() if wait <= stream.goal_working_days)
        found.append(DaysWaited(stream, days, within, left_out.get(stream.id, 0)))
    return found


def _pairs_of_days(
    session: Session, first: date, last: date
) -> Mapping[int, Mapping[tuple[date, date], int]]:
    """Stream → (day of asking, day of the exam) → exams."""
    asked = asked_day(session, first, last)
    each = (
        select(Exam.stream_id, asked.label("asked"), Exam.local_date)
        .join(Booking, Booking.id == Exam.booking_id)
        .where(is_measured(), Exam.local_date.between(first, last))
        .subquery("each_exam")
    ).c
    keys = each.stream_id, each.asked, each.local_date
    pairs: dict[int, dict[tuple[date, date], int]] = defaultdict(dict)
    for stream_id, number, day, exams in session.execute(
        select(*keys, func.count()).group_by(*keys)
    ):
        pairs[stream_id][day_of_number(number), day] = exams
    return pairs


def _within_hours(
    session: Session,
    days: tuple[date, date],
    calendar: WorkCalendar,
    known: Iterable[StreamRow],
) -> Counter[int]:
    """Stream with a goal in working hours → exams that began before it ended."""
    goals = {
        each.id: each.goal_working_hours for each in known if each.goal_working_hours is not None
    }
    if not goals:
        return Counter()
    rows = session.execute(
        select(Exam.stream_id, Booking.created_at, Exam.started_at)
        .join(Booking, Booking.id == Exam.booking_id)
        .where(is_measured(), Exam.local_date.between(*days), Exam.stream_id.in_(goals))
    )
    return Counter(
        stream_id
        for stream_id, asked_at, started_at in rows
        if is_within_hours(calendar, goals[stream_id], asked_at, started_at)
    )


def _left_out(session: Session, first: date, last: date) -> dict[int, int]:
    """Stream → exams that count and have no live times or no booking."""
    rows: Iterable[Any] = session.execute(
        select(Exam.stream_id, func.count())
        .where(is_left_out(), Exam.local_date.between(first, last))
        .group_by(Exam.stream_id)
    )
    return {row[0]: row[1] for row in rows}


def minutes_waited(session: Session, first: date, last: date) -> list[MinutesWaited]:
    """The waits at the machines of exams of the days `first` to `last` (inclusive), by stream. Two statements."""
    each = (
        select(Exam.stream_id, minutes_to_start(session).label("minutes"))
        .join(Booking, Booking.id == Exam.booking_id)
        .where(is_measured(), Booking.arrived_at.is_not(None), Exam.local_date.between(first, last))
        .subquery("each_exam")
    ).c
    keys = each.stream_id, each.minutes
    waits: dict[int, dict[int, int]] = defaultdict(dict)
    for stream_id, minutes, exams in session.execute(select(*keys, func.count()).group_by(*keys)):
        waits[stream_id][minutes] = exams
    return [
        MinutesWaited(stream, Spread(waits[stream.id]))
        for stream in streams(session, include_retired=True)
        if stream.id in waits
    ]
