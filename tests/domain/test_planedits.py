"""Edits of a plan: put, replace, remove, copy, drag; and what differs between two plans."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain import planedits
from tracker.domain.errors import NotFoundError
from tracker.domain.plan import (
    PlanBlock,
    as_json,
    by_device_date,
    changes_between,
    from_json,
    merged,
    week_days,
)
from tracker.domain.planedits import Cell

MONDAY = date(2026, 11, 30)
PARTS = ((480, 720), (810, 1050))
DAYS = week_days(MONDAY)[:5]


def block(device=1, day=0, part=0, **values) -> PlanBlock:
    starts, ends = PARTS[part]
    return PlanBlock(device, DAYS[day], **{"starts": starts, "ends": ends, **values})


@st.composite
def plans(draw, ids=True) -> tuple[PlanBlock, ...]:
    """Up to 3 machines in 5 days, at most one block a half-day."""
    cells = st.tuples(st.integers(1, 3), st.integers(0, 4), st.integers(0, 1))
    blocks = []
    for n, (device, day, part) in enumerate(sorted(draw(st.sets(cells)))):
        late = draw(st.integers(0, 60))
        starts, ends = PARTS[part]
        blocks.append(
            PlanBlock(
                device,
                DAYS[day],
                starts + late,
                ends,
                operator_id=draw(st.none() | st.integers(1, 9)),
                exam_type_ids=frozenset(draw(st.sets(st.integers(1, 4)))),
                reserve_minutes=draw(st.dictionaries(st.integers(1, 3), st.integers(1, 60))),
                block_id=n + 1 if ids and draw(st.booleans()) else None,
            )
        )
    return tuple(blocks)


cells = st.builds(Cell, st.integers(1, 3), st.sampled_from(DAYS), st.integers(0, 1))


def after(blocks, edits):
    return merged(blocks, edits)


@given(plans(), cells, st.lists(cells))
def test_a_copied_cell_looks_like_its_source_and_can_be_taken_back(blocks, source, targets):
    edits = planedits.copy_cell(blocks, source, targets, PARTS)
    result = after(blocks, edits)
    shown = planedits.blocks_in(blocks, source, PARTS)
    for target in targets:
        copies = planedits.blocks_in(result, target, PARTS)
        assert [_terms(b)[2:] for b in copies] == [_terms(b)[2:] for b in shown]
        same_part = target.part == source.part
        assert not same_part or [_terms(b) for b in copies] == [_terms(b) for b in shown]
    before = by_device_date(blocks)
    assert after(result, {key: before.get(key, ()) for key in edits}) == merged(blocks, {})


def _terms(one: PlanBlock):
    return one.starts, one.ends, one.operator_id, one.exam_type_ids, one.reserve_minutes


@given(plans(), st.sampled_from(DAYS), st.lists(st.sampled_from(DAYS)))
def test_a_copied_day_is_the_same_on_every_machine(blocks, source, targets):
    result = after(blocks, planedits.copy_day(blocks, source, targets))
    shown = [(b.device_id, _terms(b)) for b in merged(blocks, {}) if b.local_date == source]
    for day in {*targets, source}:
        assert [(b.device_id, _terms(b)) for b in result if b.local_date == day] == shown
    untouched = set(DAYS) - set(targets)
    assert [b for b in result if b.local_date in untouched] == [
        b for b in merged(blocks, {}) if b.local_date in untouched
    ]


@given(plans(), plans(ids=False))
def test_a_copied_week_leaves_holidays_alone(source, target):
    later = [replace(b, local_date=b.local_date + timedelta(weeks=1)) for b in target]
    worked = [day + timedelta(weeks=1) for day in DAYS[:3]]
    result = after(later, planedits.copy_week(source, later, 1, worked))
    for day in DAYS:
        there = [
            (b.device_id, _terms(b)) for b in result if b.local_date == day + timedelta(weeks=1)
        ]
        origin = source if day in DAYS[:3] else target
        assert there == [
            (b.device_id, _terms(b)) for b in merged(origin, {}) if b.local_date == day
        ]


@given(plans(), plans())
def test_changes_lead_from_one_plan_to_the_other(before, now):
    changes = changes_between(before, now)
    gone = [change.before for change in changes if change.before is not None]
    come = [change.after for change in changes if change.after is not None]
    kept = [one for one in before if one not in gone]
    assert sorted(map(_all_terms, [*kept, *come])) == sorted(map(_all_terms, now))
    assert all(change.before is None or change.after is None or change.fields for change in changes)


def _all_terms(one: PlanBlock):
    types, reserves = sorted(one.exam_type_ids), sorted(one.reserve_minutes.items())
    return (
        one.local_date,
        one.device_id,
        one.starts,
        one.ends,
        one.operator_id or 0,
        types,
        reserves,
    )


@given(plans())
def test_nothing_differs_between_a_plan_and_itself(blocks):
    assert changes_between(blocks, blocks) == []
    assert changes_between(blocks, [replace(each, block_id=None) for each in blocks]) == []


@given(plans())
def test_a_plan_comes_back_from_json_as_it_was(blocks):
    for key, these in by_device_date(blocks).items():
        assert from_json(key, as_json(these)) == these


def test_a_block_more_stands_beside_the_others():
    morning, afternoon = block(), block(part=1)
    assert planedits.put_block([morning], afternoon) == {morning.key: (morning, afternoon)}


def test_a_replaced_block_goes_on_as_the_same_one_on_its_day_alone():
    old = block(block_id=7, overrules={"no_operator": "later"})
    at = (old.key, old.starts)
    same_day = planedits.replace_block([old], at, replace(block(ends=700), block_id=None))
    assert same_day[old.key][0].block_id == 7
    elsewhere = planedits.replace_block([old], at, replace(old, device_id=2))
    assert elsewhere == {old.key: (), (2, DAYS[0]): (block(device=2),)}


def test_what_is_not_there_is_not_edited():
    with pytest.raises(NotFoundError):
        planedits.remove_block([block()], ((1, DAYS[0]), 481))


def test_dragging_onto_a_block_swaps_the_doctors():
    one, other = block(operator_id=4, block_id=1), block(device=2, operator_id=5, block_id=2)
    edits = planedits.drag([one, other], (one.key, one.starts), Cell(2, DAYS[0], 0), PARTS)
    assert edits == {
        one.key: (replace(one, operator_id=5),),
        other.key: (replace(other, operator_id=4),),
    }


def test_dragging_to_an_empty_cell_moves_the_block():
    one = block(operator_id=4, block_id=1)
    edits = planedits.drag([one], (one.key, one.starts), Cell(2, DAYS[1], 1), PARTS)
    assert edits == {one.key: (), (2, DAYS[1]): (block(2, 1, 1, operator_id=4),)}
    same_part = planedits.drag([block(starts=500)], (one.key, 500), Cell(2, DAYS[0], 0), PARTS)
    assert same_part[2, DAYS[0]][0].starts == 500


def test_dragging_home_changes_nothing():
    one = block()
    assert planedits.drag([one], (one.key, one.starts), Cell(1, DAYS[0], 0), PARTS) == {}


def test_an_empty_reason_takes_the_permission_back():
    one = block(overrules={"no_operator": "later", "not_open": "we open"})
    edits = planedits.overrule([one], (one.key, one.starts), {"no_operator": " "})
    assert edits[one.key][0].overrules == {"not_open": "we open"}
