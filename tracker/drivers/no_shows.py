"""Marking everyone whose half-day is over and who never came; used by the jobs and the virtual days."""

from datetime import datetime

from tracker.db import read_session
from tracker.domain.errors import DomainError
from tracker.queries.due import Overdue, overdue_bookings
from tracker.services.changing import mark_no_show

_BATCH = 200


def mark_due_no_shows(*, by: int, now: datetime) -> int:
    """Mark every booking still `booked` at the end of its half-day; returns how many. Repeatable."""
    marked = 0
    while True:
        with read_session() as session:
            due = overdue_bookings(session, now=now, limit=_BATCH)
        done = sum(_mark(each, by, now) for each in due)
        marked += done
        if len(due) < _BATCH or not done:
            return marked


def _mark(overdue: Overdue, by: int, now: datetime) -> bool:
    try:
        mark_no_show(overdue.booking_id, by=by, now=now, version=overdue.version)
    except DomainError:  # checked in, cancelled or moved to another day at this very moment
        return False
    return True
