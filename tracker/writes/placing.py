"""Taking and giving back time: the step between a locked device day and a booking's row.

Every place asks the one rule (domain/rules) first; nothing here decides by itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from tracker import clock
from tracker.domain.errors import (
    N_,
    DomainError,
    NotBookableError,
    Reason,
    SlotTakenError,
)
from tracker.domain.lifecycle import Status
from tracker.domain.rules import TAKEN, block_at
from tracker.domain.supply import (
    MINUTE,
    DeviceDay,
    Opening,
    Span,
    with_added,
    with_booking,
    without_booking,
)
from tracker.domain.workcalendar import DAY, local_date_of
from tracker.models import Booking
from tracker.queries.occupancy import DayKey
from tracker.queries.openings import Asked, Days, search
from tracker.writes.booking_rows import Author
from tracker.writes.new_booking import insert_booking

_Values = dict[str, Any]

ALTERNATIVES = 5
ALTERNATIVE_DAYS = 14


@dataclass(frozen=True, slots=True)
class Place:
    """A device and a start (aware, a whole minute) that somebody wants."""

    device_id: int
    start: datetime

    @property
    def key(self) -> DayKey:
        """The device day to lock."""
        return self.device_id, day_of(self.start)


def day_of(instant: datetime) -> date:
    """The hospital's day in which an instant lies."""
    return local_date_of(instant, clock.hospital_zone())


def place_of(asked: Asked, device: str, start: datetime) -> Place:
    """The place of a device that `ask` has found capable."""
    return Place(next(d.id for d in asked.devices if d.code == device), start)


def refusal(
    session: Session, asked: Asked, reasons: Sequence[Reason], place: Place, now: datetime
) -> DomainError:
    """The error of a refused place: too late (with the openings nearest to it) or not bookable (all reasons)."""
    if not all(reason.code in TAKEN for reason in reasons):
        return NotBookableError(reasons)
    return SlotTakenError(
        N_("This time was taken meanwhile."),
        field="start",
        details={"openings": _nearest(session, asked, place, now), "reasons": tuple(reasons)},
    )


def _nearest(session: Session, asked: Asked, place: Place, now: datetime) -> tuple[Opening, ...]:
    """Openings of the day nearest to the start, the device itself first among equals; then of later days."""
    day = day_of(place.start)
    found = search(session, asked, Days(day, day, limit=None), now=now).openings
    near = sorted(
        found, key=lambda o: (abs(o.start - place.start), o.device_id != place.device_id)
    )[:ALTERNATIVES]
    missing = ALTERNATIVES - len(near)
    if not missing:
        return tuple(near)
    later = Days(day + DAY, day + (ALTERNATIVE_DAYS - 1) * DAY, limit=missing)
    return (*near, *search(session, asked, later, now=now).openings)


@dataclass(frozen=True, slots=True)
class NewBooking:
    """What a new booking says beyond its request."""

    parts: int
    start: datetime
    added_reason: str | None = None


def place_booking(
    session: Session, asked: Asked, day: DeviceDay, wanted: NewBooking, author: Author
) -> int:
    """Insert a booking on a locked device day and take its time (an added one takes none).

    The caller has asked the rule on this very day. Returns the id.
    """
    values = booking_values(asked, day, wanted, author)
    return insert_booking(session, values, _after(day, values), author)


def booking_values(asked: Asked, day: DeviceDay, wanted: NewBooking, author: Author) -> _Values:
    """The columns of a new booking."""
    request = asked.request
    minute = day.minute_of(wanted.start)
    added = wanted.added_reason is not None
    block = block_at(day, minute, 1 if added else request.duration_minutes)
    ends_at = wanted.start + request.duration_minutes * MINUTE
    return {
        "patient_id": asked.patient_id,
        "exam_type_id": request.exam_type_id,
        "parts": wanted.parts,
        "stream_id": request.stream_id,
        "device_id": day.device_id,
        "block_id": None if block is None else block.block_id,
        "operator_id": None if block is None else block.operator_id,
        "starts_at": wanted.start,
        "ends_at": ends_at,
        "device_ends_at": ends_at,
        "patient_ends_at": ends_at + request.observation_minutes * MINUTE,
        "local_date": day.local_date,
        "status": Status.BOOKED.value,
        "is_added": added,
        "added_reason": wanted.added_reason or "",
        "created_at": author.now,
        "created_by_id": author.by,
    }


def _after(day: DeviceDay, values: _Values) -> DeviceDay:
    if values["is_added"]:
        return with_added(day, block_id=values["block_id"], count=1)
    return with_booking(
        day,
        block_id=values["block_id"],
        stream_id=values["stream_id"],
        span=(day.minute_of(values["starts_at"]), day.minute_of(values["device_ends_at"])),
    )


def span_of(day: DeviceDay, booking: Booking) -> Span:
    """The minutes in which a booking holds its device."""
    return day.minute_of(booking.starts_at), day.minute_of(booking.device_ends_at)


def freed(day: DeviceDay, booking: Booking) -> DeviceDay:
    """The day after a live booking gave back its time (an added one its place)."""
    if booking.is_added:
        return with_added(day, block_id=booking.block_id, count=-1)
    return without_booking(
        day, block_id=booking.block_id, stream_id=booking.stream_id, span=span_of(day, booking)
    )


def retaken(day: DeviceDay, booking: Booking) -> DeviceDay:
    """The day after a booking took its time (again)."""
    if booking.is_added:
        return with_added(day, block_id=booking.block_id, count=1)
    return with_booking(
        day, block_id=booking.block_id, stream_id=booking.stream_id, span=span_of(day, booking)
    )


def resized(day: DeviceDay, booking: Booking, until: datetime) -> DeviceDay:
    """The day after the booking's hold on its device was set to end at `until`, inside its plan.

    A begun minute is held whole. Sets the booking's `device_ends_at`.
    """
    whole = -((day.midnight - until) // MINUTE) * MINUTE + day.midnight
    day = freed(day, booking)
    booking.device_ends_at = min(max(whole, booking.starts_at), booking.ends_at)
    return retaken(day, booking)
