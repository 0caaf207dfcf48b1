"""The figures of each doctor: all of them for the head, for a doctor the own ones with every own row."""

from urllib.parse import urlencode

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from tracker import clock
from tracker.domain.comparison import NATIONAL_MEDIAN_REPORTS, NATIONAL_QUARTILES_REPORTS
from tracker.domain.errors import N_, NotFoundError
from tracker.domain.roles import LEADING
from tracker.domain.workcalendar import local_date_of
from tracker.queries import read_session
from tracker.queries.objections import count_open_objections, objections_of
from tracker.web.addresses import see_other
from tracker.web.arguments import code_argument, place_argument, place_text
from tracker.web.day_stretch import stretch_of_address, usual_stretches
from tracker.web.person import caller, request_now
from tracker.web.staff_page import read_doctor, read_staff

blueprint = Blueprint("staff_figures", __name__)


@blueprint.get("/volume/staff")
def show() -> ResponseReturnValue:
    """Everybody, or the doctor of ?doctor=; whoever does not lead sees the own figures alone."""
    code = code_argument("doctor")
    if code is None and _leads():
        return _everybody()
    code = code or caller().staff_code
    if code is None:
        return render_template("volume/nobody.html")
    caller().check_figures_of(code)
    return _one(code)


@blueprint.get("/volume/mine")
def mine() -> ResponseReturnValue:
    """The own figures, whoever asks; whoever is no member of staff has none."""
    own = caller().staff_code
    if own is None:
        return render_template("volume/nobody.html")
    return see_other("/volume/staff?" + urlencode({"doctor": own}))


def _everybody() -> str:
    today = local_date_of(request_now(), clock.hospital_zone())
    stretch = stretch_of_address(today)
    with read_session() as reading:
        page = read_staff(reading, stretch, today=today)
        to_decide = count_open_objections(reading)
    national = {
        "median": NATIONAL_MEDIAN_REPORTS,
        "lower": NATIONAL_QUARTILES_REPORTS[0],
        "upper": NATIONAL_QUARTILES_REPORTS[1],
    }
    context = {
        "page": page,
        "stretch": stretch,
        "today": today,
        "national": national,
        "to_decide": to_decide,
    }
    return render_template("volume/staff.html", **context, choices=usual_stretches(today))


def _one(code: str) -> str:
    today = local_date_of(request_now(), clock.hospital_zone())
    stretch = stretch_of_address(today)
    with read_session() as reading:
        page = read_doctor(reading, code, stretch, today=today, after=place_argument())
        said = objections_of(reading, code)
    if page is None:
        raise NotFoundError(N_("There is no such staff member."))
    is_own = code == caller().staff_code
    next_cursor = None if page.next_place is None else place_text(*page.next_place)
    params = stretch.params | ({} if is_own and not _leads() else {"doctor": code})
    context = {"page": page, "stretch": stretch, "today": today, "is_own": is_own, "params": params}
    context |= {"objections": said, "waiting": {row.exam_id for row in said if row.is_open}}
    return render_template(
        "volume/doctor.html", **context, choices=usual_stretches(today), next_cursor=next_cursor
    )


def _leads() -> bool:
    return caller().has_any(LEADING)
