"""The volume: today against plan, the year against the target, any stretch by stream, type, device and doctor."""

from datetime import date

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from tracker import clock
from tracker.domain.workcalendar import local_date_of
from tracker.queries import Reading, read_session
from tracker.queries.day_summary import day_summary
from tracker.queries.volume import VolumeFilter
from tracker.reports.day_text import day_text
from tracker.reports.definitions import definitions
from tracker.web.closing_page import closing_of
from tracker.web.day_stretch import DayStretch, stretch_of_address, usual_stretches
from tracker.web.fragments import is_htmx, render_block
from tracker.web.person import request_now
from tracker.web.volume_page import read_present, read_volume

blueprint = Blueprint("volume", __name__)

TEMPLATE = "volume/volume.html"


@blueprint.get("/volume")
def show() -> ResponseReturnValue:
    """The department's figures; `from` and `to` choose the stretch of the tables, else it is this month.

    For htmx the figures of this moment alone.
    """
    today = local_date_of(request_now(), clock.hospital_zone())
    stretch = stretch_of_address(today)
    choices = usual_stretches(today)
    with read_session() as reading:
        present = read_present(reading, today=today)
        if is_htmx():
            return render_block(TEMPLATE, "now", present=present, today=today, choices=choices)
        page = read_volume(reading, stretch, present, today=today)
        told = _of_the_department(reading, stretch, today)
    shown = {"present": present, "page": page, "stretch": stretch, "choices": choices}
    return render_template(TEMPLATE, **shown, today=today, **told)


def _of_the_department(reading: Reading, stretch: DayStretch, today: date) -> dict[str, object]:
    """The day as text, what a stretch of closed months was when they were closed, and what the words mean."""
    return {
        "day_text": day_text(reading, day_summary(reading, today, now=request_now())),
        "closing": closing_of(reading, VolumeFilter(stretch.first, stretch.last)),
        "definitions": definitions(),
    }
