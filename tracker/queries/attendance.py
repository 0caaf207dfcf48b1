"""Who did not come and who cancelled, by stream and by how long before the booking was made, and why. No writes."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Subquery, func, select
from sqlalchemy.orm import Session

from tracker.domain.lifecycle import Status
from tracker.models import Booking, BookingHistory
from tracker.queries.local_time import day_number_of, local_seconds_of
from tracker.queries.status_steps import is_change_of_status
from tracker.queries.waits import BOOKED_BEFORE

LEADS = (0, 1, 2, 4, 8, 15)
"""Days from booking to its day at which a group begins: the same day, 1, 2–3, 4–7, 8–14, 15 and more."""


@dataclass(frozen=True, slots=True)
class Attendance:
    """Bookings of some days: all of them, those cancelled, those whose patient did not come."""

    bookings: int = 0
    cancelled: int = 0
    no_shows: int = 0

    @property
    def cancelled_share(self) -> float | None:
        """Cancelled ÷ all bookings."""
        return self.cancelled / self.bookings if self.bookings else None

    @property
    def no_show_share(self) -> float | None:
        """Not come ÷ bookings that were not cancelled."""
        expected = self.bookings - self.cancelled
        return self.no_shows / expected if expected else None

    def __add__(self, other: "Attendance") -> "Attendance":
        return Attendance(
            self.bookings + other.bookings,
            self.cancelled + other.cancelled,
            self.no_shows + other.no_shows,
        )


@dataclass(frozen=True, slots=True)
class ReasonCount:
    """Why bookings that are cancelled (or not come to) were: the words given with the last such step.

    `step_id` is the latest step with these words: by it an address asks for them, for words may name somebody.
    """

    status: str
    reason: str
    bookings: int
    step_id: int = field(default=0, compare=False)


def attendance(session: Session, first: date, last: date) -> Mapping[tuple[int, int], Attendance]:
    """(stream id, first day of a group of LEADS) → the bookings of the days `first` to `last`. One statement."""
    lead = days_ahead(session, first, last)
    each = (
        select(Booking.stream_id, lead.label("lead"), Booking.status)
        .where(Booking.local_date.between(first, last))
        .subquery("each_booking")
    ).c
    keys = each.stream_id, each.lead, each.status
    found: dict[tuple[int, int], Attendance] = defaultdict(Attendance)
    for stream_id, days, status, bookings in session.execute(
        select(*keys, func.count()).group_by(*keys)
    ):
        found[stream_id, lead_group(days)] += Attendance(
            bookings,
            bookings if status == Status.CANCELLED.value else 0,
            bookings if status == Status.NO_SHOW.value else 0,
        )
    return found


def days_ahead(session: Session, first: date, last: date) -> Any:
    """Calendar days from the making of a booking of the days `first` to `last` until its day."""
    early = first - BOOKED_BEFORE
    return day_number_of(local_seconds_of(session, Booking.starts_at, early, last)) - day_number_of(
        local_seconds_of(session, Booking.created_at, early, last)
    )


def lead_group(days: int) -> int:
    """The group of LEADS that so many days belong to."""
    return max((each for each in LEADS if each <= days), default=LEADS[0])


def last_of_lead(lead: int) -> int | None:
    """The last number of days of a group of LEADS; None of the last group, which has no end."""
    return min((each - 1 for each in LEADS if each > lead), default=None)


def reasons(session: Session, first: date, last: date) -> list[ReasonCount]:
    """The reasons of bookings of the days that stand cancelled or not come to, most frequent first. One statement."""
    final = final_steps(first, last)
    step = BookingHistory
    rows = session.execute(
        select(step.to_status, step.reason, func.count(), func.max(step.id))
        .join(final, final.c.id == step.id)
        .group_by(step.to_status, step.reason)
        .order_by(step.to_status, func.count().desc(), step.reason)
    )
    return [ReasonCount(*row) for row in rows]


def final_steps(first: date, last: date) -> Subquery:
    """By its `id` the step that ended each booking of the days that stands cancelled or not come to."""
    ended = [Status.CANCELLED.value, Status.NO_SHOW.value]
    return (
        select(func.max(BookingHistory.id).label("id"))
        .join(Booking, Booking.id == BookingHistory.booking_id)
        .where(
            Booking.local_date.between(first, last),
            Booking.status.in_(ended),
            BookingHistory.to_status == Booking.status,
            is_change_of_status(),
        )
        .group_by(BookingHistory.booking_id)
        .subquery("final")
    )
