"""Bookings as people and programs see them: one statement for one, one for a list. No writes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnExpressionArgument, Select, and_, bindparam, case, or_, select
from sqlalchemy.orm import Session, aliased

from tracker.db import core
from tracker.domain.errors import N_, NotFoundError
from tracker.domain.lifecycle import Status
from tracker.models import (
    Account,
    Block,
    Booking,
    BookingHistory,
    Device,
    Exam,
    ExamType,
    Patient,
    StaffMember,
    Stream,
)
from tracker.queries.detail_columns import EXAM_TYPE, PATIENT, STREAM


@dataclass(frozen=True, slots=True)
class BookingDetails:
    """A booking with the words of everything it names; instants are aware UTC."""

    id: int
    version: int
    status: str
    local_date: date
    starts_at: datetime
    ends_at: datetime
    device_ends_at: datetime
    patient_ends_at: datetime
    parts: int
    is_added: bool
    added_reason: str
    is_flagged: bool
    flag_reason: str
    arrived_at: datetime | None
    started_at: datetime | None
    created_at: datetime
    block_id: int | None
    patient_id: int
    mrn: str
    mrn_is_temporary: bool
    patient_name: str
    sex: str
    birth_date: date
    phone: str
    exam_type_id: int
    exam_type: str
    exam_type_zh: str
    exam_type_en: str
    colour: str
    is_fasting: bool
    bladder: str
    preparation_zh: str
    preparation_en: str
    stream: str
    stream_zh: str
    stream_en: str
    device_id: int
    device: str
    building: str
    floor: str
    room: str
    operator: str | None
    operator_name: str | None
    started_device: str | None
    started_operator: str | None
    exam_id: int | None
    exam_number: str | None
    finished_at: datetime | None  # when the exam that counts was logged


_started_device = aliased(Device)
_started_operator = aliased(StaffMember)

_on_round = Block.place != ""  # no block, no place
_PLACE = (
    case((_on_round, ""), else_=Device.building),
    case((_on_round, ""), else_=Device.floor),
    case((_on_round, Block.place), else_=Device.room),
)
"""Where the patient is examined: the ward or theatre of the block, else the machine's own room."""

_details = (
    select(
        Booking.id,
        Booking.version,
        Booking.status,
        Booking.local_date,
        Booking.starts_at,
        Booking.ends_at,
        Booking.device_ends_at,
        Booking.patient_ends_at,
        Booking.parts,
        Booking.is_added,
        Booking.added_reason,
        Booking.is_flagged,
        Booking.flag_reason,
        Booking.arrived_at,
        Booking.started_at,
        Booking.created_at,
        Booking.block_id,
        *PATIENT,
        Patient.phone,
        ExamType.id,
        *EXAM_TYPE,
        ExamType.is_fasting,
        ExamType.bladder,
        ExamType.preparation_zh,
        ExamType.preparation_en,
        *STREAM,
        Device.id,
        Device.code,
        *_PLACE,
        StaffMember.code,
        StaffMember.name,
        _started_device.code,
        _started_operator.code,
        Exam.id,
        Exam.number,
        Exam.logged_at,
    )
    .join(Patient, Patient.id == Booking.patient_id)
    .join(ExamType, ExamType.id == Booking.exam_type_id)
    .join(Stream, Stream.id == Booking.stream_id)
    .join(Device, Device.id == Booking.device_id)
    .outerjoin(Block, Block.id == Booking.block_id)
    .outerjoin(StaffMember, StaffMember.id == Booking.operator_id)
    .outerjoin(_started_device, _started_device.id == Booking.started_device_id)
    .outerjoin(_started_operator, _started_operator.id == Booking.started_operator_id)
    .outerjoin(Exam, and_(Exam.booking_id == Booking.id, Exam.voided_at.is_(None)))
)
_one = _details.where(Booking.id == bindparam("booking"))


@dataclass(frozen=True, slots=True)
class HistoryStep:
    """One step of a booking's history, with who did it."""

    from_status: str | None
    to_status: str
    at: datetime
    by: str
    reason: str
    change: dict[str, object]


def _as_details(row: Sequence[Any]) -> BookingDetails:
    return BookingDetails(*row)


def booking_details(session: Session, booking_id: int) -> BookingDetails:
    """One booking. Raises NotFoundError."""
    row = core(session).execute(_one, {"booking": booking_id}).first()
    if row is None:
        raise NotFoundError(N_("There is no such booking."))
    return _as_details(row)


@dataclass(frozen=True, slots=True)
class BookingFilter:
    """Which bookings of a list: all conditions given must hold.

    `device` is the planned one; `at_device` the planned one or the one that examines.
    """

    local_date: date | None = None
    device: str | None = None
    at_device: str | None = None
    patient_id: int | None = None
    statuses: Sequence[Status] = ()
    flagged_only: bool = False


def list_bookings(
    session: Session,
    chosen: BookingFilter,
    *,
    after: tuple[datetime, int] | None = None,
    limit: int | None = None,
) -> list[BookingDetails]:
    """Bookings by start and id, from behind the place `after`; one statement."""
    statement = _filtered(_details, chosen).order_by(Booking.starts_at, Booking.id)
    if after is not None:
        starts_at, booking_id = after
        statement = statement.where(
            or_(
                Booking.starts_at > starts_at,
                and_(Booking.starts_at == starts_at, Booking.id > booking_id),
            )
        )
    if limit is not None:
        statement = statement.limit(limit)
    return [_as_details(row) for row in session.execute(statement)]


def _filtered(
    statement: Select[*tuple[Any, ...]], chosen: BookingFilter
) -> Select[*tuple[Any, ...]]:
    if chosen.local_date is not None:
        statement = statement.where(Booking.local_date == chosen.local_date)
    if chosen.device is not None:
        statement = statement.where(Device.code == chosen.device)
    if chosen.at_device is not None:
        there = or_(Device.code == chosen.at_device, _started_device.code == chosen.at_device)
        statement = statement.where(there)
    if chosen.patient_id is not None:
        statement = statement.where(Booking.patient_id == chosen.patient_id)
    if chosen.statuses:
        statement = statement.where(Booking.status.in_([s.value for s in chosen.statuses]))
    if chosen.flagged_only:
        statement = statement.where(Booking.is_flagged)
    return statement


def select_bookings(
    session: Session, *conditions: ColumnExpressionArgument[bool], values: Mapping[str, object]
) -> list[BookingDetails]:
    """Bookings that meet conditions (for queries beside this one), by start and id; one statement."""
    chosen = _details.where(*conditions).order_by(Booking.starts_at, Booking.id)
    return [_as_details(row) for row in session.execute(chosen, values)]


def booking_history(session: Session, booking_id: int) -> list[HistoryStep]:
    """Every step of a booking, oldest first."""
    rows = session.execute(
        select(
            BookingHistory.from_status,
            BookingHistory.to_status,
            BookingHistory.at,
            Account.username,
            BookingHistory.reason,
            BookingHistory.change,
        )
        .join(Account, Account.id == BookingHistory.by_id)
        .where(BookingHistory.booking_id == booking_id)
        .order_by(BookingHistory.id)
    )
    return [HistoryStep(*row) for row in rows]
