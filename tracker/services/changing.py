"""Changing a booking before it is examined: check in, cancel, no-show and move. Undoing is in undoing."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from tracker.db import service
from tracker.domain.errors import NotBookableError
from tracker.domain.lifecycle import Status, Step, next_status
from tracker.domain.openings import openings_for
from tracker.domain.texts import LONGEST_REASON, plain_line
from tracker.queries.catalogue import capable_devices
from tracker.queries.openings import ask_again, device_id_of
from tracker.writes.booking_rows import Author, find_booking, lock_booking
from tracker.writes.booking_steps import take_step
from tracker.writes.holding import hold_patient
from tracker.writes.moving import move_to
from tracker.writes.placing import Place, day_of


@service
def check_in(
    session: Session, booking_id: int, *, by: int, now: datetime, version: int | None = None
) -> None:
    """The patient is here, on the day of the booking, however early.

    Raises IllegalTransitionError, ConflictError `other_day`, StaleError, NotFoundError.
    """
    booking, days = lock_booking(session, booking_id, now=now, version=version)
    take_step(session, booking, days, Step.ARRIVE, Author(by, now))


@service
def cancel_booking(
    session: Session,
    booking_id: int,
    *,
    reason: str,
    by: int,
    now: datetime,
    version: int | None = None,
) -> None:
    """Cancel a booking, or stop its exam (which then counts nothing); its time is free at once.

    Raises InvalidError (no reason), IllegalTransitionError, StaleError, NotFoundError.
    """
    author = Author(by, now, plain_line(reason, field="reason", longest=LONGEST_REASON))
    booking, days = lock_booking(session, booking_id, now=now, version=version)
    take_step(session, booking, days, Step.CANCEL, author)


@service
def mark_no_show(
    session: Session, booking_id: int, *, by: int, now: datetime, version: int | None = None
) -> None:
    """The patient did not come; the time is free at once.

    Raises as `check_in` does, with ConflictError `not_begun` before the start of the booking.
    """
    booking, days = lock_booking(session, booking_id, now=now, version=version)
    take_step(session, booking, days, Step.NO_SHOW, Author(by, now))


@dataclass(frozen=True, slots=True)
class Move:
    """Where a booking is to go: a device's code and an aware start, a whole minute; perhaps why."""

    device: str
    start: datetime
    reason: str = ""


@service
def move_booking(
    session: Session,
    booking_id: int,
    move: Move,
    *,
    by: int,
    now: datetime,
    version: int | None = None,
) -> None:
    """Give a booking another time or device in one step: both or nothing; its identity stays.

    A no-show who is moved within today is arrived; on a later day everybody is booked. Raises
    IllegalTransitionError unless it is booked, arrived or a no-show, and the refusals of booking:
    InvalidError, SlotTakenError, NotBookableError.
    """
    reason = plain_line(move.reason, field="reason", longest=LONGEST_REASON)
    place = Place(device_id_of(session, move.device), move.start)
    booking, days = lock_booking(session, booking_id, now=now, version=version, also=[place.key])
    move_to(session, booking, days, place, Author(by, now, reason))


@service
def return_patient(
    session: Session, booking_id: int, *, by: int, now: datetime, version: int | None = None
) -> None:
    """A no-show came after all: arrived, at the next opening of today on any capable device.

    All of these are locked before the search: nobody takes the opening between the two. Raises IllegalTransitionError unless it is a no-show, NotBookableError with the counted reasons when
    nothing is left today (an added booking is the other way).
    """
    today = day_of(now)
    capable = capable_devices(session, find_booking(session, booking_id).exam_type_id)
    keys = [(device.id, today) for device in capable]
    booking, days = lock_booking(session, booking_id, now=now, version=version, also=keys)
    next_status(Status(booking.status), Step.RETURN)
    asked = hold_patient(session, ask_again(session, booking), today)
    found = openings_for(
        asked.request, [days[key] for key in keys], now=now, limit=1, ranking=asked.earliest
    )
    if not found.openings:
        raise NotBookableError(found.reasons)
    place = Place(found.openings[0].device_id, found.openings[0].start)
    move_to(session, booking, days, place, Author(by, now))
