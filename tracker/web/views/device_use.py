"""How the devices are used: examined of open minutes, overtime, what was closed and why."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from tracker import clock
from tracker.domain.workcalendar import local_date_of
from tracker.queries import read_session
from tracker.web.arguments import code_argument
from tracker.web.day_stretch import stretch_of_address, usual_stretches
from tracker.web.device_use_page import read_device_use
from tracker.web.person import request_now

blueprint = Blueprint("device_use", __name__)


@blueprint.get("/volume/devices")
def show() -> ResponseReturnValue:
    """The days of ?from=…&to=… (else this month), as far as they are over; ?device= is one device alone."""
    now = request_now()
    today = local_date_of(now, clock.hospital_zone())
    stretch, device = stretch_of_address(today), code_argument("device")
    with read_session() as reading:
        page = read_device_use(reading, stretch, device, now=now)
    context = {"page": page, "stretch": stretch, "device": device}
    return render_template("volume/devices.html", **context, choices=usual_stretches(today))
