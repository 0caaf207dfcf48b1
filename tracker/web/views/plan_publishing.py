"""Publishing a week's draft: what it changes, which bookings it hits and what it breaks, then one press."""

from datetime import date

from flask import Blueprint, Response, make_response, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker import clock
from tracker.domain.plan import DeviceDate
from tracker.domain.workcalendar import local_date_of
from tracker.queries import read_session
from tracker.queries.plan import WeekPlan, week_plan
from tracker.queries.plan_effects import publishing_preview
from tracker.services.publishing import PLAN_CHANGED, Published, publish
from tracker.web.addresses import see_other
from tracker.web.filters import short_day
from tracker.web.forms.plan import PublishForm
from tracker.web.person import caller, request_now
from tracker.web.plan_diff import DiffTeller
from tracker.web.plan_places import monday_of_text, week_argument, week_text
from tracker.web.plan_words import PlanWords, plan_words
from tracker.web.plan_writing import tell_published
from tracker.web.saving import refused

blueprint = Blueprint("plan_publishing", __name__)

MOST_SHOWN = 200
"""Hit bookings listed on the page; publishing itself tells what became of each."""


@blueprint.get("/plan/publish")
def review() -> ResponseReturnValue:
    """What publishing the draft of ?week= would change; nothing is changed yet."""
    return _page(week_argument(local_date_of(request_now(), clock.hospital_zone())))


@blueprint.post("/plan/publish")
def put_in_force() -> ResponseReturnValue:
    """Publish the draft that was reviewed."""
    form = PublishForm()
    monday = monday_of_text(form.week.data or "")
    by, now = caller().account_id, request_now()
    done: list[Published] = []

    def save() -> None:
        done.append(
            publish(
                monday,
                version=form.seen or 0,
                confirmed_stale=bool(form.confirmed.data),
                reason=(form.reason.data or "").strip() or _(PLAN_CHANGED),
                by=by,
                now=now,
            )
        )

    status = refused(form, save)
    if status:
        return _page(monday, form, status)
    tell_published(done[0])
    return see_other(f"/plan?week={week_text(monday)}")


def _page(monday: date, sent: PublishForm | None = None, status: int = 200) -> Response:
    with read_session() as reading:
        plan = week_plan(reading, monday, now=request_now())
        words = plan_words(reading)
        hit = publishing_preview(reading, plan, now=request_now()) if plan.draft else None
    version = plan.draft.version if plan.draft else 0
    form = sent or PublishForm(formdata=None, week=week_text(monday), version=str(version))
    form.catch_up(version)
    teller = DiffTeller(plan.facts, words)
    page = render_template(
        "plan/publish.html",
        form=form,
        plan=plan,
        week=week_text(monday),
        changes=[teller.tell(change) for change in plan.changes],
        rules=words.teller().groups(plan.broken),
        stale=[_told_day(key, plan) for key in plan.stale],
        hit=hit,
        devices=_codes(words),
        most=MOST_SHOWN,
    )
    return make_response(page, status)


def _codes(words: PlanWords) -> dict[int, str]:
    return {each.id: each.code for each in words.devices}


def _told_day(key: DeviceDate, plan: WeekPlan) -> str:
    device = plan.facts.devices.get(key[0])
    return f"{device.code if device else '?'} {short_day(key[1])}"
