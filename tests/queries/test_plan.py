"""A week's plan as it stands: published blocks, what the pattern gives, what is booked, which rules are broken."""

from collections import Counter
from datetime import timedelta

import pytest

from tests.support.catalogue import book
from tests.support.databases import Template
from tests.support.department import DEPARTMENT, MONDAY, at
from tracker.db import read_session
from tracker.domain.plan import COMPARED, week_days
from tracker.queries.plan import BlockUse, published_plan, stored_plan, week_plan

pytestmark = pytest.mark.usefixtures("app_context")
NOW = at(7)
WEEK = timedelta(weeks=1)


@pytest.fixture
def template() -> Template:
    return DEPARTMENT


def test_an_opened_week_is_what_its_blocks_are():
    booking_id = book("abdominal", "US12", at(9, day=1))
    with read_session() as session:
        plan = week_plan(session, MONDAY, now=NOW)
    assert booking_id
    assert (plan.draft, plan.changes, plan.edited, plan.stale) == (None, (), frozenset(), ())
    assert plan.blocks == plan.published
    assert len({block.block_id for block in plan.blocks}) == len(plan.blocks) > 100
    used = {block.block_id: block for block in plan.blocks if block.block_id in plan.load}
    [(block_id, use)] = plan.load.items()
    assert used[block_id].local_date == MONDAY + timedelta(days=1)
    assert use == BlockUse(use.minutes, 1)
    assert use.minutes > 0


def test_a_week_that_is_not_opened_stands_on_the_weekly_pattern():
    with read_session() as session:
        monday = MONDAY + 20 * WEEK
        assert not stored_plan(session, monday, monday + WEEK)
        later = published_plan(session, monday, now=NOW)
        opened = published_plan(session, MONDAY, now=NOW)
    assert {block.block_id for block in later} == {None}
    assert Counter(_weekday(b) for b in later) == Counter(_weekday(b) for b in opened)


def _weekday(block):
    values = (getattr(block, name) for name in COMPARED if name != "reserve_minutes")
    return block.device_id, block.local_date.weekday(), *values


def test_a_past_week_shows_nothing_of_the_pattern():
    with read_session() as session:
        assert published_plan(session, MONDAY - 4 * WEEK, now=NOW) == ()


def test_the_week_has_seven_days_and_its_facts():
    with read_session() as session:
        plan = week_plan(session, MONDAY, now=NOW)
    assert plan.days == week_days(MONDAY)
    assert plan.facts.working == frozenset(plan.days[:5])
    assert len(plan.facts.devices) == 21
    assert {block.device_id for block in plan.blocks} <= plan.facts.devices.keys()
    assert plan.broken == ()
