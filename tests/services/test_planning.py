"""Drafts of a week's plan: edits, undo, dropping, two heads at once. Publishing has its own tests."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.support.catalogue import device, entries_of
from tests.support.department import MONDAY, at
from tracker.db import read_session
from tracker.domain import planedits
from tracker.domain.errors import ConflictError, InvalidError, StaleError
from tracker.domain.plan import PlanBlock
from tracker.queries.plan import WeekPlan, week_plan
from tracker.services.horizon import open_horizon
from tracker.services.planning import drop_draft, edit_plan, undo

pytestmark = pytest.mark.usefixtures("app_context")
NOW = at(7)
TUESDAY = MONDAY + timedelta(days=1)
NEXT = MONDAY + timedelta(weeks=8)


def plan(monday=MONDAY, now=NOW) -> WeekPlan:
    with read_session() as session:
        return week_plan(session, monday, now=now)


def edit(edits, by: int, *, version: int = 0, monday=MONDAY, action: str = "edit") -> int:
    return edit_plan(monday, edits, action=action, version=version, by=by, now=NOW)


def us12(week: WeekPlan, day=TUESDAY) -> tuple[PlanBlock, ...]:
    key = (device("US12").id, day)
    return tuple(block for block in week.blocks if block.key == key)


def test_an_edit_is_seen_in_the_draft_alone(head: int):
    block = us12(plan())[0]
    assert edit(planedits.remove_block(plan().blocks, (block.key, block.starts)), head) == 1
    week = plan()
    assert block not in week.blocks
    assert block in week.published
    assert (week.draft.version, week.draft.steps, week.draft.last_action) == (1, 1, "edit")
    assert week.edited == {block.key}
    assert [(change.before, change.after) for change in week.changes] == [(block, None)]
    change = {"week": "2026-11-23", "step": "edit", "device_days": 1}
    assert entries_of("plan_draft", week.draft.id) == [("change", change)]


def test_each_step_is_taken_back_in_turn(head: int):
    before = plan().blocks
    first = edit(planedits.copy_day(before, MONDAY, [TUESDAY]), head)
    copied = plan().blocks
    second = edit({us12(plan())[0].key: ()}, head, version=first)
    assert plan().blocks != copied
    third = undo(MONDAY, version=second, by=head, now=NOW)
    assert plan().blocks == copied
    last = undo(MONDAY, version=third, by=head, now=NOW)
    assert plan().blocks == before
    assert plan().edited == frozenset()
    with pytest.raises(ConflictError):
        undo(MONDAY, version=last, by=head, now=NOW)


def test_what_changes_nothing_is_no_step(head: int):
    block = us12(plan())[0]
    assert edit({block.key: us12(plan())}, head) == 0
    assert plan().draft.steps == 0


def test_broken_rules_stop_no_edit_and_are_told_all(head: int):
    week = plan()
    morning, afternoon = us12(week)
    nobody = replace(morning, operator_id=None)
    double = replace(afternoon, starts=morning.starts, exam_type_ids=frozenset())
    edit({morning.key: (nobody, double)}, head)
    codes = {broken.code for broken in plan().broken}
    assert codes == {"no_operator", "device_twice", "no_exam_type"}
    assert len(plan().in_the_way) == len(plan().broken)


def test_a_reason_takes_a_rule_out_of_the_way(head: int):
    block = us12(plan())[0]
    at_block = (block.key, block.starts)
    edits = planedits.replace_block(plan().blocks, at_block, replace(block, operator_id=None))
    version = edit(edits, head)
    reasons = {"no_operator": "Somebody will be found."}
    edit(planedits.overrule(plan().blocks, at_block, reasons), head, version=version)
    [broken] = plan().broken
    assert (broken.code, broken.allowed) == ("no_operator", "Somebody will be found.")
    assert plan().in_the_way == ()


def test_whoever_comes_second_is_told(head: int):
    block = us12(plan())[0]
    edit({block.key: ()}, head)
    with pytest.raises(StaleError):
        edit({block.key: (block,)}, head)
    with pytest.raises(StaleError):
        undo(MONDAY, version=7, by=head, now=NOW)


def test_a_dropped_draft_leaves_what_is_published(head: int):
    block = us12(plan())[0]
    version = edit({block.key: ()}, head)
    drop_draft(MONDAY, version=version, by=head, now=NOW)
    assert plan().draft is None
    assert plan().blocks == plan().published
    with pytest.raises(StaleError):
        edit({block.key: ()}, head, version=version)
    assert edit({block.key: ()}, head) == 1


def test_the_draft_is_compared_anew_when_its_week_is_opened(head: int):
    """What opens as the pattern said is no news; a block that somebody else gave away is."""
    week = plan(NEXT)
    block = us12(week, NEXT)[0]
    edit({block.key: ()}, head, monday=NEXT)
    open_horizon(by=head, now=NOW, through=NEXT + timedelta(days=4))
    assert plan(NEXT).stale == ()
    assert us12(plan(NEXT), NEXT) == ()


@pytest.mark.parametrize(
    ("field", "key", "values"),
    [
        ("device", (999_999, TUESDAY), {}),
        ("date", (1, TUESDAY + timedelta(weeks=1)), {}),
        ("date", (1, MONDAY - timedelta(days=1)), {}),
        ("starts", (1, TUESDAY), {"starts": -1}),
        ("ends", (1, TUESDAY), {"ends": 5000}),
        ("operator", (1, TUESDAY), {"operator_id": 999_999}),
        ("exam_types", (1, TUESDAY), {"exam_type_ids": frozenset({999_999})}),
        ("reserve_minutes", (1, TUESDAY), {"reserve_minutes": {999_999: 5}}),
        ("place", (1, TUESDAY), {"place": "x" * 81}),
        ("transport_minutes", (1, TUESDAY), {"transport_minutes": -5}),
    ],
)
def test_what_no_plan_can_say_is_refused(head: int, field: str, key, values):
    block = PlanBlock(*key, **{"starts": 480, "ends": 720, **values})
    with pytest.raises(InvalidError) as refusal:
        edit({key: (block,)}, head)
    assert refusal.value.field == field
    assert plan().draft is None


def test_more_than_eight_blocks_a_day_are_a_mistake(head: int):
    blocks = [PlanBlock(1, TUESDAY, 480 + n, 481 + n) for n in range(9)]
    with pytest.raises(InvalidError):
        edit({(1, TUESDAY): blocks}, head)


def test_a_day_that_is_over_is_not_edited(head: int):
    with pytest.raises(InvalidError):
        edit_plan(MONDAY, {(1, MONDAY): ()}, action="edit", version=0, by=head, now=at(7, day=1))
