"""The rows of a booking that stands: locking it, changing it, with history and audit. A new one: new_booking.

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
from tracker.writes.audit import note_row, plain
from tracker.writes.occupancy import lock_device_days

_insert_history = BookingHistory.__table__.insert()  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Author:
    """Who changes something, when, and why."""

    by: int
    now: datetime
    reason: str = ""


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
        name: [plain(value), plain(getattr(booking, name))]
        for name, value in before.items()
        if getattr(booking, name) != value
    }
    booking.version += 1
    session.flush()
    statuses = (Status(str(before["status"])), Status(booking.status))
    write_history(session, booking.id, statuses, author, changed)
    note_row(session, booking, action, author, changed)


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


def write_history(
    session: Session,
    booking_id: int,
    statuses: tuple[Status | None, Status],
    author: Author,
    change: Mapping[str, object],
) -> None:
    """Note the step of a booking from one status (None: it is new) to another, or within one."""
    values = history_values(statuses, author, change)
    core(session).execute(_insert_history, {"booking_id": booking_id, **values})


def history_values(
    statuses: tuple[Status | None, Status], author: Author, change: Mapping[str, object]
) -> dict[str, object]:
    """The columns of a history row, but for its booking."""
    origin, target = statuses
    return {
        "from_status": None if origin is None else origin.value,
        "to_status": target.value,
        "at": author.now,
        "by_id": author.by,
        "reason": author.reason,
        "change": dict(change),
    }
