"""The slip that a patient takes along: when, where, how to prepare; for A5 and for a roll of 80 mm."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from tracker.queries import read_session
from tracker.queries.bookings import booking_details
from tracker.queries.settings import department_settings
from tracker.web.openings import band_of
from tracker.web.views.bookings import today

blueprint = Blueprint("slips", __name__)

SIZES = ("a5", "roll")


@blueprint.get("/bookings/<int:booking_id>/slip")
def show(booking_id: int) -> ResponseReturnValue:
    """The slip of a booking, to be printed."""
    with read_session() as reading:
        booking = booking_details(reading, booking_id)
        settings = department_settings(reading)
    size = request.args.get("size", "")
    return render_template(
        "bookings/slip.html",
        booking=booking,
        band=band_of(booking.starts_at, settings.band_minutes),
        settings=settings,
        size=size if size in SIZES else SIZES[0],
        today=today(),
    )
