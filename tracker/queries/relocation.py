"""Where a booking that stands could go: openings of its own request, and one minute by name. The move is a service."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy.orm import Session

from tracker import clock
from tracker.domain.errors import N_, NotFoundError, Reason
from tracker.domain.lifecycle import LIVE, Status
from tracker.domain.openings import Search, openings_for
from tracker.domain.rules import is_bookable
from tracker.domain.supply import DeviceDay, without_booking
from tracker.domain.workcalendar import local_date_of
from tracker.models import Booking
from tracker.queries.minutes import day_of_device
from tracker.queries.occupancy import device_days
from tracker.queries.openings import Days, ask_again, device_id_of, ranked, with_patient


def openings_elsewhere(session: Session, booking_id: int, days: Days, *, now: datetime) -> Search:
    """The openings for the request of a booking, its own time counted as free. Raises NotFoundError."""
    booking = _find(session, booking_id)
    asked = with_patient(session, ask_again(session, booking), days.first, days.last)
    chosen = [d.id for d in asked.devices if days.device is None or d.code == days.device]
    found = device_days(session, device_ids=chosen, first=days.first, last=days.last, now=now)
    return openings_for(
        asked.request,
        _freed(found, booking),
        now=now,
        limit=days.limit,
        ranking=ranked(session, asked, days, asked_at=booking.created_at),
        window=days.window,
    )


def reasons_against(
    session: Session, booking_id: int, device: str, start: datetime, *, now: datetime
) -> tuple[Reason, ...]:
    """All reasons why a booking cannot be moved to this device and minute; empty means it can.

    Raises NotFoundError, and InvalidError for an unknown device.
    """
    booking = _find(session, booking_id)
    local_date = local_date_of(start, clock.hospital_zone())
    asked = with_patient(session, ask_again(session, booking), local_date, local_date)
    day = day_of_device(session, device_id_of(session, device), start, now=now)
    return is_bookable(asked.request, next(_freed([day], booking)), start, now=now)


def _find(session: Session, booking_id: int) -> Booking:
    booking = session.get(Booking, booking_id)
    if booking is None:
        raise NotFoundError(N_("There is no such booking."))
    return booking


def _freed(days: "Iterator[DeviceDay] | list[DeviceDay]", booking: Booking) -> Iterator[DeviceDay]:
    holds = Status(booking.status) in LIVE and not booking.is_added
    for day in days:
        if holds and (day.device_id, day.local_date) == (booking.device_id, booking.local_date):
            span = (day.minute_of(booking.starts_at), day.minute_of(booking.device_ends_at))
            yield without_booking(
                day, block_id=booking.block_id, stream_id=booking.stream_id, span=span
            )
        else:
            yield day
