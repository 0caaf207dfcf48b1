"""Closures and the bookings they hit. No writes."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.domain.errors import N_, InvalidError
from tracker.domain.lifecycle import Status
from tracker.models import Account, Booking, Closure, Device

HIT = (Status.BOOKED, Status.ARRIVED, Status.IN_PROGRESS)
"""Statuses of bookings that a closure strands; a completed exam is history."""


@dataclass(frozen=True, slots=True)
class ClosureDetails:
    """A closure that stands or was lifted; `device` None means the whole department."""

    id: int
    device: str | None
    starts_at: datetime
    ends_at: datetime
    reason: str
    created_by: str
    lifted_at: datetime | None


def list_closures(session: Session, *, ending_after: datetime) -> list[ClosureDetails]:
    """Closures that are not lifted and end after an instant, by start."""
    rows = session.execute(
        select(
            Closure.id,
            Device.code,
            Closure.starts_at,
            Closure.ends_at,
            Closure.reason,
            Account.username,
            Closure.lifted_at,
        )
        .outerjoin(Device, Device.id == Closure.device_id)
        .join(Account, Account.id == Closure.created_by_id)
        .where(Closure.lifted_at.is_(None), Closure.ends_at > ending_after)
        .order_by(Closure.starts_at, Closure.id)
    )
    return [ClosureDetails(*row) for row in rows]


def closing_device_id(session: Session, code: str | None) -> int | None:
    """The id of the device to close; None is the department. Raises InvalidError on `device`."""
    if code is None:
        return None
    found = session.scalar(select(Device.id).where(Device.code == code))
    if found is None:
        raise InvalidError(N_("There is no such device."), field="device")
    return found


def bookings_hit(
    session: Session, device_id: int | None, start: datetime, end: datetime
) -> list[Booking]:
    """The bookings that stand (planned or running) in a stretch of a device, or of all, by start."""
    statement = (
        select(Booking)
        .where(
            Booking.status.in_([status.value for status in HIT]),
            Booking.starts_at < end,
            Booking.ends_at > start,
        )
        .order_by(Booking.starts_at, Booking.id)
    )
    if device_id is not None:
        statement = statement.where(Booking.device_id == device_id)
    return list(session.scalars(statement))
