"""The optimiser's proposal for a week: ask, watch, cancel, read, accept into the draft. Nothing is published here."""

from collections.abc import Callable
from datetime import date

from flask import Blueprint, flash, render_template
from flask.typing import ResponseReturnValue
from flask_babel import ngettext

from tracker import clock
from tracker.domain.errors import DomainError
from tracker.domain.plan import by_device_date
from tracker.domain.plangoals import Place
from tracker.domain.workcalendar import local_date_of
from tracker.queries import read_session
from tracker.queries.plan import week_plan
from tracker.queries.plan_runs import newest_run
from tracker.sentences import kept_sentence, sentence
from tracker.services.proposals import accept_proposal, ask_for_proposal, cancel_run
from tracker.web.addresses import see_other
from tracker.web.forms.proposal import AcceptForm, RunForm
from tracker.web.fragments import is_htmx, render_block
from tracker.web.person import caller, request_now
from tracker.web.plan_places import monday_of_text, place_of, week_argument, week_text
from tracker.web.plan_words import plan_words
from tracker.web.proposal_page import BETWEEN, ProposalTeller

blueprint = Blueprint("proposal", __name__)


@blueprint.get("/plan/proposal")
@blueprint.get("/plan/proposal/cancel")  # a form that was refused stands at its own address
@blueprint.get("/plan/proposal/accept")
def show() -> ResponseReturnValue:
    """The newest run of the week of ?week=2026-W49 and, once it is done, what it proposes."""
    now = request_now()
    monday = week_argument(local_date_of(now, clock.hospital_zone()))
    with read_session() as reading:
        run = newest_run(reading, monday)
        plan = week_plan(reading, monday, now=now)
        words = plan_words(reading)
    context = {
        "monday": monday,
        "week": week_text(monday),
        "run": run,
        "version": plan.draft.version if plan.draft else 0,
        "why": "",
    }
    if run is not None and run.state == "failed":
        context["why"] = kept_sentence(run.progress)
    if run is not None and run.state == "done":
        teller = ProposalTeller(words, plan.facts, by_device_date(plan.blocks))
        context |= {
            "days": teller.days(run.proposal),
            "caution": teller.caution(run.proposal),
            "totals": teller.totals(run.proposal),
            "unmet": teller.unmet(run.proposal),
            "before": run.proposal["totals"]["before"],
            "after": run.proposal["totals"]["after"],
            "gap": f"{100 * run.proposal['gap']:.2f}%",
        }
    if is_htmx():
        return render_block("plan/proposal.html", "content", **context)
    return render_template("plan/proposal.html", **context)


@blueprint.post("/plan/proposal")
def ask() -> ResponseReturnValue:
    """Ask for a proposal; what stands in the way is said on the page."""
    form = RunForm()
    monday = monday_of_text(form.week.data or "")
    by, now = caller().account_id, request_now()
    return _back(monday, lambda: ask_for_proposal(monday, by=by, now=now), "")


@blueprint.post("/plan/proposal/cancel")
def cancel() -> ResponseReturnValue:
    """End the run that is being made."""
    form = RunForm()
    monday = monday_of_text(form.week.data or "")
    by, now = caller().account_id, request_now()
    return _back(monday, lambda: cancel_run(form.run_id, by=by, now=now), "")


@blueprint.post("/plan/proposal/accept")
def accept() -> ResponseReturnValue:
    """Take the proposal, a day of it or one block of it into the draft that was seen."""
    form = AcceptForm()
    monday = monday_of_text(form.week.data or "")
    by, now = caller().account_id, request_now()

    def take() -> None:
        is_meant = _meant(form.at.data or "")
        days = accept_proposal(form.run_id, is_meant, version=form.seen or 0, by=by, now=now)
        text = ngettext(
            "%(num)s device day was taken into the draft.",
            "%(num)s device days were taken into the draft.",
            days,
        )
        flash(text, "success")

    return _back(monday, take, "#changes")


def _meant(at: str) -> Callable[[Place], bool]:
    """Which changes `at` means: all (empty), those of a day (2026-12-01), or some (US07.2026-12-01.480,…)."""
    if not at:
        return lambda _place: True
    if "." not in at:
        day = date.fromisoformat(at) if len(at) == 10 else date.min
        return lambda place: place[1] == day
    with read_session() as reading:
        ids = {each.code: each.id for each in plan_words(reading).devices}
    named = [place_of(each) for each in at.split(BETWEEN)]
    wanted = {(ids.get(each.device), each.local_date, each.starts) for each in named}
    return lambda place: place in wanted


def _back(monday: date, step: Callable[[], object], anchor: str) -> ResponseReturnValue:
    try:
        step()
    except DomainError as refusal:
        flash(sentence(refusal), "danger")
    return see_other(f"/plan/proposal?week={week_text(monday)}{anchor}")
