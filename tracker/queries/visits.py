"""What one patient has booked: the exams of some days, as the rules of order look at them, and the last stream."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import and_, bindparam, select
from sqlalchemy.orm import Session

from tracker.domain.lifecycle import LIVE
from tracker.models import Booking, Capability, Device, ExamType, ExamTypeCapability, Stream

_booking = Booking.__table__.c
_type = ExamType.__table__.c
_needs = ExamTypeCapability.__table__.c


@dataclass(frozen=True, slots=True)
class VisitExam:
    """A live booking of a patient, with what its preparation asks for; `needs` are capabilities' codes."""

    booking_id: int
    local_date: date
    starts_at: datetime
    ends_at: datetime
    device_id: int
    device: str
    exam_type: str
    exam_type_zh: str
    exam_type_en: str
    is_fasting: bool
    bladder: str
    needs: frozenset[str]


_EXAMS = (
    select(
        _booking.id,
        _booking.local_date,
        _booking.starts_at,
        _booking.ends_at,
        _booking.device_id,
        Device.code,
        _type.code,
        _type.name_zh,
        _type.name_en,
        _type.is_fasting,
        _type.bladder,
        Capability.code.label("needs"),
    )
    .select_from(Booking.__table__)
    .join(ExamType.__table__, _type.id == _booking.exam_type_id)
    .join(Device, Device.id == _booking.device_id)
    .outerjoin(ExamTypeCapability.__table__, _needs.exam_type_id == _type.id)
    .outerjoin(Capability, Capability.id == _needs.capability_id)
    .where(
        and_(
            _booking.patient_id == bindparam("patient"),
            _booking.local_date.between(bindparam("first"), bindparam("last")),
            _booking.status.in_([status.value for status in LIVE]),
        )
    )
    .order_by(_booking.starts_at, _booking.id)
)


def visit_exams(
    session: Session, patient_id: int, *, first: date, last: date
) -> tuple[VisitExam, ...]:
    """The live bookings of a patient from `first` to `last` (inclusive), by start."""
    found: dict[int, VisitExam] = {}
    needs: dict[int, set[str]] = {}
    values = {"patient": patient_id, "first": first, "last": last}
    for *columns, need in session.execute(_EXAMS, values):
        needs.setdefault(columns[0], set()).update([need] if need else [])
        found[columns[0]] = VisitExam(*[*columns, frozenset(needs[columns[0]])])
    return tuple(found.values())


_LAST_STREAM = (
    select(Stream.code)
    .join(Booking, Booking.stream_id == Stream.id)
    .where(Booking.patient_id == bindparam("patient"), Stream.retired_at.is_(None))
    .order_by(Booking.id.desc())
    .limit(1)
)


def last_stream(session: Session, patient_id: int) -> str | None:
    """The code of the stream by which the patient came last; None for a new one."""
    return session.scalar(_LAST_STREAM, {"patient": patient_id})
