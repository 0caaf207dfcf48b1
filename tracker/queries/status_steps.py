"""Which rows of a booking's history are steps from one status to another. No statements of its own."""

from sqlalchemy import ColumnElement

from tracker.models import BookingHistory


def is_change_of_status() -> ColumnElement[bool]:
    """A row that changed the status; what else becomes of a booking is noted too, under the status it has.

    A cancelled booking whose block is taken over has such a row: who counts, or asks why, must pass it over.
    """
    return BookingHistory.from_status.is_distinct_from(BookingHistory.to_status)
