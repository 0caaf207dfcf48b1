"""The device plan of a week, to be looked at: the grid, what is broken, what the draft is. Changing it is beside it."""

from flask import Blueprint, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from tracker import clock
from tracker.domain.roles import CLOSING
from tracker.domain.workcalendar import local_date_of
from tracker.queries import read_session
from tracker.web.access import may
from tracker.web.arguments import day_argument
from tracker.web.person import request_now
from tracker.web.plan_page import (
    Eyes,
    plan_address,
    plan_context,
    shown_day,
    weeks_around,
)
from tracker.web.plan_places import week_argument, week_text

blueprint = Blueprint("plan", __name__)

COLOURS = ("subspecialty", "load")
COLOUR_COOKIE = "plan_colour"
REMEMBERED_SECONDS = 365 * 24 * 3600
VIEWS = ("draft", "published")


@blueprint.get("/plan")
@blueprint.get("/plan/undo")  # loaded again after a refusal
def show() -> ResponseReturnValue:
    """A week (?week=2026-W49): of the draft, if one is open and may be seen, else as published.

    The browser remembers the colours that were chosen last.
    """
    now = request_now()
    today = local_date_of(now, clock.hospital_zone())
    monday = week_argument(today)
    leads = not current_user.roles.isdisjoint(CLOSING)
    asked = {"view": _one_of("view", VIEWS), "colour": _one_of("colour", COLOURS)}
    with read_session() as reading:
        context = plan_context(
            reading,
            monday,
            now=now,
            view=(asked["view"] or "draft") if leads else "published",
            eyes=Eyes(see_draft=leads, edit=may("plan_blocks.edit")),
        )
    remembered = request.cookies.get(COLOUR_COOKIE, "")
    colour = next(each for each in (asked["colour"], remembered, COLOURS[0]) if each in COLOURS)
    page = render_template(
        "plan/plan.html",
        **context,
        is_planned=context["plan"].is_planned,
        may_edit=may("plan_blocks.edit"),
        monday=monday,
        week=week_text(monday),
        weeks=weeks_around(monday, today),
        colour=colour,
        shown=shown_day(day_argument("day"), monday, today),
        at=request.args.get("at", ""),
        keep=plan_address(week_text(monday), day=request.args.get("day", ""), view=asked["view"]),
    )
    response = make_response(page)
    if asked["colour"]:
        response.set_cookie(
            COLOUR_COOKIE, colour, max_age=REMEMBERED_SECONDS, httponly=True, samesite="Lax"
        )
    return response


def _one_of(name: str, known: tuple[str, ...]) -> str:
    """The word of ?name=, if it is known."""
    text = request.args.get(name, "")
    return text if text in known else ""
