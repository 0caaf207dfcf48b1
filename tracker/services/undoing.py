"""Taking back the last step of a booking: check-in, start, finish or the cancellation."""

from datetime import datetime

from sqlalchemy.orm import Session

from tracker.db import service
from tracker.domain.added import added_reasons
from tracker.domain.lifecycle import Status, Step, next_status
from tracker.domain.rules import is_bookable
from tracker.domain.texts import LONGEST_REASON, plain_line
from tracker.models import Booking
from tracker.queries.openings import ask_again
from tracker.queries.settings import department_settings
from tracker.writes.booking_rows import Author, lock_booking, save_change, snapshot
from tracker.writes.booking_steps import Days, take_step
from tracker.writes.examining import undo_finish, undo_start
from tracker.writes.holding import hold_patient
from tracker.writes.moving import stand_at
from tracker.writes.occupancy import save_device_days
from tracker.writes.placing import Place, refusal, retaken


@service
def undo_step(
    session: Session,
    booking_id: int,
    *,
    by: int,
    now: datetime,
    reason: str = "",
    version: int | None = None,
) -> None:
    """Arrived → booked, in progress → arrived, completed → in progress (its exam is voided), cancelled → booked.

    Raises IllegalTransitionError where the table has no way back, StaleError, NotFoundError, and the refusals
    of booking when a cancelled booking's time is gone.
    """
    booking, days = lock_booking(session, booking_id, now=now, version=version)
    author = Author(by, now, plain_line(reason, field="reason", longest=LONGEST_REASON))
    status = Status(booking.status)
    next_status(status, Step.UNDO)
    if status is Status.COMPLETED:
        undo_finish(session, booking, days, author)
    elif status is Status.IN_PROGRESS:
        undo_start(session, booking, days, author)
    elif status is Status.CANCELLED:
        _reopen(session, booking, days, author)
    else:
        take_step(session, booking, days, Step.UNDO, author)


def _reopen(session: Session, booking: Booking, days: Days, author: Author) -> None:
    """Back to booked at the same time, as long as the rule allows it."""
    place = Place(booking.device_id, booking.starts_at)
    day = days[place.key]
    asked = hold_patient(session, ask_again(session, booking), place.key[1])
    if booking.is_added:
        cap = department_settings(session).added_cap_per_block
        reasons = added_reasons(asked.request, day, place.start, now=author.now, cap=cap)
    else:
        reasons = is_bookable(asked.request, day, place.start, now=author.now)
    if reasons:
        raise refusal(session, asked, reasons, place, author.now)
    before = snapshot(booking)
    if not booking.is_added:
        stand_at(booking, asked, day, place)
    booking.is_flagged, booking.flag_reason = False, ""  # it stands on open time now
    booking.status = next_status(Status.CANCELLED, Step.UNDO).to.value
    booking.arrived_at = None
    save_change(session, booking, author, action="reopen", before=before)
    save_device_days(session, [retaken(day, booking)])
