"""How well patients are served: waits against the goals, who did not come, planned against actual minutes."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from tracker import clock
from tracker.domain.workcalendar import local_date_of
from tracker.queries import read_session
from tracker.queries.devices import devices
from tracker.queries.durations import durations
from tracker.web.day_stretch import stretch_of_address, usual_stretches
from tracker.web.person import request_now
from tracker.web.quality_page import LONGEST_SHOWN, read_quality

blueprint = Blueprint("quality", __name__)


@blueprint.get("/volume/quality")
def show() -> ResponseReturnValue:
    """The days of ?from=…&to=… (else this month), as far as they are over; openings as of now."""
    now = request_now()
    today = local_date_of(now, clock.hospital_zone())
    stretch = stretch_of_address(today)
    with read_session() as reading:
        page = read_quality(reading, stretch, today=today, now=now)
    context = {"page": page, "stretch": stretch, "now": now, "longest": LONGEST_SHOWN}
    return render_template("volume/quality.html", **context, choices=usual_stretches(today))


@blueprint.get("/volume/quality/minutes")
def minutes() -> ResponseReturnValue:
    """Planned against actual minutes of the exams of these days."""
    today = local_date_of(request_now(), clock.hospital_zone())
    stretch = stretch_of_address(today)
    with read_session() as reading:
        types = durations(reading, stretch.first, stretch.last)
        used = {device_id for each in types for device_id in each.devices}
        machines = [row for row in devices(reading, include_retired=True) if row.id in used]
    context = {"types": types, "machines": machines, "stretch": stretch}
    return render_template("volume/durations.html", **context, choices=usual_stretches(today))
