"""A day of the plan copied to other days of its week, or another week's plan to this one: always into the draft."""

from collections.abc import Iterable
from datetime import date, timedelta

from flask import Blueprint, flash, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker import clock
from tracker.domain.planedits import copy_day, copy_week
from tracker.domain.planpast import is_at_once
from tracker.domain.workcalendar import local_date_of
from tracker.queries import read_session
from tracker.queries.plan import WeekPlan, week_plan
from tracker.web.addresses import see_other
from tracker.web.filters import day as long_day
from tracker.web.filters import short_day
from tracker.web.forms.plan import CopyDayForm, CopyWeekForm
from tracker.web.person import request_now
from tracker.web.plan_places import monday_of_text, week_argument, week_text
from tracker.web.plan_writing import blocks_to_edit, write_edits
from tracker.web.saving import refused

blueprint = Blueprint("plan_copies", __name__)

WEEKS_TO_COPY = range(-6, 3)
"""Which weeks a plan may be copied from, counted from the one that gets it."""
WEEK = timedelta(weeks=1)


@blueprint.get("/plan/copy")
@blueprint.get("/plan/copy/day")
@blueprint.get("/plan/copy/week")
def show() -> ResponseReturnValue:
    """What can be copied in ?week=."""
    return _page(_plan(week_argument(_today())))


@blueprint.post("/plan/copy/day")
def copy_one_day() -> ResponseReturnValue:
    """All machines' blocks of a day, in place of what other days have."""
    form = CopyDayForm()
    plan = _plan(monday_of_text(form.week.data or ""))
    _offer_days(form, plan)

    def save() -> None:
        source = date.fromisoformat(form.source.data)
        targets = [date.fromisoformat(each) for each in form.targets.data]
        edits = copy_day(blocks_to_edit(plan, _today()), source, targets)
        write_edits(plan, edits, action="copy_day", version=form.seen)

    status = refused(form, save)
    if status:
        return _page(plan, day=form), status
    flash(_("The day is copied into the draft."), "success")
    return see_other(f"/plan?week={week_text(plan.monday)}")


@blueprint.post("/plan/copy/week")
def copy_one_week() -> ResponseReturnValue:
    """Another week's plan, on the days of this one that are worked and still to be planned."""
    form = CopyWeekForm()
    plan = _plan(monday_of_text(form.week.data or ""))
    _offer_weeks(form, plan)

    def save() -> None:
        source = _plan(monday_of_text(form.from_week.data))
        weeks = (plan.monday - source.monday) // WEEK
        blocks = blocks_to_edit(plan, _today())
        edits = copy_week(source.blocks, blocks, weeks, _days_to_plan(plan))
        write_edits(plan, edits, action="copy_week", version=form.seen)

    status = refused(form, save)
    if status:
        return _page(plan, week=form), status
    flash(_("The week is copied into the draft."), "success")
    return see_other(f"/plan?week={week_text(plan.monday)}")


def _today() -> date:
    return local_date_of(request_now(), clock.hospital_zone())


def _plan(monday: date) -> WeekPlan:
    with read_session() as reading:
        return week_plan(reading, monday, now=request_now())


def _days_to_plan(plan: WeekPlan) -> list[date]:
    """The worked days that wait for the draft: today and tomorrow are changed block by block."""
    worked = plan.facts.working
    return [day for day in plan.days if day in worked and not is_at_once(day, _today())]


def _offer_days(form: CopyDayForm, plan: WeekPlan) -> None:
    have = {block.local_date for block in plan.blocks}
    form.offer(_told(day for day in plan.days if day in have), _told(_days_to_plan(plan)))


def _told(days: Iterable[date]) -> list[tuple[str, str]]:
    return [(day.isoformat(), short_day(day)) for day in days]


def _offer_weeks(form: CopyWeekForm, plan: WeekPlan) -> None:
    mondays = [plan.monday + n * WEEK for n in WEEKS_TO_COPY if n]
    form.offer((week_text(each), long_day(each)) for each in mondays)


def _page(
    plan: WeekPlan, *, day: CopyDayForm | None = None, week: CopyWeekForm | None = None
) -> str:
    version = plan.draft.version if plan.draft else 0
    fresh = {"week": week_text(plan.monday), "version": str(version)}
    before = week_text(plan.monday - WEEK)
    of_day = day or CopyDayForm(formdata=None, data=fresh)
    of_week = week or CopyWeekForm(formdata=None, data={**fresh, "from_week": before})
    _offer_days(of_day, plan)
    _offer_weeks(of_week, plan)
    for form in (of_day, of_week):
        form.catch_up(version)
    return render_template(
        "plan/copy.html",
        of_day=of_day,
        of_week=of_week,
        week=week_text(plan.monday),
        monday=plan.monday,
        has_days=bool(_days_to_plan(plan)),
    )
