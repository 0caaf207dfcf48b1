"""The year toward its target: plan line, what was done, the gap, and how the year is expected to end."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from tracker import clock
from tracker.domain.errors import N_, NotFoundError
from tracker.domain.workcalendar import local_date_of
from tracker.queries import read_session
from tracker.web.arguments import FIRST_YEAR, LAST_YEAR, code_argument
from tracker.web.person import request_now
from tracker.web.year_page import read_year

blueprint = Blueprint("volume_year", __name__)


@blueprint.get("/volume/year")
def show() -> ResponseReturnValue:
    """The year of ?year= (the present one without it), of all streams or of ?stream=."""
    today = local_date_of(request_now(), clock.hospital_zone())
    with read_session() as reading:
        page = read_year(reading, _year(today.year), code_argument("stream"), today=today)
    return render_template("volume/year.html", page=page, today=today)


def _year(default: int) -> int:
    text = request.args.get("year", "")
    if not text:
        return default
    if not (text.isascii() and text.isdigit()) or not FIRST_YEAR < int(text) <= LAST_YEAR:
        raise NotFoundError(N_("This year does not exist."))
    return int(text)
