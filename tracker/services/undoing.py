"""Taking back the last step of a booking: check-in, start, finish or the cancellation."""

from datetime import datetime

from sqlalchemy.orm import Session

from tracker.db import service
from tracker.domain.errors import N_, InvalidError
from tracker.domain.lifecycle import Status, Step, next_status
from tracker.domain.texts import LONGEST_REASON, plain_line
from tracker.domain.undoing import needs_reason
from tracker.models import Booking
from tracker.queries.openings import ask_again
from tracker.queries.reopening import reopening_reasons
from tracker.writes.booking_rows import Author, lock_booking, save_change, snapshot
from tracker.writes.booking_steps import Days, take_step
from tracker.writes.exam_rows import live_exam_of
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

    A finish is taken back without a reason for ten minutes only. Raises IllegalTransitionError where the table
    has no way back, InvalidError (the reason), StaleError, NotFoundError, and the refusals of booking when a
    cancelled booking's time is gone.
    """
    booking, days = lock_booking(session, booking_id, now=now, version=version)
    author = Author(by, now, plain_line(reason, field="reason", longest=LONGEST_REASON))
    status = Status(booking.status)
    next_status(status, Step.UNDO)
    if status is Status.COMPLETED:
        _refuse_late_press(session, booking_id, author)
        undo_finish(session, booking, days, author)
    elif status is Status.IN_PROGRESS:
        undo_start(session, booking, days, author)
    elif status is Status.CANCELLED:
        _reopen(session, booking, days, author)
    else:
        take_step(session, booking, days, Step.UNDO, author)


def _refuse_late_press(session: Session, booking_id: int, author: Author) -> None:
    exam = live_exam_of(session, booking_id)
    if exam is not None and not author.reason and needs_reason(exam.logged_at, author.now):
        raise InvalidError(
            N_("It was finished more than ten minutes ago: a reason is needed."), field="reason"
        )


def _reopen(session: Session, booking: Booking, days: Days, author: Author) -> None:
    """Back to booked at the same time, as long as the rule allows it."""
    place = Place(booking.device_id, booking.starts_at)
    day = days[place.key]
    asked = hold_patient(session, ask_again(session, booking), place.key[1])
    reasons = reopening_reasons(session, booking, asked, day, now=author.now)
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
