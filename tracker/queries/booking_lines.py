"""Bookings as programs read them: ids and codes, no names. For pages, with words: queries/bookings. No writes."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, and_, bindparam, func, or_, select
from sqlalchemy.orm import Session

from tracker.db import core
from tracker.domain.errors import N_, NotFoundError
from tracker.models import Booking, Device, Exam, ExamType, StaffMember, Stream

# Core columns: the first statement answers every booking.
_booking = Booking.__table__.c
_exam_type = ExamType.__table__.c
_stream = Stream.__table__.c
_device = Device.__table__.c
_exam = Exam.__table__.c
_staff = StaffMember.__table__.c


@dataclass(frozen=True, slots=True)
class BookingLine:
    """A booking in ids and codes; instants are aware UTC.

    `operator` examines, or is planned to; `exam_id` is the exam that counts, once there is one.
    """

    id: int
    version: int
    status: str
    patient_id: int
    exam_type: str
    parts: int
    stream: str
    starts_at: datetime
    ends_at: datetime
    device: str
    operator: str | None
    is_added: bool
    is_flagged: bool
    exam_id: int | None

    @property
    def place(self) -> "Place":
        """Behind which booking a list goes on."""
        return self.starts_at, self.id


Place = tuple[datetime, int]

_lines: Select[*tuple[Any, ...]] = (
    select(
        _booking.id,
        _booking.version,
        _booking.status,
        _booking.patient_id,
        _exam_type.code,
        _booking.parts,
        _stream.code,
        _booking.starts_at,
        _booking.ends_at,
        _device.code,
        _staff.code,
        _booking.is_added,
        _booking.is_flagged,
        _exam.id,
    )
    .select_from(Booking.__table__)
    .join(ExamType.__table__, _exam_type.id == _booking.exam_type_id)
    .join(Stream.__table__, _stream.id == _booking.stream_id)
    .join(Device.__table__, _device.id == _booking.device_id)
    .outerjoin(
        StaffMember.__table__,
        _staff.id == func.coalesce(_booking.started_operator_id, _booking.operator_id),
    )
    .outerjoin(Exam.__table__, and_(_exam.booking_id == _booking.id, _exam.voided_at.is_(None)))
)
_one = _lines.where(_booking.id == bindparam("booking"))
# The day comes first although the start implies it: the order is then that of an index.
_in_order = _lines.order_by(_booking.local_date, _booking.starts_at, _booking.id)


def booking_line(session: Session, booking_id: int) -> BookingLine:
    """One booking. Raises NotFoundError."""
    row = core(session).execute(_one, {"booking": booking_id}).first()
    if row is None:
        raise NotFoundError(N_("There is no such booking."))
    return BookingLine(*row)


def booking_lines(
    session: Session,
    *,
    local_date: date | None = None,
    device: str | None = None,
    after: Place | None = None,
    limit: int,
) -> list[BookingLine]:
    """Bookings by start and id, of one day and one device (code) where given; one statement."""
    statement = _in_order
    if local_date is not None:
        statement = statement.where(_booking.local_date == local_date)
    if device is not None:
        statement = statement.where(_device.code == device)
    if after is not None:
        starts_at, booking_id = after
        behind = and_(_booking.starts_at == starts_at, _booking.id > booking_id)
        statement = statement.where(or_(_booking.starts_at > starts_at, behind))
    return [BookingLine(*row) for row in session.execute(statement.limit(limit))]
