"""How well patients are served: waits against the goals, who did not come, planned against actual minutes."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from tracker import clock
from tracker.domain.workcalendar import local_date_of
from tracker.queries import read_session
from tracker.queries.devices import devices
from tracker.queries.durations import durations
from tracker.queries.morning_openings import OUT_OF_REACH
from tracker.web.arguments import code_argument
from tracker.web.day_stretch import stretch_of_address, usual_stretches
from tracker.web.opening_course import read_course
from tracker.web.person import request_now
from tracker.web.quality_page import LONGEST_SHOWN, read_quality

blueprint = Blueprint("quality", __name__)


@blueprint.get("/volume/quality")
def show() -> ResponseReturnValue:
    """The days of ?from=…&to=… (else this month), as far as they are over; openings as of now.

    ?exam_type= is the one whose mornings are told in full.
    """
    now = request_now()
    today = local_date_of(now, clock.hospital_zone())
    stretch, exam_type = stretch_of_address(today), code_argument("exam_type")
    with read_session() as reading:
        page = read_quality(reading, stretch, today=today, now=now)
        course = read_course(reading, stretch, exam_type)
    context = {"page": page, "course": course, "stretch": stretch, "now": now}
    context |= {"longest": LONGEST_SHOWN, "out_of_reach": OUT_OF_REACH, "exam_type": exam_type}
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
