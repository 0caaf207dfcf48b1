"""The slip that a patient takes along: when, where, how to prepare; for A5 and for a roll of 80 mm."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import Blueprint, Response, make_response, render_template, request
from flask.typing import ResponseReturnValue

from tracker.domain.arrival import Band
from tracker.queries import read_session
from tracker.queries.bookings import (
    BookingDetails,
    HistoryStep,
    booking_details,
    booking_history,
)
from tracker.queries.devices import devices
from tracker.queries.settings import department_settings
from tracker.web.barcode import code_128
from tracker.web.booking_story import earlier_places
from tracker.web.openings import band_of
from tracker.web.views.bookings import today

blueprint = Blueprint("slips", __name__)

SIZES = ("a5", "roll")
COOKIE = "slip_size"
COOKIE_SECONDS = 365 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Replaced:
    """What the slip before this one said: an arrival band, and a device by its code."""

    band: Band
    device: str


@blueprint.get("/bookings/<int:booking_id>/slip")
def show(booking_id: int) -> ResponseReturnValue:
    """The slip of a booking, to be printed; `size` chooses the paper of this browser from now on."""
    with read_session() as reading:
        booking = booking_details(reading, booking_id)
        settings = department_settings(reading)
        history = booking_history(reading, booking_id)
        codes = {device.id: device.code for device in devices(reading, include_retired=True)}
    chosen = request.args.get("size", "")
    kept = request.cookies.get(COOKIE, "")
    page = render_template(
        "bookings/slip.html",
        booking=booking,
        band=band_of(booking.starts_at, settings.band_minutes),
        replaced=_replaced(booking, history, codes, settings.band_minutes),
        barcode=code_128(str(booking.id)),
        settings=settings,
        size=next((size for size in (chosen, kept) if size in SIZES), SIZES[0]),
        today=today(),
    )
    return _remembering(make_response(page), chosen)


def _replaced(
    booking: BookingDetails, history: Sequence[HistoryStep], codes: Mapping[int, str], width: int
) -> Replaced | None:
    """The latest place of which a slip would say something else; None: an earlier slip holds still."""
    present = Replaced(band_of(booking.starts_at, width), booking.device)
    for start, device_id in earlier_places(history, booking.starts_at, booking.device_id):
        old = Replaced(band_of(start, width), codes[device_id])
        if old != present:
            return old
    return None


def _remembering(response: Response, size: str) -> Response:
    """The paper lies in the printer beside this browser, whoever sits there."""
    if size in SIZES:
        response.set_cookie(
            COOKIE,
            size,
            max_age=COOKIE_SECONDS,
            httponly=True,
            samesite="Lax",
            secure=request.is_secure,
        )
    return response
