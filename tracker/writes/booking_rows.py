"""The rows of a booking: inserting one, locking one, changing its status, with history and audit.

These steps run inside a service's transaction; they hold no rule and check no permission.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.db import RetryTransactionError, core
from tracker.domain.errors import N_, NotFoundError, StaleError
from tracker.domain.lifecycle import Status
from tracker.domain.supply import DeviceDay
from tracker.models import Booking, BookingHistory
from tracker.queries.occupancy import DayKey
from tracker.writes.audit import write_audit
from tracker.writes.occupancy import lock_device_days

_insert_history = BookingHistory.__table__.insert()  # type: ignore[attr-defined]
_insert_booking = Booking.__table__.insert().returning(Booking.id)  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Author:
    """Who changes something, when, and why."""

    by: int
    now: datetime
    reason: str = ""


def insert_booking(session: Session, values: Mapping[str, object], author: Author) -> int:
    """Write a booking, its first history row and its audit entry; returns its id."""
    booking_id = int(core(session).execute(_insert_booking, dict(values)).scalar_one())
    change = {name: _plain(values[name]) for name in ("device_id", "starts_at", "exam_type_id")}
    _history(session, booking_id, (None, Status.BOOKED), author, change)
    write_audit(
        session,
        action="book",
        entity="booking",
        entity_id=booking_id,
        by=author.by,
        now=author.now,
        change=change,
    )
    return booking_id


def lock_booking(
    session: Session,
    booking_id: int,
    *,
    now: datetime,
    version: int | None = None,
    also: Iterable[DayKey] = (),
) -> tuple[Booking, dict[DayKey, DeviceDay]]:
    """Lock the booking's device day (and `also`), then the booking; both as they are now.

    Raises NotFoundError, StaleError when `version` is not its version, and RetryTransactionError when
    the booking went to another device day meanwhile.
    """
    place = session.execute(
        select(Booking.device_id, Booking.local_date).where(Booking.id == booking_id)
    ).first()
    if place is None:
        raise NotFoundError(N_("There is no such booking."))
    key = (place.device_id, place.local_date)
    days = lock_device_days(session, {key, *also}, now=now)
    booking = session.get_one(Booking, booking_id, with_for_update=True, populate_existing=True)
    if (booking.device_id, booking.local_date) != key:
        raise RetryTransactionError
    if version is not None and booking.version != version:
        raise StaleError(
            N_("Somebody changed this booking meanwhile. Look at it again."),
            field="version",
            details={"version": booking.version},
        )
    return booking, days


def find_booking(session: Session, booking_id: int) -> Booking:
    """A booking as it is, not locked. Raises NotFoundError."""
    booking = session.get(Booking, booking_id)
    if booking is None:
        raise NotFoundError(N_("There is no such booking."))
    return booking


def save_change(
    session: Session,
    booking: Booking,
    author: Author,
    *,
    action: str,
    before: Mapping[str, object],
) -> None:
    """Write a changed booking with the next version, a history row and an audit entry.

    `before` holds the columns that the step may change, as they were (see `snapshot`).
    """
    changed = {
        name: [_plain(value), _plain(getattr(booking, name))]
        for name, value in before.items()
        if getattr(booking, name) != value
    }
    booking.version += 1
    session.flush()
    statuses = (Status(str(before["status"])), Status(booking.status))
    _history(session, booking.id, statuses, author, changed)
    write_audit(
        session,
        action=action,
        entity="booking",
        entity_id=booking.id,
        by=author.by,
        now=author.now,
        change=changed,
    )


def snapshot(booking: Booking) -> dict[str, object]:
    """The columns of a booking that a step may change."""
    return {
        name: getattr(booking, name)
        for name in (
            "status",
            "device_id",
            "block_id",
            "operator_id",
            "starts_at",
            "ends_at",
            "device_ends_at",
            "is_added",
            "is_flagged",
            "started_device_id",
            "patient_id",
        )
    }


def _history(
    session: Session,
    booking_id: int,
    statuses: tuple[Status | None, Status],
    author: Author,
    change: Mapping[str, object],
) -> None:
    origin, target = statuses
    core(session).execute(
        _insert_history,
        {
            "booking_id": booking_id,
            "from_status": None if origin is None else origin.value,
            "to_status": target.value,
            "at": author.now,
            "by_id": author.by,
            "reason": author.reason,
            "change": dict(change),
        },
    )


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value
