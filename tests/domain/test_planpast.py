"""What is past of a plan stays, whatever a draft says of it."""

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.plan import PlanBlock
from tracker.domain.planpast import Moment, edits_to_come

TODAY = date(2026, 12, 1)
KEY = (1, TODAY)
MORNING = PlanBlock(1, TODAY, 480, 720, 1, frozenset({1}), {1: 30}, block_id=1)
AFTERNOON = replace(MORNING, starts=780, ends=1020, block_id=2)


def at(minute: int, *after: PlanBlock) -> tuple[PlanBlock, ...]:
    """Today as it becomes when somebody at this minute wants it so."""
    return edits_to_come([MORNING, AFTERNOON], {KEY: after}, Moment(TODAY, minute))[KEY]


@st.composite
def days(draw) -> tuple[PlanBlock, ...]:
    """A day of the device as a draft may have it: up to four blocks one after the other, some going on."""
    edges = sorted(draw(st.sets(st.integers(400, 1100), min_size=2, max_size=8)))
    ids = iter(draw(st.permutations([1, 2, None, None])))
    return tuple(
        replace(MORNING, starts=starts, ends=ends, operator_id=2, block_id=next(ids))
        for starts, ends in zip(edges[::2], edges[1::2], strict=False)
    )


@given(days(), st.integers(0, 1440))
def test_nothing_before_now_changes(after: tuple[PlanBlock, ...], minute: int):
    result = at(minute, *after)
    for old in (MORNING, AFTERNOON):
        same = [block for block in result if block.block_id == old.block_id]
        if old.ends <= minute:
            assert same == [old]
        elif old.starts < minute:
            assert [block.starts for block in same] == [old.starts]
            assert same[0].ends >= minute
    new = [block for block in result if block.block_id is None]
    assert all(block.starts >= minute for block in new)


@given(days())
def test_before_the_day_begins_it_is_as_it_is_wanted(after: tuple[PlanBlock, ...]):
    assert at(0, *after) == after


def test_a_running_block_that_is_taken_away_ends_now():
    assert at(600, AFTERNOON) == (replace(MORNING, ends=600, reserve_minutes={}), AFTERNOON)


def test_a_day_that_is_over_is_left_out():
    moment = Moment(TODAY + timedelta(days=1), 0)
    assert edits_to_come([MORNING], {KEY: ()}, moment) == {}
