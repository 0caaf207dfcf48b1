"""The draft of a week's plan as a whole: its last step is undone, or all of it is discarded."""

from datetime import date

from flask import Blueprint, Response, flash, make_response, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker import clock
from tracker.domain.errors import DomainError
from tracker.domain.workcalendar import local_date_of
from tracker.queries import read_session
from tracker.queries.plan import WeekPlan, week_plan
from tracker.sentences import sentence
from tracker.services.planning import drop_draft, undo
from tracker.web.addresses import local_path, see_other
from tracker.web.forms.plan import DraftForm
from tracker.web.fragments import is_htmx, render_block
from tracker.web.person import caller, request_now
from tracker.web.plan_places import monday_of_text, week_argument, week_text
from tracker.web.saving import refused

blueprint = Blueprint("plan_draft", __name__)


@blueprint.post("/plan/undo")
def take_back() -> ResponseReturnValue:
    """Undo the last step of the draft that was seen; what stands in the way is said on the plan."""
    form = DraftForm()
    monday = monday_of_text(form.week.data or "")
    by, now = caller().account_id, request_now()
    try:
        undo(monday, version=form.seen or 0, by=by, now=now)
    except DomainError as refusal:
        flash(sentence(refusal), "danger")
    else:
        flash(_("The last step is undone."), "success")
    return see_other(local_path(form.next.data, f"/plan?week={week_text(monday)}"))


@blueprint.get("/plan/drop")
def ask() -> ResponseReturnValue:
    """Whether all of the draft is to be given up: a page, or the shared dialog."""
    monday = week_argument(local_date_of(request_now(), clock.hospital_zone()))
    plan = _plan(monday)
    version = str(plan.draft.version) if plan.draft else ""
    form = DraftForm(formdata=None, week=week_text(monday), version=version)
    return _page(plan, form)


@blueprint.post("/plan/drop")
def drop() -> ResponseReturnValue:
    """Discard the draft: the plan is what is published."""
    form = DraftForm()
    monday = monday_of_text(form.week.data or "")
    by, now = caller().account_id, request_now()
    status = refused(form, lambda: drop_draft(monday, version=form.seen or 0, by=by, now=now))
    if status:
        return _page(_plan(monday), form, status)
    flash(_("The draft is discarded."), "success")
    return see_other(f"/plan?week={week_text(monday)}")


def _plan(monday: date) -> WeekPlan:
    with read_session() as reading:
        return week_plan(reading, monday, now=request_now())


def _page(plan: WeekPlan, form: DraftForm, status: int = 200) -> Response:
    form.catch_up(plan.draft.version if plan.draft else 0)
    context = {
        "form": form,
        "changes": len(plan.changes),
        "has_draft": plan.draft is not None,
        "back": f"/plan?week={week_text(plan.monday)}",
    }
    if is_htmx():
        return make_response(render_block("plan/drop.html", "dialog", **context), status)
    return make_response(render_template("plan/drop.html", **context), status)
