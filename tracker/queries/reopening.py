"""Whether a cancelled booking can come back: its time, asked of the one rule. No writes."""

from datetime import datetime

from sqlalchemy.orm import Session

from tracker.domain.added import added_reasons
from tracker.domain.errors import N_, Reason
from tracker.domain.rules import is_bookable
from tracker.domain.supply import DeviceDay
from tracker.models import Booking
from tracker.queries.added import adding_to
from tracker.queries.occupancy import device_days
from tracker.queries.openings import Asked, ask_again, with_patient


def reopening_reasons(
    session: Session, booking: Booking, asked: Asked, day: DeviceDay, *, now: datetime
) -> tuple[Reason, ...]:
    """Why the booking cannot stand at its time again; empty means it can. `asked` is its request."""
    start = booking.starts_at
    if booking.is_added:
        adding = adding_to(session, day, by=booking.created_by_id)
        return added_reasons(asked.request, day, start, now=now, adding=adding)
    return is_bookable(asked.request, day, start, now=now)


def why_not_reopened(session: Session, booking_id: int, *, now: datetime) -> tuple[Reason, ...]:
    """The same for a page, of a booking that exists, as it is at the moment."""
    booking = session.get_one(Booking, booking_id)
    on = booking.local_date
    days = list(device_days(session, device_ids=[booking.device_id], first=on, last=on, now=now))
    if not days:
        return (Reason("outside_blocks", N_("The device has no working hours there.")),)
    asked = with_patient(session, ask_again(session, booking), on, on)
    return reopening_reasons(session, booking, asked, days[0], now=now)
