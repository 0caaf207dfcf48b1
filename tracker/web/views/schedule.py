"""The day on a timeline or as a table: devices × hours with blocks, bookings and closures. It changes nothing."""

from datetime import date

from flask import Blueprint, make_response, render_template, request
from flask.typing import ResponseReturnValue

from tracker import clock
from tracker.domain.workcalendar import local_date_of
from tracker.queries import read_session
from tracker.queries.schedule import Schedule, schedule_of
from tracker.web.arguments import code_argument, day_argument
from tracker.web.person import request_now
from tracker.web.schedule_page import busy_hours, entries_of, lanes_of, timeline_of

blueprint = Blueprint("schedule", __name__)

VIEWS = ("timeline", "table")
VIEW_COOKIE = "schedule_view"
REMEMBERED_SECONDS = 365 * 24 * 3600


@blueprint.get("/schedule")
def show() -> ResponseReturnValue:
    """A day of all devices, or of one (`device`); the browser remembers the `view` that was chosen last."""
    today = local_date_of(request_now(), clock.hospital_zone())
    day = day_argument("date", today) or today
    with read_session() as reading:
        whole = schedule_of(reading, day, now=request_now())
    asked = request.args.get("view", "")
    remembered = request.cookies.get(VIEW_COOKIE, "")
    view = next((each for each in (asked, remembered) if each in VIEWS), VIEWS[0])
    device = code_argument("device")
    schedule = _only(whole, device)
    context = {
        "day": day,
        "today": today,
        "now": request_now(),
        "view": view,
        "is_chosen": asked in VIEWS,
        "device": device,
        "devices": whole.devices,
        "schedule": schedule,
        **_content(schedule, day, view),
    }
    response = make_response(render_template("schedule/schedule.html", **context))
    if asked in VIEWS:
        response.set_cookie(
            VIEW_COOKIE, asked, max_age=REMEMBERED_SECONDS, httponly=True, samesite="Lax"
        )
    return response


def _content(schedule: Schedule, day: date, view: str) -> dict[str, object]:
    entries = entries_of(schedule)
    if view == "table":
        return {"hours": busy_hours(schedule, day), "lanes": lanes_of(schedule, entries)}
    return {"data": timeline_of(schedule, entries, day, now=request_now())}


def _only(schedule: Schedule, device: str | None) -> Schedule:
    """The day of one device, or of all."""
    if device is None:
        return schedule
    return Schedule(
        devices=tuple(each for each in schedule.devices if each.code == device),
        blocks=tuple(each for each in schedule.blocks if each.device == device),
        closures=tuple(each for each in schedule.closures if each.device in (None, device)),
        bookings=tuple(each for each in schedule.bookings if each.device == device),
    )
