"""Proves a proposed plan without asking how it was found: every rule, every booking's place, every total.

What is found here is a mistake of the optimiser; it becomes an error, never a plan that somebody sees.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import fields

from tracker.domain.plan import PlanBlock
from tracker.domain.plangoals import (
    figures_of,
    half_day_of,
    performed_by,
    place_of,
    standing_at,
)
from tracker.domain.planproblem import Figures, PlanProblem, PlanSolution, Served
from tracker.domain.planrules import BrokenRule, broken_rules

SLACK = 0.01
"""Minutes by which sums of parts may differ."""


class UnsoundPlanError(Exception):
    """The optimiser made a plan that breaks what it has to keep: a mistake in the product."""


def check_plan(problem: PlanProblem, solution: PlanSolution) -> None:
    """Raises UnsoundPlanError with everything that is wrong."""
    found = list(mistakes(problem, solution))
    if found:
        raise UnsoundPlanError("; ".join(found[:10]))


def mistakes(problem: PlanProblem, solution: PlanSolution) -> Iterator[str]:
    """What the plan gets wrong, in plain English for the log; nothing for a sound plan."""
    yield from _rules(problem, solution.blocks)
    yield from _bookings(problem, solution.blocks)
    yield from _service(problem, solution.blocks, solution.served)
    yield from _reserves(problem, solution)
    after = figures_of(problem, solution.blocks, solution.served)
    yield from _totals(solution.after, after)
    if after.value > solution.bound + SLACK * max(1, len(solution.served)):
        yield f"value {after.value:.2f} beyond the bound {solution.bound:.2f}"
    yield from _unmet(problem, solution)


def _rules(problem: PlanProblem, blocks: Sequence[PlanBlock]) -> Iterator[str]:
    stood = standing_at(problem)
    present = broken_rules((each.block for each in problem.standing), problem.facts)
    known = {(broken.code, place_of(broken.block)) for broken in present}
    for broken in broken_rules(blocks, problem.facts):
        place = place_of(broken.block)
        old = stood.get(place)
        as_before = (broken.code, place) in known and old is not None and _stays(broken, old.block)
        nobody_left = broken.code == "no_operator" and old is not None and bool(old.booked)
        if not as_before and not nobody_left:
            yield f"{broken.code} on {_name(broken.block)}"


def _stays(broken: BrokenRule, old: PlanBlock) -> bool:
    """Whether the block broke the rule before: what warns asks for hours, the doctor and no exam type besides."""
    block = broken.block
    if broken.refuses:
        return block == old
    same = (block.ends, block.place, block.operator_id) == (old.ends, old.place, old.operator_id)
    return same and block.exam_type_ids <= old.exam_type_ids


def _bookings(problem: PlanProblem, blocks: Sequence[PlanBlock]) -> Iterator[str]:
    planned = {place_of(block): block for block in blocks}
    for each in problem.standing:
        block, old = planned.get(place_of(each.block)), each.block
        if each.is_fixed and block != old:
            yield f"{_name(old)} was to stay as it is"
        if not each.booked:
            continue
        if block is None or (block.ends, block.place) != (old.ends, old.place):
            yield f"the patients of {_name(old)} have no block"
            continue
        if not each.booked.keys() <= block.exam_type_ids:
            yield f"{_name(old)} lost an exam type that is booked"


def _service(
    problem: PlanProblem, blocks: Sequence[PlanBlock], served: Sequence[Served]
) -> Iterator[str]:
    by_need: dict[int, float] = defaultdict(float)
    by_block: dict[int, float] = defaultdict(float)
    for each in served:
        need, block = problem.needs[each.need], blocks[each.block]
        by_need[each.need] += each.minutes
        by_block[each.block] += each.minutes
        if each.minutes < 0 or need.exam_type_id not in performed_by(problem, block):
            yield f"{_name(block)} does not serve exam type {need.exam_type_id}"
        if half_day_of(problem, block) not in need.half_days:
            yield f"{_name(block)} lies outside the goal of a need"
    for place, minutes in by_need.items():
        if minutes > problem.needs[place].minutes + SLACK:
            yield f"need {place} is served twice"
    for place, minutes in by_block.items():
        if minutes > blocks[place].open_minutes + SLACK:
            yield f"{_name(blocks[place])} serves {minutes:.1f} minutes, longer than it is"


def _reserves(problem: PlanProblem, solution: PlanSolution) -> Iterator[str]:
    stood = {place_of(s.block): s.block.reserve_minutes for s in problem.standing}
    for block in solution.blocks:
        as_before = dict(block.reserve_minutes) == dict(stood.get(place_of(block), {}))
        if not as_before and not block.reserve_minutes.keys() <= problem.reserving:
            yield f"{_name(block)} keeps minutes for a stream that holds no reserve"


def _totals(told: Figures, found: Figures) -> Iterator[str]:
    for each in fields(Figures):
        one, other = getattr(told, each.name), getattr(found, each.name)
        same = one == other if each.name == "met" else abs(one - other) <= SLACK
        if not same:
            yield f"{each.name} is told as {one}, found as {other}"


def _unmet(problem: PlanProblem, solution: PlanSolution) -> Iterator[str]:
    left: dict[tuple[int, int], float] = defaultdict(float)
    for need in problem.needs:
        left[need.stream_id, need.exam_type_id] += need.minutes
    for key, minutes in solution.after.met.items():
        left[key] -= minutes
    for unmet in solution.unmet:
        left[unmet.stream_id, unmet.exam_type_id] -= unmet.minutes
    for key, minutes in left.items():
        if abs(minutes) > 1:
            yield f"{minutes:.1f} minutes of {key} are neither served nor told as unmet"


def _name(block: PlanBlock) -> str:
    return f"device {block.device_id}, {block.local_date}, minute {block.starts}"
