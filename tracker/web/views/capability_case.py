"""The case for a machine: by capability what was asked for, examined and turned away, beside one more machine."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from tracker import clock
from tracker.domain.workcalendar import local_date_of
from tracker.queries import read_session
from tracker.web.arguments import code_argument
from tracker.web.capability_page import LISTS, read_capabilities
from tracker.web.day_stretch import stretch_of_address, usual_stretches
from tracker.web.person import request_now

blueprint = Blueprint("capability_case", __name__)


@blueprint.get("/volume/capabilities")
def show() -> ResponseReturnValue:
    """The days of ?from=…&to=… (else this month), as far as they are over; ?capability= is the one told in full."""
    now = request_now()
    today = local_date_of(now, clock.hospital_zone())
    stretch, code = stretch_of_address(today), code_argument("capability")
    with read_session() as reading:
        page = read_capabilities(reading, stretch, code, today=today, now=now)
    context = {"page": page, "stretch": stretch, "code": code, "now": now, "lists": LISTS}
    return render_template("volume/capabilities.html", **context, choices=usual_stretches(today))
