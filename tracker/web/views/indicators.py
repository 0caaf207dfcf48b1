"""The national quality indicators of a year, each with its formula, or with what is missing."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from tracker import clock
from tracker.domain.errors import N_, NotFoundError
from tracker.domain.indicators import INPATIENT_HOURS, TERTIARY_MEDIAN, TERTIARY_QUARTILES
from tracker.domain.workcalendar import local_date_of
from tracker.queries import read_session
from tracker.queries.indicators import indicators, usual_inpatient
from tracker.queries.streams import streams
from tracker.web.arguments import FIRST_YEAR, LAST_YEAR, number_argument
from tracker.web.person import request_now

blueprint = Blueprint("indicators", __name__)


@blueprint.get("/volume/quality/indicators")
def show() -> ResponseReturnValue:
    """The year of ?year= (else the present one); ?inpatient=… are the streams of inpatients, else those with a goal in hours."""
    today = local_date_of(request_now(), clock.hospital_zone())
    year = number_argument("year") or today.year
    if not FIRST_YEAR < year <= LAST_YEAR:
        raise NotFoundError(N_("This year does not exist."))
    with read_session() as reading:
        known = streams(reading, include_retired=True)
        chosen = usual_inpatient(known, request.args.getlist("inpatient"))
        found = indicators(reading, year, inpatient=chosen, today=today)
    context = {
        "found": found,
        "streams": known,
        "inpatient": chosen,
        "today": today,
        "median": TERTIARY_MEDIAN,
        "quartiles": TERTIARY_QUARTILES,
        "hours": INPATIENT_HOURS,
    }
    return render_template("volume/indicators.html", **context)
