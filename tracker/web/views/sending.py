"""Sending a patient who waits to another machine, from either list: where there is room, and how soon."""

from flask import Blueprint, flash, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker.domain.lifecycle import Status
from tracker.queries import read_session
from tracker.queries.bookings import booking_details
from tracker.queries.sending import Destination, destinations
from tracker.services.changing import Move, move_booking
from tracker.web.addresses import see_other
from tracker.web.arguments import code_argument
from tracker.web.filters import clock
from tracker.web.forms.bookings import MoveForm
from tracker.web.openings import parse_choice
from tracker.web.person import caller, request_now
from tracker.web.saving import refused
from tracker.web.views.worklist import address_of

blueprint = Blueprint("sending", __name__)


@blueprint.get("/worklist/<int:booking_id>/send")
def show(booking_id: int) -> ResponseReturnValue:
    """The machines that could take the patient, least wait first; with ?to= the one that asks for him."""
    return _page(booking_id, MoveForm(formdata=None))


@blueprint.post("/worklist/<int:booking_id>/send")
def send(booking_id: int) -> ResponseReturnValue:
    """Give the patient the time chosen on the other machine; the time on this one is free again."""
    form = MoveForm()
    with read_session() as reading:
        left = booking_details(reading, booking_id).device
    sent: list[Move] = []

    def move() -> None:
        sent.append(Move(*parse_choice(form.opening.data or "")))
        by, now = caller().account_id, request_now()
        move_booking(booking_id, sent[0], by=by, now=now, version=form.seen)

    if status := refused(form, move):
        return _page(booking_id, form), status
    device, time = sent[0].device, clock(sent[0].start)
    flash(_("Sent to %(device)s, planned for %(time)s.", device=device, time=time), "success")
    return see_other(address_of(device if code_argument("to") == device else left))


def _page(booking_id: int, form: MoveForm) -> str:
    to, found = code_argument("to"), tuple[Destination, ...]()
    with read_session() as reading:
        booking = booking_details(reading, booking_id)
        is_here = booking.status == Status.ARRIVED
        if is_here:
            found = destinations(reading, booking, now=request_now())
    form.version.data = str(booking.version)
    return render_template(
        "worklist/send.html",
        booking=booking,
        is_here=is_here,
        destinations=[each for each in found if to in (None, each.device)],
        form=form,
        to=to,
        now=request_now(),
        back=address_of(to or booking.device),
    )
