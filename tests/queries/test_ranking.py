"""What a search ranks by: the department's weights, how scarce exam types are, and when a goal ends."""

from dataclasses import replace
from datetime import time, timedelta

import pytest

from tests.support.databases import Template
from tests.support.department import DEPARTMENT, MONDAY, at
from tests.support.starting_data import SYSTEM
from tracker.db import read_session
from tracker.domain.ranking import Ranking, RankingWeights
from tracker.domain.supply import Opening
from tracker.queries.openings import Wish, ask, find_openings, ranked
from tracker.queries.weekly_blocks import weekly_blocks
from tracker.services.settings import change_settings
from tracker.services.weekly_blocks import retire_weekly_block

pytestmark = pytest.mark.usefixtures("app_context")
WISH = Wish("superficial", "outpatient", MONDAY, MONDAY)


@pytest.fixture
def template() -> Template:
    return DEPARTMENT


def ranking(wish: Wish = WISH) -> Ranking:
    with read_session() as session:
        return ranked(session, ask(session, wish), wish, asked_at=at(15))


def first(wish: Wish = WISH) -> Opening:
    with read_session() as session:
        return find_openings(session, wish, now=at(7)).openings[0]


def test_a_new_department_ranks_by_the_weights_that_were_measured() -> None:
    found = ranking()
    assert (found.weights, found.fasting_ends, found.due) == (RankingWeights(), 690, None)
    assert 990 <= sum(found.scarcity.values()) <= 1010


def test_only_a_goal_in_working_hours_ends_at_an_instant() -> None:
    assert ranking(replace(WISH, stream="cadre_ward")).due == at(15) + timedelta(days=1)


def test_the_departments_settings_decide_what_comes_first() -> None:
    assert first().start == at(11, 30)
    change_settings({"rank_fasting_release": time(6)}, by=SYSTEM, now=at(7))
    assert first().start == at(8)
    change_settings({"rank_fasting_release": time(9)}, by=SYSTEM, now=at(7))
    assert first().start == at(11, 30)
    change_settings({"rank_fasting_minutes": 0}, by=SYSTEM, now=at(7))
    assert first().start == at(8)


def test_who_waits_here_is_offered_the_soonest() -> None:
    assert first(replace(WISH, is_soonest=True)).start == at(8)


def test_a_weekly_block_less_makes_what_it_offered_scarcer() -> None:
    with read_session() as session:
        contrast = ask(session, replace(WISH, exam_type="contrast")).request.exam_type_id
        offering = [b.id for b in weekly_blocks(session) if "contrast" in b.exam_types]
    before = ranking().scarcity[contrast]
    for weekly_block_id in offering[: len(offering) // 2]:
        retire_weekly_block(weekly_block_id, by=SYSTEM, now=at(7))
    assert ranking().scarcity[contrast] > before
