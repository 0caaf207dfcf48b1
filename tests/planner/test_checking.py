"""The checker against plans that were spoilt by hand: each mistake is found, and a sound plan has none."""

from dataclasses import replace

import pytest

from tests.planner.departments import CADRE, MONDAY, OUTPATIENT, block, facts_of, half_days
from tracker.domain.plancheck import UnsoundPlanError, check_plan, mistakes
from tracker.domain.planproblem import Need, PlanProblem, PlanSolution, Served, Standing
from tracker.planner.propose import propose

ANY, HEART = 1, 2


def problem() -> PlanProblem:
    facts = facts_of({1: {ANY, HEART}, 2: {ANY}}, {1: {ANY, HEART}, 2: {ANY}, 3: {ANY, HEART}})
    standing = (
        Standing(block(1, 0, 1, {ANY, HEART}), {HEART: 30}),
        Standing(block(2, 1, 2, {ANY}), is_fixed=True),
    )
    needs = (Need(OUTPATIENT, ANY, 300, (0,)), Need(CADRE, HEART, 90, (0, 1)))
    return PlanProblem(half_days(2), facts, needs, standing, reserving=frozenset({CADRE}))


@pytest.fixture(scope="module")
def sound() -> PlanSolution:
    return propose(problem())


def with_block(solution: PlanSolution, place: int, **changes: object) -> PlanSolution:
    blocks = list(solution.blocks)
    blocks[place] = replace(blocks[place], **changes)  # type: ignore[arg-type]
    return replace(solution, blocks=tuple(blocks))


def place_of(solution: PlanSolution, device: int, starts: int) -> int:
    return next(
        n for n, b in enumerate(solution.blocks) if b.key == (device, MONDAY) and b.starts == starts
    )


def test_a_sound_plan_has_no_mistake(sound: PlanSolution):
    assert list(mistakes(problem(), sound)) == []


def test_all_mistakes_are_told_in_one_error(sound: PlanSolution):
    spoilt = with_block(sound, place_of(sound, 1, 480), operator_id=99, exam_type_ids=frozenset())
    with pytest.raises(UnsoundPlanError, match=r"operator_unknown.*no_exam_type"):
        check_plan(problem(), spoilt)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"operator_id": 2}, "competence_lacking"),
        ({"exam_type_ids": frozenset({ANY})}, "lost an exam type that is booked"),
        ({"ends": 700}, "the patients of device 1, 2026-11-30, minute 480 have no block"),
        ({"reserve_minutes": {OUTPATIENT: 20}}, "holds no reserve"),
        ({"reserve_minutes": {CADRE: 900}}, "reserves_too_long"),
    ],
)
def test_a_spoilt_booked_block_is_found(sound: PlanSolution, changes: dict[str, object], told: str):
    spoilt = with_block(sound, place_of(sound, 1, 480), **changes)
    assert any(told in each for each in mistakes(problem(), spoilt))


def test_a_doctor_at_two_machines_is_found(sound: PlanSolution):
    spoilt = with_block(sound, place_of(sound, 2, 480), operator_id=1)
    assert any("operator_twice" in each for each in mistakes(problem(), spoilt))


def test_a_changed_block_that_was_to_stay_is_found(sound: PlanSolution):
    spoilt = with_block(sound, place_of(sound, 2, 810), operator_id=3)
    assert any("was to stay as it is" in each for each in mistakes(problem(), spoilt))


@pytest.mark.parametrize(
    ("served", "told"),
    [
        (Served(0, 0, 1000), "longer than it is"),
        (Served(0, 0, 1000), "need 0 is served twice"),
        (Served(0, -1, 10), "lies outside the goal"),
        (Served(1, 1, 10), "does not serve exam type 2"),
        (Served(0, 0, -5), "does not serve exam type 1"),
        (Served(0, 0, 10), "value is told as"),
    ],
)
def test_service_that_cannot_be_is_found(sound: PlanSolution, served: Served, told: str):
    spoilt = replace(sound, served=(*sound.served, served))
    assert any(told in each for each in mistakes(problem(), spoilt)), list(
        mistakes(problem(), spoilt)
    )


def test_totals_that_are_told_wrong_are_found(sound: PlanSolution):
    better = replace(sound, after=replace(sound.after, value=sound.after.value + 5))
    assert any("value is told as" in each for each in mistakes(problem(), better))
    proud = replace(sound, bound=sound.after.value - 50)
    assert any("beyond the bound" in each for each in mistakes(problem(), proud))


def test_a_need_that_nobody_mentions_is_found(sound: PlanSolution):
    wanting = replace(problem(), needs=(*problem().needs, Need(CADRE, ANY, 500, (0,))))
    assert any("neither served nor told" in each for each in mistakes(wanting, sound))
