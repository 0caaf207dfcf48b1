"""What a closure does to a booking it hits: another place on the same day, or a flag."""

from sqlalchemy.orm import Session

from tracker.domain.openings import openings_for
from tracker.domain.supply import Opening
from tracker.models import Booking
from tracker.queries.openings import Asked, ask_again
from tracker.writes.booking_rows import Author, save_change, snapshot
from tracker.writes.booking_steps import Days, key_of
from tracker.writes.holding import hold_patient
from tracker.writes.moving import stand_at
from tracker.writes.placing import Place, freed, retaken


def evade(session: Session, booking: Booking, days: Days, author: Author) -> bool:
    """Move a booking to the opening of its day that lies nearest to its time; False when there is none.

    `days` holds the locked device days, changed in place; the caller saves them.
    """
    asked = hold_patient(session, ask_again(session, booking), booking.local_date)
    before_day = days[key_of(booking)]
    days[key_of(booking)] = freed(before_day, booking)
    nearest = _nearest(asked, booking, days, author)
    if nearest is None:
        days[key_of(booking)] = before_day
        return False
    before = snapshot(booking)
    place = Place(nearest.device_id, nearest.start)
    stand_at(booking, asked, days[place.key], place)
    save_change(session, booking, author, action="move", before=before)
    days[place.key] = retaken(days[place.key], booking)
    return True


def _nearest(asked: Asked, booking: Booking, days: Days, author: Author) -> Opening | None:
    """Nearest to the time that the patient was told (adr/0021); among equals the same device and the least wanted one."""
    today = [
        day
        for key, day in sorted(days.items())
        if key[1] == booking.local_date and key[0] in asked.request.device_ids
    ]
    found = openings_for(
        asked.request, today, now=author.now, limit=None, ranking=asked.earliest
    ).openings
    return min(found, key=lambda o: abs(o.start - booking.starts_at), default=None)


def flag(session: Session, booking: Booking, author: Author) -> None:
    """Keep a booking where it stands and show that its time is gone, with the author's reason."""
    before = snapshot(booking)
    booking.is_flagged, booking.flag_reason = True, author.reason
    save_change(session, booking, author, action="flag", before=before)


def unflag(session: Session, booking: Booking, author: Author) -> None:
    """The reason for a booking's flag is gone."""
    before = snapshot(booking)
    booking.is_flagged, booking.flag_reason = False, ""
    save_change(session, booking, author, action="unflag", before=before)
