"""The optimiser's weeks against the default one when the mix of exams has shifted: all serve the same requests."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import time

from benchmarks.quality.asking import fortnight_of
from benchmarks.quality.bound import Programme
from benchmarks.quality.department import starting_department
from benchmarks.quality.figures import value_of
from benchmarks.quality.fortnight import Fortnight
from benchmarks.quality.policies import ENGINE
from benchmarks.starting_plan import SHIFTED, starting_problem
from tracker.domain.horizon import PatternBlock
from tracker.domain.plan import PlanBlock
from tracker.planner.propose import propose

LOAD = 0.99


@dataclass(frozen=True, slots=True)
class Comparison:
    """One fortnight with the shifted mix. `wanted` is the value of all who come, `best` the bound on each week."""

    wanted: float
    value: dict[str, float]
    best: dict[str, float]


def week_of(blocks: Sequence[PlanBlock]) -> list[PatternBlock]:
    """A week's plan as weekly blocks."""
    return [
        PatternBlock(
            id=number,
            device_id=block.device_id,
            weekday=block.local_date.weekday(),
            starts=_time(block.starts),
            ends=_time(block.ends),
            operator_id=block.operator_id,
            exam_type_ids=block.exam_type_ids,
            reserve_minutes=block.reserve_minutes,
        )
        for number, block in enumerate(blocks, start=1)
    ]


def weeks() -> dict[str, list[PatternBlock]]:
    """The default week, and what the optimiser makes for the shifted mix: of the default week, and of nothing."""
    problem = starting_problem(LOAD, mix=SHIFTED)
    return {
        "default weekly blocks": list(starting_department().pattern),
        "the optimiser's": week_of(propose(problem).blocks),
        "the optimiser's, from nothing": week_of(propose(replace(problem, standing=())).blocks),
    }


def compared(seed: int, plans: dict[str, list[PatternBlock]]) -> Comparison:
    """What this engine serves of one fortnight's shifted requests on each week."""
    default = starting_department()
    shifted = default.with_mix(SHIFTED)
    asks = fortnight_of(shifted, seed=seed, load=LOAD)
    value, best = {}, {}
    for name, week in plans.items():
        department = shifted.with_plan(week)
        fortnight = Fortnight(department, ENGINE)
        placed = fortnight.run(asks)
        value[name] = sum(value_of(each.ask, each.start) for each in placed)
        best[name] = Programme(department, asks).solve()
    wanted = sum(value_of(ask, ask.asked_at) for ask in asks)
    return Comparison(wanted, value, best)


def _time(minute: int) -> time:
    return time(*divmod(minute, 60))
