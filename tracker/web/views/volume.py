"""The volume: today against plan, the year against the target, any stretch by stream, type, device and doctor."""

from dataclasses import replace
from datetime import date, timedelta

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from tracker import clock
from tracker.domain.errors import N_, InvalidError
from tracker.domain.workcalendar import local_date_of
from tracker.queries import Reading, read_session
from tracker.queries.day_summary import day_summary
from tracker.reports.day_text import day_text
from tracker.web.arguments import day_argument
from tracker.web.closing_page import closing_of
from tracker.web.day_stretch import last_of_month
from tracker.web.person import request_now
from tracker.web.volume_page import Stretch, read_volume

blueprint = Blueprint("volume", __name__)

TEMPLATE = "volume/volume.html"
LONGEST_DAYS = 3 * 366


@blueprint.get("/volume")
def show() -> ResponseReturnValue:
    """The department's figures; `from` and `to` choose the stretch of the tables, else it is this month."""
    today = local_date_of(request_now(), clock.hospital_zone())
    stretch = _stretch(today)
    with read_session() as reading:
        page = read_volume(reading, stretch, today=today)
        told = _of_the_department(reading, stretch, today)
    context = {"page": page, "stretch": stretch, "path": "/volume", "today": today, **told}

    def rows_of(first: date, last: date) -> str:
        return replace(stretch, first=first, last=last).exams_address()

    return render_template(TEMPLATE, **context, choices=_choices(today), rows_of=rows_of)


def _of_the_department(reading: Reading, stretch: Stretch, today: date) -> dict[str, object]:
    """The day as text, and what a stretch of closed months was when they were closed."""
    return {
        "day_text": day_text(reading, day_summary(reading, today, now=request_now())),
        "closing": closing_of(reading, stretch.first, stretch.last),
    }


def _stretch(today: date) -> Stretch:
    """What the address asks for; this month without anything. Raises InvalidError on `from` or `to`."""
    month = today.replace(day=1)
    first = day_argument("from", month) or month
    default = last_of_month(first) if "from" in request.args else last_of_month(today)
    last = day_argument("to", default) or default
    if last < first:
        raise InvalidError(N_("The last day lies before the first."), field="to")
    if (last - first).days > LONGEST_DAYS:
        raise InvalidError(
            N_("The tables cover at most %(days)s days."), field="to", params={"days": LONGEST_DAYS}
        )
    return Stretch(first, last)


def _choices(today: date) -> dict[str, tuple[date, date]]:
    """The stretches that are asked for most, by name."""
    month = today.replace(day=1)
    before = month - timedelta(days=1)
    year = date(today.year, 1, 1)
    return {
        "today": (today, today),
        "month": (month, last_of_month(today)),
        "last_month": (before.replace(day=1), before),
        "year": (year, date(today.year, 12, 31)),
        "last_year": (date(today.year - 1, 1, 1), date(today.year - 1, 12, 31)),
    }
