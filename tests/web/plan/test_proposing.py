"""The head asks the optimiser, watches it, cancels, reads what it proposes and accepts it into the draft."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.support.cast import ClientOf
from tests.support.department import MONDAY, at
from tests.support.starting_data import SYSTEM
from tests.web.office.forms import form_of, resend, words
from tracker import clock
from tracker.db import read_session
from tracker.domain.proposal import effects
from tracker.jobs.proposals import make_those_asked_for
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


@pytest.mark.parametrize("name", ["reception", "sonographer"])
def test_only_those_who_lead_see_proposals(client_of: ClientOf, name: str):
    assert client_of(name).get(PAGE).status_code == 403
