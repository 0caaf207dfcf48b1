"""The lists behind the figures of quality: the bookings of attendance, the exams of waits."""

from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from tracker.domain.errors import N_, InvalidError
from tracker.queries import read_session
from tracker.queries.attendance import LEADS
from tracker.queries.attendance_rows import (
    STATUSES,
    AttendanceFilter,
    attendance_rows,
    sum_attendance,
    words_of_step,
)
from tracker.queries.wait_rows import WaitFilter, wait_rows, waiting_exams
from tracker.web.arguments import (
    code_argument,
    codes_argument,
    codes_text,
    instant_place_argument,
    instant_place_text,
    place_argument,
    place_text,
    whole_number_argument,
)
from tracker.web.day_stretch import DayStretch, stretch_of_address, usual_stretches
from tracker.web.exam_choices import read_catalogue
from tracker.web.quality_page import lead_words
from tracker.web.views.exams import today

blueprint = Blueprint("quality_rows", __name__)

PAGE_LENGTH = 50
KEPT = ("stream", "status", "lead", "alike", "unlike", "measured", "days", "from_days", "goal", "checked_in", "minutes", "hours", "live", "past_block", "exam_type", "device", "compared")  # fmt: skip
"""What an address may choose beside the days; it goes along from page to page."""
CODES = ("stream", "exam_type", "device")
"""Those of which it may choose several."""


@blueprint.get("/volume/quality/bookings")
def bookings() -> ResponseReturnValue:
    """The bookings of the days as far as they are over, by start: ?stream=, ?exam_type=, ?status=, ?lead=, ?alike= (a step)."""
    stretch, cursor = stretch_of_address(today()), instant_place_argument()
    chosen = _attendance(stretch)
    with read_session() as reading:
        sums = sum_attendance(reading, chosen)
        found = attendance_rows(reading, chosen, after=cursor, limit=PAGE_LENGTH + 1)
        words = None if chosen.alike is None else words_of_step(reading, chosen.alike)
        known = read_catalogue(reading)
    shown = found[:PAGE_LENGTH]
    following = None
    if len(found) > PAGE_LENGTH:
        last = shown[-1].booking
        following = instant_place_text(last.starts_at, last.id)
    context = {"rows": shown, "sums": sums, "chosen": chosen, "words": words, "known": known}
    context |= {
        "leads": [(str(lead), lead_words(lead)) for lead in LEADS],
        "statuses": STATUSES,
    }
    return _page("volume/quality_bookings.html", stretch, following, context)


@blueprint.get("/volume/quality/exams")
def exams() -> ResponseReturnValue:
    """The exams of the days whose waits are measured (or are not, ?measured=0), by day: ?stream=, ?days=, ?minutes=.

    ?live=1 are all that were clicked live, ?live=0 all others, ?past_block=1 those that were and ran past the block.
    """
    stretch, cursor = stretch_of_address(today()), place_argument()
    chosen = _waits(stretch)
    with read_session() as reading:
        found = waiting_exams(reading, chosen)
        places = found.behind(cursor, PAGE_LENGTH + 1)
        rows = wait_rows(reading, chosen, places[:PAGE_LENGTH])
        known = read_catalogue(reading)
    is_last = len(places) <= PAGE_LENGTH
    following = None if is_last else place_text(*places[PAGE_LENGTH - 1])
    context = {"rows": rows, "found": found, "chosen": chosen, "known": known}
    return _page("volume/quality_exams.html", stretch, following, context)


def _page(
    template: str, stretch: DayStretch, following: str | None, context: dict[str, Any]
) -> ResponseReturnValue:
    kept = {name: value for name in KEPT if (value := request.args.get(name, "").strip())}
    kept |= {name: codes_text(codes_argument(name)) or "" for name in CODES if name in kept}
    return render_template(
        template,
        **context,
        stretch=stretch,
        choices=usual_stretches(today()),
        kept=kept,
        next_cursor=following,
        cursor=request.args.get("cursor"),
        today=today(),
    )


def _attendance(stretch: DayStretch) -> AttendanceFilter:
    """What the address asks for. Raises InvalidError for a status or a group of days that there is not."""
    status, lead = code_argument("status"), whole_number_argument("lead")
    if status not in (None, *STATUSES):
        raise InvalidError(N_("There is no such status."), field="status")
    if lead not in (None, *LEADS):
        raise InvalidError(N_("There is no such group of days."), field="lead")
    unlike = codes_argument("unlike") or ()
    steps = (unlike,) if isinstance(unlike, str) else unlike
    if not all(each.isascii() and each.isdigit() and len(each) <= 9 for each in steps):
        raise InvalidError(N_("Enter a whole number."), field="unlike")
    return AttendanceFilter(
        stretch.first,
        min(stretch.last, today()),
        stream=codes_argument("stream"),
        exam_type=codes_argument("exam_type"),
        lead=lead,
        status=status,
        alike=whole_number_argument("alike"),
        unlike=[int(each) for each in steps],
    )


def _waits(stretch: DayStretch) -> WaitFilter:
    days = whole_number_argument("days")
    return WaitFilter(
        stretch.first,
        min(stretch.last, today()),
        stream=codes_argument("stream"),
        exam_type=codes_argument("exam_type"),
        device=codes_argument("device"),
        is_compared=request.args.get("compared") == "1",
        is_measured=request.args.get("measured") != "0",
        is_live={"1": True, "0": False}.get(request.args.get("live", "")),
        past_block=request.args.get("past_block") == "1",
        days_from=days if days is not None else whole_number_argument("from_days"),
        days_to=days,
        within_goal=request.args.get("goal") == "1",
        hours_to=whole_number_argument("hours"),
        checked_in=request.args.get("checked_in") == "1",
        minutes_to=whole_number_argument("minutes"),
    )
