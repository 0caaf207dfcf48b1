"""What a day has left behind for somebody to settle: patients still here on paper, bookings whose time is gone.

Both conditions are spelt out in the statement, because SQLite uses a partial index only then.
"""

from datetime import date

from sqlalchemy import BindParameter, bindparam, func, select
from sqlalchemy.orm import Session

from tracker.domain.lifecycle import Status
from tracker.models import Booking
from tracker.queries.bookings import BookingDetails, select_bookings
from tracker.queries.objections import count_open_objections

_open: BindParameter[str] = bindparam(
    "open",
    [Status.ARRIVED.value, Status.IN_PROGRESS.value],
    expanding=True,
    literal_execute=True,
)
_unsettled = (Booking.status.in_(_open), Booking.local_date < bindparam("today"))
_flagged = (
    Booking.is_flagged,
    Booking.local_date >= bindparam("today"),
    Booking.status.in_([Status.BOOKED.value, Status.ARRIVED.value]),
)
# The version is counted, not the id: an index that covered the statement would be read for all the past.
_COUNT = select(
    select(func.count(Booking.version)).where(*_unsettled).scalar_subquery()
    + select(func.count(Booking.version)).where(*_flagged).scalar_subquery()
)


def unsettled_bookings(session: Session, *, before: date) -> list[BookingDetails]:
    """What still stands as arrived or in progress from days before `before`, oldest first. One statement."""
    return select_bookings(session, *_unsettled, values={"today": before})


def flagged_bookings(session: Session, *, since: date) -> list[BookingDetails]:
    """Bookings from `since` on that were kept although their time is gone. One statement."""
    return select_bookings(session, *_flagged, values={"today": since})


def count_to_settle(session: Session, *, today: date) -> int:
    """How many bookings both lists hold together. One statement, whatever has been booked ever."""
    return session.scalar(_COUNT, {"today": today}) or 0


def count_for_the_head(session: Session, *, today: date) -> int:
    """The same with the objections to figures, which the head alone decides. Two statements."""
    return count_to_settle(session, today=today) + count_open_objections(session)
