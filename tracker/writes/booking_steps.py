"""What each step of the lifecycle changes in a booking and its device's day. Starting and finishing: exams.

The transition table decides whether a step exists; this module only carries it out.
"""

from sqlalchemy.orm import Session

from tracker import clock
from tracker.domain.arrival import is_day_to_arrive, may_be_missed
from tracker.domain.errors import N_, ConflictError, InvalidError
from tracker.domain.lifecycle import LIVE, Status, Step, next_status
from tracker.domain.supply import DeviceDay
from tracker.models import Booking
from tracker.queries.occupancy import DayKey
from tracker.writes.booking_rows import Author, save_change, snapshot
from tracker.writes.occupancy import save_device_days
from tracker.writes.placing import freed

Days = dict[DayKey, DeviceDay]


def key_of(booking: Booking) -> DayKey:
    """The device day that a booking stands on."""
    return booking.device_id, booking.local_date


def check_reason(status: Status, step: Step, reason: str) -> None:
    """Raises IllegalTransitionError for a step the table lacks, InvalidError for a missing reason."""
    transition = next_status(status, step)
    if transition.needs_reason and not reason.strip():
        raise InvalidError(N_("A reason is needed."), field="reason")


def take_step(session: Session, booking: Booking, days: Days, step: Step, author: Author) -> None:
    """Carry out a step that changes the status alone: arrive, cancel, no-show, check-in undone.

    A status that no longer holds its time gives it back in `days`, which are saved; a flag is settled then.
    Raises as `check_reason`, ConflictError `other_day` for a check-in on another day than the booking's, and
    ConflictError `not_begun` for a no-show before its start.
    """
    before = snapshot(booking)
    status = Status(booking.status)
    check_reason(status, step, author.reason)
    target = next_status(status, step).to
    if step is Step.NO_SHOW and not may_be_missed(booking.starts_at, author.now):
        text = N_("This booking has not begun yet: who does not come is noted from its start on.")
        raise ConflictError(text, code="not_begun")
    if target not in LIVE:
        day = freed(days[key_of(booking)], booking)
        days[key_of(booking)] = day
        save_device_days(session, [day])
        leave_device(booking)
        booking.is_flagged, booking.flag_reason = False, ""  # nobody needs another time for it
    if step is Step.ARRIVE:
        _check_day(booking, author)
        booking.arrived_at = author.now
    elif target is Status.BOOKED:
        booking.arrived_at = None
    booking.status = target.value
    save_change(session, booking, author, action=step.value, before=before)


def _check_day(booking: Booking, author: Author) -> None:
    zone = clock.hospital_zone()
    if not is_day_to_arrive(booking.starts_at, booking.ends_at, author.now, zone=zone):
        text = N_("This booking is for another day. Move it to today before checking in.")
        raise ConflictError(text, code="other_day")


def leave_device(booking: Booking) -> None:
    """Nothing runs any more for this booking."""
    booking.started_at = None
    booking.started_device_id = None
    booking.started_operator_id = None
