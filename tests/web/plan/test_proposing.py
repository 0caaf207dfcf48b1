"""The head asks the optimiser, watches it, cancels, reads what it proposes and accepts it into the draft."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.support.cast import ClientOf
from tests.support.department import MONDAY, at
from tests.support.starting_data import SYSTEM
from tests.web.office.forms import form_of, resend, words
from tracker import clock
from tracker.db import read_session, transaction
from tracker.domain.proposal import effects
from tracker.jobs.proposals import make_those_asked_for
from tracker.models import PlanRun
from tracker.queries.plan import week_plan
from tracker.queries.plan_runs import newest_run
from tracker.services.forecasting import forecast_demand

pytestmark = pytest.mark.engines("sqlite")

NEXT = MONDAY + timedelta(days=7)
PAGE = "/plan/proposal?week=2026-W49"


@pytest.fixture
def forecast(app: Flask) -> None:
    with app.app_context():
        forecast_demand(by=SYSTEM, now=at(7), through=NEXT + timedelta(days=4))


def make(app: Flask) -> None:
    with app.app_context(), clock.at(at(7, 5)):
        assert make_those_asked_for() == 1


def accept(head: FlaskClient, at_place: str, seen: str = "") -> None:
    """Accept all (empty), a day or a block; with the version of the page as it was `seen`, else as it is."""
    fields = form_of(seen or head.get(PAGE).text, "/plan/proposal/accept")
    answer = head.post("/plan/proposal/accept", data={**fields, "at": at_place})
    assert answer.status_code == 303


def edited(app: Flask) -> int:
    with app.app_context(), read_session() as session:
        return len(week_plan(session, NEXT, now=at(8)).changes)


def proposed(app: Flask) -> int:
    with app.app_context(), read_session() as session:
        run = newest_run(session, NEXT)
    assert run is not None
    return len(effects(run.proposal))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_proposal_is_asked_for_made_read_and_accepted(
    app: Flask, head: FlaskClient, forecast: None, language: str
):
    head.set_cookie("lang", language)
    assert head.get(PAGE).status_code == 200
    assert resend(head, PAGE, "/plan/proposal").status_code == 303
    assert 'hx-trigger="every 2s"' in head.get(PAGE).text
    make(app)
    page = head.get(PAGE).text
    assert "every 2s" not in page
    one = re.search(r'name="at" value="(US\d\d\.[^"]+|P01\.[^"]+)"', page)
    assert one is not None
    accept(head, one[1])
    taken = edited(app)
    assert taken == len(one[1].split(","))
    accept(head, one[1].split(".")[1])
    assert taken < edited(app) < proposed(app)
    accept(head, "")
    assert edited(app) == proposed(app)
    assert 'action="/plan/proposal/accept"' not in head.get(PAGE).text


def test_a_waiting_run_is_cancelled(head: FlaskClient, forecast: None):
    resend(head, PAGE, "/plan/proposal")
    resend(head, PAGE, "/plan/proposal/cancel")
    assert "was cancelled" in head.get(PAGE).text


def test_what_stands_in_the_way_is_said(head: FlaskClient):
    resend(head, PAGE, "/plan/proposal")
    assert "Nobody has forecast" in words(head.get(PAGE).text)


def test_a_draft_that_was_not_seen_is_not_written_over(
    app: Flask, head: FlaskClient, forecast: None
):
    resend(head, PAGE, "/plan/proposal")
    make(app)
    page = head.get(PAGE).text
    places = re.findall(r'name="at" value="((?:US\d\d|P01)\.[^"]+)"', page)
    accept(head, places[0], seen=page)
    accept(head, places[1], seen=page)
    assert edited(app) == len(places[0].split(","))


def test_machines_that_keep_other_minutes_alone_are_one_line(
    app: Flask, head: FlaskClient, forecast: None
):
    resend(head, PAGE, "/plan/proposal")
    make(app)
    page = head.get(PAGE).text
    places = re.findall(r'name="at" value="((?:US\d\d|P01)\.[^"]+)"', page)
    assert sum(len(each.split(",")) for each in places) == proposed(app)
    several = max(places, key=len)
    assert several.count(",") > 10
    accept(head, several)
    assert edited(app) == len(several.split(","))


@pytest.mark.parametrize(
    ("language", "nothing_better", "only_reserves"),
    [
        ("en", "No figure gets better by it", "Only minutes kept for streams change"),
        ("zh", "没有一项指标变好", "只有为各来源预留的时间有变化"),
    ],
)
def test_a_proposal_that_wins_nothing_says_so(
    app: Flask,
    head: FlaskClient,
    forecast: None,
    language: str,
    nothing_better: str,
    only_reserves: str,
):
    head.set_cookie("lang", language)
    resend(head, PAGE, "/plan/proposal")
    make(app)
    page = head.get(PAGE).text  # the department's plan cannot be bettered; what is kept can be
    assert nothing_better in words(page)
    assert only_reserves in words(page)
    assert 'action="/plan/proposal/accept"' in page
    alter(app, value=1)
    page = words(head.get(PAGE).text)
    assert nothing_better not in page
    assert only_reserves in page
    alter(app, operator=None)
    page = words(head.get(PAGE).text)
    assert nothing_better in page
    assert only_reserves not in page
    alter(app, days=0)
    page = head.get(PAGE).text
    assert nothing_better not in words(page), "nothing is proposed, and that is said instead"
    assert 'class="nothing"' in page


def alter(app: Flask, *, value: int = 0, days: int | None = None, **block: None) -> None:
    """Let the proposal meet `value` minutes more than the plan does, have its first `days` alone, or another block."""
    with app.app_context(), transaction() as session:
        run = session.scalars(select(PlanRun)).one()
        before = run.proposal["totals"]["before"]
        totals = {"before": before, "after": {**before, "value": before["value"] + value}}
        first, *others = run.proposal["days"]
        first = {**first, "blocks": [{**first["blocks"][0], **block}, *first["blocks"][1:]]}
        run.proposal = {**run.proposal, "days": [first, *others][:days], "totals": totals}


@pytest.mark.parametrize("name", ["reception", "sonographer"])
def test_only_those_who_lead_see_proposals(client_of: ClientOf, name: str):
    assert client_of(name).get(PAGE).status_code == 403
