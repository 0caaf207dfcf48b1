"""Closing a device or the department for a stretch, and lifting a closure. No booking is ever stranded."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy.orm import Session

from tracker.db import service
from tracker.domain.errors import N_, InvalidError, NotFoundError
from tracker.domain.lifecycle import MOVABLE, Status
from tracker.domain.texts import LONGEST_REASON, plain_line
from tracker.models import Booking, Closure
from tracker.queries.closures import Stretch, bookings_hit, closing_device_id, span_of_hit
from tracker.queries.occupancy import DayKey
from tracker.queries.occupancy_derived import closed_mask, opened_keys
from tracker.writes.audit import note_row
from tracker.writes.booking_rows import Author
from tracker.writes.booking_steps import Days
from tracker.writes.evading import evade, flag, unflag
from tracker.writes.occupancy import lock_device_days, lock_supply, rebuild_occupancy
from tracker.writes.occupancy_rows import save_device_days
from tracker.writes.placing import day_of

LONGEST_CLOSURE = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Closing:
    """What is to be closed: a device's code (None: the department), aware instants, why.

    `bookings` says what becomes of the bookings hit: moved where possible, or all kept and flagged.
    """

    device: str | None
    start: datetime
    end: datetime
    reason: str
    bookings: Literal["move", "flag"]


@dataclass(frozen=True, slots=True)
class Closed:
    """The closure and what became of each booking it hit (ids)."""

    closure_id: int
    moved: tuple[int, ...]
    flagged: tuple[int, ...]


@service
def close(session: Session, closing: Closing, *, by: int, now: datetime) -> Closed:
    """Close a stretch; each booking it hits is moved on the same day or kept and flagged, in this step.

    Raises InvalidError with the field.
    """
    check_closing(closing, now=now)
    reason = plain_line(closing.reason, field="reason", least=1, longest=LONGEST_REASON)
    author = Author(by, now, reason)
    lock_supply(session)
    device_id = closing_device_id(session, closing.device)
    days = _lock_days(session, closing, device_id, now)
    closure_id = _insert(session, closing, device_id, author)
    for key, day in days.items():
        if device_id is None or key[0] == device_id:
            mask = day.closed | closed_mask(day.midnight, [(closing.start, closing.end)])
            days[key] = replace(day, closed=mask)
    moved, flagged = _clear(session, closing, device_id, days, author)
    save_device_days(session, days.values())
    return Closed(closure_id, tuple(moved), tuple(flagged))


def check_closing(closing: Closing, *, now: datetime) -> None:
    """Whether this could be closed, as far as no row is asked. Raises InvalidError with the field."""
    if closing.end <= closing.start:
        raise InvalidError(N_("The end lies before the start."), field="end")
    if closing.end <= now:
        raise InvalidError(N_("This stretch is over."), field="end")
    if closing.end - closing.start > LONGEST_CLOSURE:
        raise InvalidError(N_("A closure lasts at most a year."), field="end")
    if not closing.reason.strip():
        raise InvalidError(N_("A reason is needed."), field="reason")
    if closing.bookings not in {"move", "flag"}:
        raise InvalidError(N_("Say what becomes of the bookings."), field="bookings")


def _lock_days(session: Session, closing: Closing, device_id: int | None, now: datetime) -> Days:
    """The opened days of the stretch: of the device alone, or of all where bookings may move to them."""
    first = day_of(closing.start) - timedelta(days=1)  # a block may run past midnight
    only = device_id if closing.bookings == "flag" else None
    keys = opened_keys(session, first, day_of(closing.end), device_id=only)
    return lock_device_days(session, keys, now=now)


def _insert(session: Session, closing: Closing, device_id: int | None, author: Author) -> int:
    closure = Closure(
        device_id=device_id,
        starts_at=closing.start,
        ends_at=closing.end,
        reason=author.reason,
        created_at=author.now,
        created_by_id=author.by,
    )
    session.add(closure)
    session.flush()
    _audit(session, closure, "close", author)
    return closure.id


def _clear(
    session: Session, closing: Closing, device_id: int | None, days: Days, author: Author
) -> tuple[list[int], list[int]]:
    moved: list[int] = []
    flagged: list[int] = []
    stretch = Stretch(device_id, closing.start, closing.end, author.now)
    for booking in bookings_hit(session, stretch):
        movable = closing.bookings == "move" and Status(booking.status) in MOVABLE
        if movable and evade(session, booking, days, author):
            moved.append(booking.id)
        else:
            flag(session, booking, author)
            flagged.append(booking.id)
    return moved, flagged


@service
def lift(session: Session, closure_id: int, *, by: int, now: datetime) -> None:
    """Lift a closure: its time is open again, and bookings flagged for it alone are settled.

    Raises NotFoundError; lifting it twice changes nothing.
    """
    lock_supply(session)
    closure = session.get(Closure, closure_id, with_for_update=True)
    if closure is None:
        raise NotFoundError(N_("There is no such closure."))
    if closure.lifted_at is not None:
        return
    author = Author(by, now)
    closure.lifted_at = now
    session.flush()
    first = day_of(closure.starts_at) - timedelta(days=1)
    keys = opened_keys(session, first, day_of(closure.ends_at), device_id=closure.device_id)
    days = lock_device_days(session, keys, now=now)
    rebuild_occupancy(session, days)
    _audit(session, closure, "lift", author)
    _settle_flags(session, closure, author)


def _settle_flags(session: Session, closure: Closure, author: Author) -> None:
    stretch = Stretch(closure.device_id, closure.starts_at, closure.ends_at, author.now)
    hit = bookings_hit(session, stretch)
    keys = {_place(booking) for booking in hit}  # locked by lifting; read again as they are now
    days = lock_device_days(session, keys, now=author.now) if keys else {}
    for booking in hit:
        day = days[_place(booking)]
        span = span_of_hit(booking, author.now)
        if booking.is_flagged and not day.closed & closed_mask(day.midnight, [span]):
            unflag(session, booking, author)


def _place(booking: Booking) -> DayKey:
    """The device day that a booking stands on: an exam in progress on the device that examines."""
    if booking.status == Status.IN_PROGRESS.value and booking.started_at is not None:
        return booking.started_device_id or booking.device_id, day_of(booking.started_at)
    return booking.device_id, booking.local_date


def _audit(session: Session, closure: Closure, action: str, author: Author) -> None:
    note_row(
        session,
        closure,
        action,
        author,
        {
            "device_id": closure.device_id,
            "starts_at": closure.starts_at.isoformat(),
            "ends_at": closure.ends_at.isoformat(),
            "reason": closure.reason,
        },
    )
