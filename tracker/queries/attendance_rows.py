"""The bookings behind the figures of attendance: those that queries/attendance counts, one by one. No writes."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from tracker.domain.lifecycle import Status
from tracker.models import Booking, BookingHistory, ExamType, Stream
from tracker.queries.attendance import LEADS, days_ahead, final_steps
from tracker.queries.bookings import BookingDetails, select_bookings
from tracker.queries.durations import planned_minutes
from tracker.queries.of_codes import of_codes
from tracker.queries.volume_source import Chosen

MINUTE = timedelta(minutes=1)
NOT_CANCELLED = "not_cancelled"
STATUSES = (*(status.value for status in Status), NOT_CANCELLED)
"""What may be asked for as a status."""


@dataclass(frozen=True, slots=True)
class AttendanceFilter:
    """Which bookings of the days `first` to `last` (inclusive): all conditions given must hold.

    `status` is one of STATUSES, `lead` the first day of a group of LEADS. `alike` is a step that ended a booking: those that ended with the same
    words; `unlike` are such steps: those that ended with other words than all of them.
    """

    first: date
    last: date
    stream: Chosen = None
    exam_type: Chosen = None
    lead: int | None = None
    status: str | None = None
    alike: int | None = None
    unlike: Collection[int] = ()


@dataclass(frozen=True, slots=True)
class EndedBooking:
    """A booking, and the words with which it was cancelled or not come to ("": none, or it was not)."""

    booking: BookingDetails
    reason: str

    @property
    def planned_minutes(self) -> int:
        """Whole minutes that it held."""
        return (self.booking.ends_at - self.booking.starts_at) // MINUTE


@dataclass(frozen=True, slots=True)
class AttendanceSums:
    """What the rows of a list come to in all."""

    bookings: int
    planned_minutes: int


Place = tuple[datetime, int]
"""Behind which booking a list goes on: its start and id."""


def sum_attendance(session: Session, chosen: AttendanceFilter) -> AttendanceSums:
    """The bookings `attendance_rows` has in all, and their minutes. One statement."""
    sums = func.count(Booking.id), func.sum(planned_minutes(session))
    bookings, minutes = session.execute(select(*sums).where(*_conditions(session, chosen))).one()
    return AttendanceSums(bookings, int(minutes or 0))


def attendance_rows(
    session: Session, chosen: AttendanceFilter, *, after: Place | None = None, limit: int
) -> list[EndedBooking]:
    """The bookings by start and id, from behind the place `after`. Three statements."""
    statement = select(Booking.id).where(*_conditions(session, chosen))
    if after is not None:
        starts_at, booking_id = after
        behind = and_(Booking.starts_at == starts_at, Booking.id > booking_id)
        statement = statement.where(or_(Booking.starts_at > starts_at, behind))
    ids = session.scalars(statement.order_by(Booking.starts_at, Booking.id).limit(limit)).all()
    found = select_bookings(session, Booking.id.in_(ids), values={})
    said = _said(session, found) if found else {}
    return [EndedBooking(each, said.get(each.id, "")) for each in found]


def _said(session: Session, found: Sequence[BookingDetails]) -> dict[int, str]:
    """Booking → the words with which it ended; of bookings in the order of their days."""
    final = final_steps(found[0].local_date, found[-1].local_date)
    rows = session.execute(
        select(BookingHistory.booking_id, BookingHistory.reason)
        .join(final, final.c.id == BookingHistory.id)
        .where(BookingHistory.booking_id.in_([each.id for each in found]))
    )
    return {row[0]: row[1] for row in rows}


def is_not_cancelled() -> ColumnElement[bool]:
    """A booking that stands, or was kept or missed."""
    return Booking.status != Status.CANCELLED.value


def words_of_step(session: Session, step_id: int) -> str:
    """The reason given with a step; "" where none was, or there is no such step."""
    return session.scalar(_words(step_id)) or ""


def _words(step_id: int) -> Select[str]:
    step = aliased(BookingHistory)
    return select(step.reason).where(step.id == step_id)


def _conditions(session: Session, chosen: AttendanceFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [Booking.local_date.between(chosen.first, chosen.last)]
    conditions += of_codes(Booking.stream_id, Stream, chosen.stream)
    conditions += of_codes(Booking.exam_type_id, ExamType, chosen.exam_type)
    if chosen.status == NOT_CANCELLED:
        conditions.append(is_not_cancelled())
    elif chosen.status is not None:
        conditions.append(Booking.status == Status(chosen.status).value)
    if chosen.lead is not None:
        conditions += _of_lead(days_ahead(session, chosen.first, chosen.last), chosen.lead)
    if chosen.alike is not None or chosen.unlike:
        conditions.append(Booking.id.in_(_ended_with(chosen)))
    return conditions


def _of_lead(days: Any, lead: int) -> list[ColumnElement[bool]]:
    """That so many days belong to the group, as attendance.lead_group has it: the first has all below it too."""
    following = [each for each in LEADS if each > lead]
    above = [days >= lead] if lead != LEADS[0] else []
    return above + ([days < following[0]] if following else [])


def _ended_with(chosen: AttendanceFilter) -> Any:
    final = final_steps(chosen.first, chosen.last)
    step = BookingHistory
    statement = select(step.booking_id).join(final, final.c.id == step.id)
    if chosen.alike is not None:
        statement = statement.where(step.reason == _words(chosen.alike).scalar_subquery())
    return statement.where(
        *(step.reason != _words(each).scalar_subquery() for each in chosen.unlike)
    )
