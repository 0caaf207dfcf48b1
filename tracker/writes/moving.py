"""Giving a booking another place: the old time freed and the new one taken in one step."""

from sqlalchemy.orm import Session

from tracker.domain.lifecycle import LIVE, MOVABLE, Status, refuse_status
from tracker.domain.rules import block_at, is_bookable
from tracker.domain.supply import MINUTE, DeviceDay
from tracker.models import Booking
from tracker.queries.openings import Asked, ask_again
from tracker.writes.booking_rows import Author, save_change, snapshot
from tracker.writes.booking_steps import Days, key_of
from tracker.writes.holding import hold_patient
from tracker.writes.occupancy import save_device_days
from tracker.writes.placing import Place, day_of, freed, refusal, retaken


def move_to(session: Session, booking: Booking, days: Days, place: Place, author: Author) -> None:
    """Move a booked, arrived or no-show booking to a place whose device day is locked in `days`.

    A no-show returns as arrived; on a later day whoever is moved has yet to arrive (docs/adr/0015). An added
    booking becomes a planned one. A flag is settled by the move.
    Raises IllegalTransitionError, SlotTakenError or NotBookableError; then nothing has changed.
    """
    status = Status(booking.status)
    if status not in MOVABLE and status is not Status.NO_SHOW:
        raise refuse_status(status)
    if status in LIVE:
        days[key_of(booking)] = freed(days[key_of(booking)], booking)
    asked = hold_patient(session, ask_again(session, booking), place.key[1])
    day = days[place.key]
    reasons = is_bookable(asked.request, day, place.start, now=author.now)
    if reasons:
        raise refusal(session, asked, reasons, place, author.now)
    before = snapshot(booking)
    changed = {key_of(booking), place.key}
    stand_at(booking, asked, day, place)
    _arrive_again(booking, author)
    save_change(session, booking, author, action="move", before=before)
    days[place.key] = retaken(day, booking)
    save_device_days(session, [days[key] for key in sorted(changed) if key in days])


def _arrive_again(booking: Booking, author: Author) -> None:
    """Here is who is here today."""
    if booking.local_date > day_of(author.now):
        booking.status, booking.arrived_at = Status.BOOKED.value, None
    elif booking.status == Status.NO_SHOW:
        booking.status, booking.arrived_at = Status.ARRIVED.value, author.now


def stand_at(booking: Booking, asked: Asked, day: DeviceDay, place: Place) -> None:
    """Set the columns of a planned booking at a place."""
    request = asked.request
    block = block_at(day, day.minute_of(place.start), request.duration_minutes)
    booking.device_id, booking.local_date = place.key
    booking.block_id = None if block is None else block.block_id
    booking.operator_id = None if block is None else block.operator_id
    booking.starts_at = place.start
    booking.ends_at = place.start + request.duration_minutes * MINUTE
    booking.device_ends_at = booking.ends_at
    booking.patient_ends_at = booking.ends_at + request.observation_minutes * MINUTE
    booking.is_added, booking.added_reason = False, ""
    booking.is_flagged, booking.flag_reason = False, ""
