"""What a replay finds in the database when it begins or goes on. No writes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from tracker.models import Block, Booking, BookingHistory, ExamType, Patient, Setting


@dataclass(frozen=True, slots=True)
class Standing:
    """A booking as the virtual day needs it; `block_starts_at` is when its working hours begin."""

    booking_id: int
    status: str
    device_id: int
    starts_at: datetime
    block_starts_at: datetime
    started_at: datetime | None
    started_device_id: int | None
    patient_id: int


_columns = (
    Booking.id,
    Booking.status,
    Booking.device_id,
    Booking.starts_at,
    func.coalesce(Block.starts_at, Booking.starts_at, type_=Booking.starts_at.type),
    Booking.started_at,
    Booking.started_device_id,
    Booking.patient_id,
)
_one = (
    select(*_columns)
    .outerjoin(Block, Block.id == Booking.block_id)
    .where(Booking.id == bindparam("booking"))
)


def standing(session: Session, booking_id: int) -> Standing:
    """One booking."""
    return Standing(*session.execute(_one, {"booking": booking_id}).one())


def _as_standing(columns: Sequence[Any]) -> Standing:
    return Standing(*columns)


def placed_requests(session: Session) -> dict[tuple[str, datetime, str], list[Standing]]:
    """Every booking by what tells its request: MRN, the instant it was asked for, exam type."""
    placed: dict[tuple[str, datetime, str], list[Standing]] = {}
    rows = session.execute(
        select(Patient.mrn, Booking.created_at, ExamType.code, *_columns)
        .join(Patient, Patient.id == Booking.patient_id)
        .join(ExamType, ExamType.id == Booking.exam_type_id)
        .outerjoin(Block, Block.id == Booking.block_id)
        .order_by(Booking.id)
    )
    for row in rows:
        placed.setdefault((row[0], row[1], row[2]), []).append(_as_standing(row[3:]))
    return placed


def last_step(session: Session) -> datetime | None:
    """The latest instant at which anything happened to a booking; None when there is none."""
    return session.scalar(select(func.max(BookingHistory.at)))


def known_patients(session: Session) -> dict[str, int]:
    """The id of every patient by MRN."""
    return {row[0]: row[1] for row in session.execute(select(Patient.mrn, Patient.id))}


def stored_progress(session: Session, key: str = "replay") -> dict[str, object] | None:
    """What an earlier run kept of itself (see services/run_progress), or None."""
    row = session.get(Setting, key)
    return row.value if row is not None and isinstance(row.value, dict) else None
