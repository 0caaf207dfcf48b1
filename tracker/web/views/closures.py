"""Closing a device or the department for a stretch: first the bookings it hits, then one step; lifting."""

from datetime import datetime, time, timedelta

from flask import Blueprint, flash, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker.queries import read_session
from tracker.queries.closures import (
    HitBooking,
    Stretch,
    bookings_in_stretch,
    closing_device_id,
    closure_details,
    evaded_bookings,
    list_closures,
)
from tracker.queries.devices import devices
from tracker.services.closures import Closed, check_closing, close, lift
from tracker.web.addresses import see_other
from tracker.web.arguments import code_argument, day_argument
from tracker.web.filters import local
from tracker.web.forms.closures import DEPARTMENT, ClosureForm
from tracker.web.person import caller, request_now
from tracker.web.saving import refused

blueprint = Blueprint("closures", __name__)

PAST = timedelta(days=30)
"""How long a closure that is over stays on the list."""


@blueprint.get("/closures")
def show() -> ResponseReturnValue:
    """Closures to come and running, and those of the last days."""
    now = request_now()
    with read_session() as session:
        rows = list_closures(session, ending_after=now - PAST)
    return render_template(
        "closures/list.html",
        standing=[row for row in rows if row.ends_at > now],
        past=[row for row in reversed(rows) if row.ends_at <= now],
        now=now,
    )


@blueprint.get("/closures/new")
@blueprint.get("/closures/preview")
@blueprint.get("/closures/close")
def new() -> ResponseReturnValue:
    """An empty form; ?device= and ?date= say where it begins."""
    day = day_argument("date")
    fresh: dict[str, object] = {"device": code_argument("device") or DEPARTMENT}
    if day is not None:
        fresh["start"] = datetime.combine(day, time.min)
        fresh["end"] = datetime.combine(day + timedelta(days=1), time.min)
    else:
        fresh["start"] = local(request_now()).replace(tzinfo=None, second=0, microsecond=0)
    return _page(_form(fresh))


@blueprint.post("/closures/preview")
def preview() -> ResponseReturnValue:
    """List the bookings that a closure would hit; nothing is changed."""
    form = _form()
    hit: list[HitBooking] = []
    status = refused(form, lambda: hit.extend(_hit(form)))
    if status:
        return _page(form), status
    form.shown.data = form.stretch()
    return _page(form, hit=hit)


@blueprint.post("/closures/close")
def close_stretch() -> ResponseReturnValue:
    """Close, once the bookings of this very stretch were shown; what became of them is the next page."""
    form = _form()
    if form.shown.data != form.stretch():
        return preview()
    done: list[Closed] = []
    by, now = caller().account_id, request_now()
    status = refused(form, lambda: done.append(close(form.closing(), by=by, now=now)))
    if status:
        return _page(form), status
    return see_other(f"/closures/{done[0].closure_id}")


@blueprint.get("/closures/<int:closure_id>")
@blueprint.get("/closures/<int:closure_id>/lift")
def look(closure_id: int) -> ResponseReturnValue:
    """One closure and what became of the bookings it hit; a lifting that was refused is looked at again here."""
    with read_session() as session:
        closure = closure_details(session, closure_id)
        evaded = evaded_bookings(session, closure_id)
    return render_template(
        "closures/closure.html",
        closure=closure,
        moved=[each for each in evaded if each.was_moved],
        flagged=[each for each in evaded if not each.was_moved],
        is_over=closure.ends_at <= request_now(),
    )


@blueprint.post("/closures/<int:closure_id>/lift")
def lift_closure(closure_id: int) -> ResponseReturnValue:
    """Lift a closure: its time is open again."""
    lift(closure_id, by=caller().account_id, now=request_now())
    flash(
        _(
            "The closure is lifted. What was flagged for it alone stands as before; what was moved stays moved."
        ),
        "success",
    )
    return see_other(f"/closures/{closure_id}")


def _hit(form: ClosureForm) -> list[HitBooking]:
    """The bookings in the way. Raises InvalidError as closing would."""
    closing, now = form.closing(), request_now()
    check_closing(closing, now=now)
    with read_session() as session:
        device_id = closing_device_id(session, closing.device)
        stretch = Stretch(device_id, closing.start, closing.end, now)
        return bookings_in_stretch(session, stretch)


def _form(fresh: dict[str, object] | None = None) -> ClosureForm:
    """The form as it was sent, or with fresh values."""
    form = ClosureForm() if fresh is None else ClosureForm(formdata=None, data=fresh)
    with read_session() as session:
        form.offer(
            (each.code, " · ".join(filter(None, (each.code, each.room))))
            for each in devices(session)
        )
    return form


def _page(form: ClosureForm, *, hit: list[HitBooking] | None = None) -> str:
    return render_template("closures/new.html", form=form, hit=hit)
