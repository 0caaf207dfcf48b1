"""Proposals: asked for, made, cancelled, left behind, accepted into the draft by day and by block."""

from datetime import timedelta

import pytest

from tests.support.catalogue import last_entry
from tests.support.databases import Template
from tests.support.department import DEPARTMENT, MONDAY, account_id, at
from tests.support.starting_data import SYSTEM
from tracker.db import read_session, transaction
from tracker.domain.errors import ConflictError, InvalidError, NotFoundError, StaleError
from tracker.domain.planrules import broken_rules
from tracker.domain.proposal import BlockEffect, effects, is_taken, place_of_change
from tracker.models import Absence, StaffMember
from tracker.queries.plan import WeekPlan, week_plan
from tracker.queries.plan_problem import week_problem
from tracker.queries.plan_runs import PlanRunRow, newest_run
from tracker.services.forecasting import forecast_demand
from tracker.services.proposals import (
    accept_proposal,
    ask_for_proposal,
    cancel_run,
    claim_run,
    fail_run,
    make_proposal,
)

pytestmark = pytest.mark.usefixtures("app_context")

NEXT = MONDAY + timedelta(days=7)
ILL = MONDAY + timedelta(days=8)


@pytest.fixture
def forecast(app_context: None) -> None:
    expect_demand()


def expect_demand() -> None:
    """Demand for two weeks, and a doctor who is ill on the Tuesday of the second."""
    forecast_demand(by=SYSTEM, now=at(7), through=NEXT + timedelta(days=4))
    with transaction() as session:
        doctor = session.query(StaffMember).filter_by(code="D04").one()
        session.add(
            Absence(
                staff_member_id=doctor.id,
                first_date=ILL,
                last_date=ILL,
                kind="sick",
                recorded_at=at(7),
                recorded_by_id=SYSTEM,
            )
        )


def run() -> PlanRunRow:
    with read_session() as session:
        found = newest_run(session, NEXT)
    assert found is not None
    return found


def plan() -> WeekPlan:
    with read_session() as session:
        return week_plan(session, NEXT, now=at(8))


def ask() -> int:
    return ask_for_proposal(NEXT, by=account_id("head"), now=at(7))


def made() -> int:
    run_id = ask()
    assert claim_run(now=at(7, 1)) == run_id
    assert make_proposal(run_id, clock=lambda: at(7, 2)) == "done"
    return run_id


def _propose() -> None:
    expect_demand()
    made()


# The optimiser needs eight seconds for a week: once for all who accept what it proposes.
PROPOSED = Template("proposed_week", _propose, base=DEPARTMENT)
proposed = pytest.mark.parametrize("template", [PROPOSED], ids=["proposed"])


def accept(run_id: int, *, version: int = 0, only: BlockEffect | None = None) -> int:
    place = None if only is None else place_of_change(only.change)
    return accept_proposal(
        run_id,
        lambda each: place is None or each == place,
        version=version,
        by=account_id("head"),
        now=at(8),
    )


@proposed
def test_a_proposal_covers_who_is_ill_and_is_accepted_into_the_draft():
    published = plan().published
    found = run()
    assert (found.state, found.is_repeatable, found.ended_at) == ("done", True, at(7, 2))
    assert found.proposal["totals"]["after"]["value"] >= found.proposal["totals"]["before"]["value"]
    assert accept(found.id) > 0
    after = plan()
    assert after.published == published
    assert all(
        is_taken([b for b in after.blocks if b.key == e.change.key], e.change)
        for e in effects(found.proposal)
    )
    away = {b.code for b in broken_rules(after.blocks, after.facts)}
    assert away == set()
    assert {b.code for b in broken_rules(published, after.facts)} == {"operator_away"}
    assert last_entry()[:2] == ("accept", "plan_run")


@proposed
def test_one_change_after_the_other_is_accepted_and_a_taken_one_is_not_taken_again():
    run_id = run().id
    first, second, *_ = effects(run().proposal)
    assert accept(run_id, only=first) == 1
    draft = plan().draft
    assert draft is not None
    assert accept(run_id, version=draft.version, only=second) == 1
    assert len(plan().changes) == 2
    draft = plan().draft
    assert draft is not None
    with pytest.raises(ConflictError):
        accept(run_id, version=draft.version, only=first)


@proposed
def test_a_draft_that_was_not_seen_is_not_written_over():
    run_id = run().id
    accept(run_id, only=effects(run().proposal)[0])
    with pytest.raises(StaleError):
        accept(run_id)


@pytest.mark.usefixtures("forecast")
def test_two_runs_of_a_week_are_not_asked_for_at_once():
    ask()
    with pytest.raises(ConflictError):
        ask()


def test_a_week_that_nobody_forecast_is_not_planned():
    with pytest.raises(InvalidError, match="forecast"):
        ask()


@pytest.mark.usefixtures("forecast")
def test_nothing_is_planned_in_a_week_that_is_over():
    with pytest.raises(InvalidError, match="left to plan"):
        ask_for_proposal(NEXT, by=SYSTEM, now=at(7, day=30))


@pytest.mark.usefixtures("forecast")
def test_a_waiting_run_is_cancelled_at_once_and_never_claimed():
    run_id = ask()
    cancel_run(run_id, by=account_id("head"), now=at(7, 1))
    assert (run().state, run().ended_at) == ("cancelled", at(7, 1))
    assert claim_run(now=at(7, 2)) is None


@pytest.mark.usefixtures("forecast")
def test_a_running_run_ends_when_its_end_is_asked_for():
    run_id = ask()
    claim_run(now=at(7, 1))
    cancel_run(run_id, by=account_id("head"), now=at(7, 1))
    assert run().state == "running"
    assert make_proposal(run_id, clock=lambda: at(7, 2)) == "cancelled"
    assert (run().state, run().proposal) == ("cancelled", {})
    with pytest.raises(NotFoundError):
        accept(run_id)


@pytest.mark.usefixtures("forecast")
def test_a_run_left_by_a_process_that_ended_has_failed():
    ask()
    claim_run(now=at(7, 1))
    assert claim_run(now=at(7, 5)) is None
    assert run().state == "failed"
    assert "Ask again" in run().progress["text"]
    ask()


@pytest.mark.usefixtures("forecast")
def test_a_failed_run_names_its_incident():
    run_id = ask()
    claim_run(now=at(7, 1))
    fail_run(run_id, "abc123", now=at(7, 2))
    assert (run().state, run().progress["params"]) == ("failed", {"incident": "abc123"})


@pytest.mark.usefixtures("forecast")
def test_only_what_has_not_begun_is_planned_and_needs_lie_within_their_goals():
    with read_session() as session:
        problem = week_problem(session, MONDAY, now=at(9, day=2)).problem
    first = problem.half_days[0]
    assert (first.local_date, first.part) == (MONDAY + timedelta(days=2), "afternoon")
    begun = [each for each in problem.standing if each.is_fixed]
    assert {each.block.local_date.weekday() for each in begun} == {0, 1, 2}
    assert problem.needs
    assert all(0 <= place < 5 for need in problem.needs for place in need.half_days)
    agreed = [need for need in problem.needs if need.weight == 1.2]
    days = [{problem.half_days[p].local_date for p in need.half_days} for need in agreed]
    assert all(len(each) == 1 for each in days)


@pytest.mark.usefixtures("forecast")
def test_a_run_in_a_process_that_ends_has_failed():
    run_id = ask()
    claim_run(now=at(7, 1))
    assert make_proposal(run_id, clock=lambda: at(7, 2), is_ending=lambda: True) == "failed"
    assert "Ask again" in run().progress["text"]
