"""A day of the department as the schedule shows it: devices, blocks, closures, bookings. Four statements, no writes."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import and_, bindparam, func, select
from sqlalchemy.orm import Session

from tracker import clock
from tracker.domain.lifecycle import LIVE, Status
from tracker.domain.workcalendar import DAY, day_start
from tracker.models import Booking, Device, Exam, ExamType, Patient
from tracker.queries.blocks import BlockRow, blocks_of_day
from tracker.queries.closures import ClosureDetails, list_closures
from tracker.queries.occupancy import expected_end

SHORTEST = timedelta(minutes=1)
"""What is shown has a length, however soon an exam was finished."""


@dataclass(frozen=True, slots=True)
class ScheduleBooking:
    """A live booking where it is seen: an exam that runs or is done on its own device and at its own times.

    `started_at` None: it has not begun, and stands where it is planned.
    """

    id: int
    status: str
    device: str
    starts_at: datetime
    ends_at: datetime
    started_at: datetime | None
    is_added: bool
    is_flagged: bool
    parts: int
    patient_name: str
    mrn: str
    exam_type_zh: str
    exam_type_en: str


@dataclass(frozen=True, slots=True)
class DeviceLane:
    """A device in the department's order."""

    code: str
    room: str
    is_portable: bool


@dataclass(frozen=True, slots=True)
class Schedule:
    """Everything of one day; bookings by start. A closure without a device closes all."""

    devices: tuple[DeviceLane, ...]
    blocks: tuple[BlockRow, ...]
    closures: tuple[ClosureDetails, ...]
    bookings: tuple[ScheduleBooking, ...]


_booking = Booking.__table__.c
_type = ExamType.__table__.c
_patient = Patient.__table__.c
_exam = Exam.__table__.c
_device = Device.__table__.c

_DEVICES = (
    select(_device.code, _device.room, _device.is_portable)
    .where(_device.retired_at.is_(None))
    .order_by(_device.sort_order, _device.id)
)
_BOOKINGS = (
    select(
        _booking.id,
        _booking.status,
        _device.code.label("device"),
        _booking.starts_at,
        _booking.ends_at,
        _booking.started_at,
        _exam.ended_at.label("exam_ended_at"),
        _booking.is_added,
        _booking.is_flagged,
        _booking.parts,
        _patient.name.label("patient_name"),
        _patient.mrn,
        _type.name_zh.label("exam_type_zh"),
        _type.name_en.label("exam_type_en"),
    )
    .select_from(
        Booking.__table__.join(
            Device.__table__,
            _device.id == func.coalesce(_booking.started_device_id, _booking.device_id),
        )
        .join(ExamType.__table__, _type.id == _booking.exam_type_id)
        .join(Patient.__table__, _patient.id == _booking.patient_id)
        .outerjoin(Exam.__table__, and_(_exam.booking_id == _booking.id, _exam.voided_at.is_(None)))
    )
    .where(
        _booking.local_date == bindparam("local_date"),
        _booking.status.in_([status.value for status in LIVE]),
    )
    .order_by(_booking.starts_at, _booking.id)
)


def schedule_of(session: Session, local_date: date, *, now: datetime) -> Schedule:
    """The day of every device in service; cancelled bookings and no-shows hold no time and are left out."""
    start = day_start(local_date, clock.hospital_zone())
    closures = list_closures(session, ending_after=start)
    end = day_start(local_date + DAY, clock.hospital_zone())
    return Schedule(
        devices=tuple(DeviceLane(*row) for row in session.execute(_DEVICES)),
        blocks=blocks_of_day(session, local_date),
        closures=tuple(each for each in closures if each.starts_at < end),
        bookings=tuple(
            _as_seen(row, now) for row in session.execute(_BOOKINGS, {"local_date": local_date})
        ),
    )


def _as_seen(row: Any, now: datetime) -> ScheduleBooking:
    begins = row.started_at or row.starts_at
    ends = row.exam_ended_at or row.ends_at
    if row.status == Status.IN_PROGRESS:
        ends = expected_end(row.starts_at, row.ends_at, row.started_at, now)
    return ScheduleBooking(
        id=row.id,
        status=row.status,
        device=row.device,
        starts_at=begins,
        ends_at=max(ends, begins + SHORTEST),
        started_at=row.started_at,
        is_added=row.is_added,
        is_flagged=row.is_flagged,
        parts=row.parts,
        patient_name=row.patient_name,
        mrn=row.mrn,
        exam_type_zh=row.exam_type_zh,
        exam_type_en=row.exam_type_en,
    )
