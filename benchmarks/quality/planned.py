"""The optimiser's week against the default one when the mix of exams has shifted: both serve the same requests."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time

from benchmarks.quality.asking import fortnight_of
from benchmarks.quality.bound import Programme
from benchmarks.quality.department import Department, starting_department
from benchmarks.quality.figures import value_of
from benchmarks.quality.fortnight import Fortnight
from benchmarks.quality.policies import ENGINE
from benchmarks.starting_plan import SHIFTED, WEIGHTS, starting_problem
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


def week_of(blocks: Sequence[PlanBlock], department: Department) -> list[PatternBlock]:
    """A week's plan as weekly blocks. The planner's benchmark numbers streams in the order of its weights."""
    ids = {stream.code: stream.id for stream in department.streams}
    stream_id = {number: ids[code] for number, code in enumerate(WEIGHTS, start=1)}
    return [
        PatternBlock(
            id=number,
            device_id=block.device_id,
            weekday=block.local_date.weekday(),
            starts=_time(block.starts),
            ends=_time(block.ends),
            operator_id=block.operator_id,
            exam_type_ids=block.exam_type_ids,
            reserve_minutes={stream_id[s]: m for s, m in block.reserve_minutes.items()},
        )
        for number, block in enumerate(blocks, start=1)
    ]


def weeks() -> dict[str, list[PatternBlock]]:
    """The default week, and the one the optimiser proposes for the shifted mix."""
    department = starting_department()
    solution = propose(starting_problem(LOAD, mix=SHIFTED))
    return {
        "default weekly blocks": list(department.pattern),
        "the optimiser's": week_of(solution.blocks, department),
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
