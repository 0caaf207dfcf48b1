"""GET /volume/explore: volume by any two keys, filtered, as a chart and a table whose figures lead to their rows."""

from datetime import date, timedelta

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from tracker import clock
from tracker.domain.workcalendar import local_date_of
from tracker.queries import Reading, read_session
from tracker.queries.closing import closed_months
from tracker.queries.volume import CODED
from tracker.reports.definitions import definitions
from tracker.web.arguments import code_argument, codes_argument, day_argument
from tracker.web.closing_page import closing_of
from tracker.web.explore_page import Cross, checked, read_pivot
from tracker.web.person import request_now
from tracker.web.volume_keys import KEY_WORDS, read_words

blueprint = Blueprint("volume_explore", __name__)

LONGEST_CLOSED_DAYS = 366
"""Of more days than a year the closed figures stand in the files alone, as the page says: to add them up takes longer
than the page."""


@blueprint.get("/volume/explore")
def show() -> ResponseReturnValue:
    """The cross that the address asks for; months by stream of this year without anything. Raises InvalidError."""
    today = local_date_of(request_now(), clock.hospital_zone())
    cross = checked(asked_cross(today))
    with read_session() as reading:
        words = read_words(reading)
        found = read_pivot(reading, cross, words)
        is_short = (cross.last - cross.first).days <= LONGEST_CLOSED_DAYS
        closing = closing_of(reading, cross.chosen) if is_short else None
        closed = _closed_within(reading, cross) if closing is None else []
    pivot = None if isinstance(found, int) else found
    page = render_template(
        "volume/explore.html",
        cross=cross,
        pivot=pivot,
        closing=closing,
        closed=closed,
        too_many=found if isinstance(found, int) else 0,
        words=words,
        keys=KEY_WORDS,
        choices=_choices(today),
        definitions=definitions(),
    )
    return page, 200 if pivot else 422


def asked_cross(today: date) -> Cross:
    """The cross that the address asks for, unchecked; months by stream of this year without anything."""
    year = date(today.year, 1, 1)
    first = day_argument("from", year) or year
    last = day_argument("to", max(first, today)) or today
    rows = code_argument("rows") or "month"
    columns = code_argument("columns") if "columns" in request.args else _other(rows)
    chosen = {key: codes_argument(key) for key in CODED}
    codes = {key: value for key, value in chosen.items() if value is not None}
    return Cross(rows, columns, code_argument("measure") or "exams", first, last, codes)


def _closed_within(reading: Reading, cross: Cross) -> list[date]:
    """The closed months among the days, by their first days; none where half-days are chosen, by which nothing is kept."""
    is_kept = "part_of_day" not in cross.codes
    return list(closed_months(reading, cross.first, cross.last)) if is_kept else []


def _other(rows: str) -> str:
    return "exam_type" if rows == "stream" else "stream"


def _choices(today: date) -> dict[str, tuple[date, date]]:
    """The stretches that are asked for most, by name."""
    month = today.replace(day=1)
    year = date(today.year, 1, 1)
    before = month - timedelta(days=1)
    return {
        "month": (month, today),
        "last_month": (before.replace(day=1), before),
        "year": (year, today),
        "last_year": (date(today.year - 1, 1, 1), date(today.year - 1, 12, 31)),
        "months_13": ((month - timedelta(days=366)).replace(day=1), today),
        "years_10": (date(today.year - 9, 1, 1), today),
    }
