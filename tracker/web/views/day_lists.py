"""Bookings in lists: those of a day, and what is to be settled. One booking's own page is elsewhere."""

from datetime import date
from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from tracker.domain.errors import N_, InvalidError
from tracker.domain.lifecycle import Status
from tracker.domain.roles import LEADING, Role
from tracker.queries import read_session
from tracker.queries.bookings import BookingFilter, list_bookings
from tracker.queries.devices import devices
from tracker.queries.objections import open_objections
from tracker.queries.settling import (
    count_for_the_head,
    count_to_settle,
    flagged_bookings,
    unsettled_bookings,
)
from tracker.web.addresses import see_other
from tracker.web.arguments import (
    code_argument,
    day_argument,
    instant_place_argument,
    instant_place_text,
    number_argument,
)
from tracker.web.fragments import is_htmx
from tracker.web.person import request_now
from tracker.web.views.bookings import steps_of, today

blueprint = Blueprint("day_lists", __name__)

PAGE_ROWS = 50
SETTLERS = frozenset({Role.RECEPTION, Role.HEAD})
"""Who has the list in the bar; everybody at the desk may open it."""
FLAGGED = "flagged"
STATUSES = (*(status.value for status in Status), FLAGGED)


@blueprint.get("/bookings")
def show() -> ResponseReturnValue:
    """The bookings of a day, of one device or status if wished; a `number` goes to that booking."""
    if request.args.get("number", "").strip():
        return _go_to(number_argument("number"))
    day = day_argument("date", today()) or today()
    device, status = code_argument("device"), code_argument("status")
    if status is not None and status not in STATUSES:
        raise InvalidError(N_("There is no such status."), field="status")
    with read_session() as reading:
        machines = devices(reading, include_retired=True)
        rows = list_bookings(
            reading,
            _filter(day, device, status),
            after=instant_place_argument(),
            limit=PAGE_ROWS + 1,
        )
    shown = rows[:PAGE_ROWS]
    return render_template(
        "bookings/day.html",
        bookings=shown,
        next_cursor=instant_place_text(shown[-1].starts_at, shown[-1].id)
        if len(rows) > PAGE_ROWS
        else None,
        cursor=request.args.get("cursor"),
        chosen={"device": device or "", "status": status or ""},
        machines=machines,
        statuses=STATUSES,
        day=day,
        today=today(),
        now=request_now(),
        here=f"{request.full_path.rstrip('?')}",
        steps_of=steps_of,
    )


@blueprint.get("/settle")
def settle() -> ResponseReturnValue:
    """What stands as arrived or in progress from days before, and bookings whose time is gone."""
    with read_session() as reading:
        unsettled = unsettled_bookings(reading, before=today())
        flagged = flagged_bookings(reading, since=today())
        objections = open_objections(reading) if _leads() else []
    return render_template(
        "bookings/settle.html",
        unsettled=unsettled,
        flagged=flagged,
        objections=objections,
        today=today(),
        now=request_now(),
        steps_of=steps_of,
    )


@blueprint.app_context_processor
def count_in_the_bar() -> dict[str, Any]:
    """How many bookings are to be settled, for those who settle them; for the head objections too. A fragment has no
    bar.
    """
    if is_htmx() or current_user.roles.isdisjoint(SETTLERS):
        return {}
    with read_session() as reading:
        count = count_for_the_head if _leads() else count_to_settle
        return {"settle_count": count(reading, today=today())}


def _leads() -> bool:
    return not current_user.roles.isdisjoint(LEADING)


def _go_to(booking_id: int | None) -> ResponseReturnValue:
    if booking_id is None:
        raise InvalidError(N_("A booking number has digits only."), field="number")
    return see_other(f"/bookings/{booking_id}")


def _filter(day: date, device: str | None, status: str | None) -> BookingFilter:
    statuses = () if status in (None, FLAGGED) else (Status(status),)
    return BookingFilter(
        local_date=day, device=device, statuses=statuses, flagged_only=status == FLAGGED
    )
