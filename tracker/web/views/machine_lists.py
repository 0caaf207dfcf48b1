"""The paper list of one machine and day, to be printed: what the desks work from without the server."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from tracker import clock
from tracker.domain.errors import N_, NotFoundError
from tracker.domain.workcalendar import local_date_of
from tracker.queries import read_session
from tracker.queries.machine_lists import machine_lists
from tracker.queries.settings import department_settings
from tracker.web.arguments import code_argument, day_argument
from tracker.web.person import request_now

blueprint = Blueprint("machine_lists", __name__)


@blueprint.get("/worklist/print")
def show() -> ResponseReturnValue:
    """The list of ?device=US07&date=2026-11-23; without a date of today. Raises NotFoundError."""
    code = code_argument("device")
    day = day_argument("date") or local_date_of(request_now(), clock.hospital_zone())
    with read_session() as reading:
        found = [each for each in machine_lists(reading, day) if each.device.code == code]
        settings = department_settings(reading)
    if not found:
        raise NotFoundError(N_("There is no such device."), field="device")
    return render_template(
        "worklist/print.html", list=found[0], settings=settings, day=day, now=request_now()
    )
