"""The exams behind the figures of waits and durations: those that queries/waits and durations count. No writes."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, null, select
from sqlalchemy.orm import Session

from tracker.models import Booking, Device, Exam, ExamType, ImportedExam, Patient, Stream
from tracker.queries.calendar import work_calendar
from tracker.queries.counting import counts, is_live
from tracker.queries.detail_columns import EXAM_TYPE, EXAMINED, STREAM
from tracker.queries.device_use import PastBlock
from tracker.queries.durations import is_compared, planned_minutes
from tracker.queries.exams import Place
from tracker.queries.local_time import day_of_number
from tracker.queries.of_codes import of_codes
from tracker.queries.streams import StreamRow, streams
from tracker.queries.volume_source import Chosen
from tracker.queries.waits import (
    asked_day,
    hours_to_end_at_most,
    is_left_out,
    is_measured,
    is_within_hours,
    minutes_to_start,
)


@dataclass(frozen=True, slots=True)
class WaitFilter:
    """Which exams of the days `first` to `last` (inclusive): all conditions given must hold.

    Measured or not is chosen unless `is_live` or `past_block` are: exams clicked live (or not), with or without a booking;
    those clicked live with minutes past the block. What else is asked for holds of exams with a booking alone. Working days from booking
    to exam lie between `days_from` and `days_to` (inclusive), `within_goal` is the stream's, `hours_to` are at most so many
    hours from the booking to the exam's end; `checked_in` have minutes of waiting, `minutes_to` at most so many of them;
    `is_compared` with their type's standard duration.
    """

    first: date
    last: date
    stream: Chosen = None
    exam_type: Chosen = None
    device: Chosen = None
    is_measured: bool = True
    is_live: bool | None = None
    past_block: bool = False
    days_from: int | None = None
    days_to: int | None = None
    within_goal: bool = False
    hours_to: int | None = None
    checked_in: bool = False
    minutes_to: int | None = None
    is_compared: bool = False

    @property
    def shows_waits(self) -> bool:
        """Whether its exams were clicked live."""
        return self.past_block or (self.is_measured if self.is_live is None else self.is_live)

    @property
    def asks_for_days(self) -> bool:
        """Whether the working calendar is asked about each exam."""
        return self.within_goal or (self.days_from, self.days_to) != (None, None)


@dataclass(frozen=True, slots=True)
class WaitRow:
    """An exam with its waits and minutes, of which only a measured one has all ("past the block" where that was asked for); instants are aware UTC, what it has no booking or check-in for is None."""

    id: int
    number: str
    patient_id: int | None
    booking_id: int | None
    mrn: str
    mrn_is_temporary: bool
    patient_name: str
    sex: str
    birth_date: date | None
    exam_type: str
    exam_type_zh: str
    exam_type_en: str
    colour: str
    stream: str
    stream_zh: str
    stream_en: str
    parts: int
    device: str
    local_date: date
    started_at: datetime
    actual_minutes: int
    entered_later: bool
    import_id: int | None
    asked_at: datetime | None
    arrived_at: datetime | None
    working_days: int | None = None
    minutes: int | None = None
    planned_minutes: int | None = None
    past_block_minutes: int | None = None


_rows: Select[*tuple[Any, ...]] = (
    select(
        Exam.id,
        Exam.number,
        Exam.patient_id,
        Exam.booking_id,
        *EXAMINED,
        *EXAM_TYPE,
        *STREAM,
        Exam.parts,
        Device.code,
        Exam.local_date,
        Exam.started_at,
        Exam.minutes,
        Exam.entered_later,
        Exam.import_id,
        Booking.created_at,
        Booking.arrived_at,
    )
    .outerjoin(Booking, Booking.id == Exam.booking_id)
    .outerjoin(Patient, Patient.id == Exam.patient_id)
    .outerjoin(ImportedExam, ImportedExam.exam_id == Exam.id)
    .join(ExamType, ExamType.id == Exam.exam_type_id)
    .join(Stream, Stream.id == Exam.stream_id)
    .join(Device, Device.id == Exam.device_id)
    .order_by(Exam.local_date, Exam.id)
)


@dataclass(frozen=True, slots=True)
class WaitingExams:
    """The day and id of each exam of a list, in that order, and what they come to in all.

    Planned minutes are None where the rows show none, minutes past the block where they were not asked for.
    """

    places: list[Place]
    actual_minutes: int
    planned_minutes: int | None
    past_block_minutes: int | None

    def behind(self, place: Place | None, limit: int) -> list[Place]:
        """So many of them at most, from behind a place on (None: from the first)."""
        begin = bisect_right(self.places, place) if place else 0
        return self.places[begin : begin + limit]


def waiting_exams(session: Session, chosen: WaitFilter) -> WaitingExams:
    """The exams in all: as many as the figure says. Four statements at most."""
    past = PastBlock.of(session, chosen.first, chosen.last) if chosen.past_block else None
    statement = (
        select(Exam.local_date, Exam.id, Exam.minutes)
        .add_columns(planned_minutes(session), past.minutes if past else null())
        .outerjoin(Booking, Booking.id == Exam.booking_id)
        .where(*_conditions(session, chosen))
        .order_by(Exam.local_date, Exam.id)
    )
    if past:
        statement = statement.outerjoin(past.last_blocks, past.is_of_exam).where(past.minutes > 0)
    if not chosen.asks_for_days:
        return _in_all(session.execute(statement), chosen)
    waited = _Waited(session, chosen)
    asked = asked_day(session, chosen.first, chosen.last)
    columns = statement.add_columns(Exam.stream_id, asked, Booking.created_at, Exam.started_at)
    return _in_all((row for row in session.execute(columns) if waited.holds(row)), chosen)


def _in_all(rows: Iterable[Any], chosen: WaitFilter) -> WaitingExams:
    places, actual, planned, past = [], 0, 0, 0
    for day, exam_id, minutes, held, beyond, *_more in rows:
        places.append((day, exam_id))
        actual += minutes
        planned += held or 0
        past += beyond or 0
    return WaitingExams(
        places,
        actual,
        planned if chosen.shows_waits else None,
        past if chosen.past_block else None,
    )


class _Waited:
    """Whether an exam waited as was chosen: by the working calendar, the same for exams asked for on the same day."""

    def __init__(self, session: Session, chosen: WaitFilter) -> None:
        self.chosen = chosen
        self.calendar = work_calendar(session)
        self.streams: dict[int, StreamRow] = {
            each.id: each for each in streams(session, include_retired=True)
        }
        self.known: dict[tuple[int, date], int] = {}

    def holds(self, row: Any) -> bool:
        """Of (day, …, stream id, number of the day of asking, its instant, start)."""
        examined, *_exam, stream_id, asked, asked_at, started_at = row
        days = self.known.get((asked, examined))
        if days is None:
            days = self.calendar.working_days_between(day_of_number(asked), examined)
            self.known[asked, examined] = days
        least, most = self.chosen.days_from, self.chosen.days_to
        if (least is not None and days < least) or (most is not None and days > most):
            return False
        if not self.chosen.within_goal:
            return True
        stream = self.streams[stream_id]
        if stream.goal_working_days is not None:
            return days <= stream.goal_working_days
        goal = stream.goal_working_hours
        return goal is not None and is_within_hours(self.calendar, goal, asked_at, started_at)


def wait_rows(session: Session, chosen: WaitFilter, places: Sequence[Place]) -> list[WaitRow]:
    """The exams of these places, in their order. Three statements."""
    calendar = work_calendar(session)
    past = PastBlock.of(session, chosen.first, chosen.last) if chosen.past_block else None
    measures = (
        asked_day(session, chosen.first, chosen.last),
        minutes_to_start(session),
        planned_minutes(session),
        past.minutes if past else null(),
    )
    statement = _rows.add_columns(*measures)
    if past:
        statement = statement.outerjoin(past.last_blocks, past.is_of_exam)
    of_places = Exam.id.in_([exam_id for _day, exam_id in places])
    found = []
    for *values, asked_on, minutes, planned, beyond in session.execute(statement.where(of_places)):
        row = replace(WaitRow(*values), past_block_minutes=beyond)
        if chosen.shows_waits and asked_on is not None:
            days = calendar.working_days_between(day_of_number(asked_on), row.local_date)
            row = replace(row, working_days=days, minutes=minutes, planned_minutes=planned)
        found.append(row)
    return found


def _which(chosen: WaitFilter) -> ColumnElement[bool]:
    if chosen.past_block or chosen.is_live is not None:
        return and_(counts(), is_live() if chosen.past_block or chosen.is_live else ~is_live())
    return is_measured() if chosen.is_measured else is_left_out()


def _conditions(session: Session, chosen: WaitFilter) -> list[ColumnElement[bool]]:
    conditions = [
        _which(chosen),
        Exam.local_date.between(chosen.first, chosen.last),
        *of_codes(Exam.stream_id, Stream, chosen.stream),
        *of_codes(Exam.exam_type_id, ExamType, chosen.exam_type),
        *of_codes(Exam.device_id, Device, chosen.device),
    ]
    if chosen.is_compared:
        conditions.append(is_compared())
    if chosen.asks_for_days:
        conditions.append(Exam.booking_id.is_not(None))
    if chosen.hours_to is not None:
        conditions.append(hours_to_end_at_most(session, chosen.hours_to))
    if chosen.checked_in or chosen.minutes_to is not None:
        conditions.append(Booking.arrived_at.is_not(None))
    if chosen.minutes_to is not None:
        conditions.append(minutes_to_start(session) <= chosen.minutes_to)
    return conditions
