"""What the optimiser is asked, and what it answers: plain values. How it finds the answer is in tracker/planner.

Minutes of a need are planned room time; half-days are named by their place in `PlanProblem.half_days`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from tracker.domain.errors import NO_PARAMS, Params
from tracker.domain.plan import PlanBlock
from tracker.domain.planrules import PlanFacts


@dataclass(frozen=True, slots=True)
class HalfDay:
    """A part of a working day, minutes [starts, ends); fasting exams are to be through by `fasting_ends`."""

    local_date: date
    part: str
    starts: int
    ends: int
    fasting_ends: int = 0

    def has(self, block: PlanBlock) -> bool:
        """Whether some of the block lies in it."""
        same_day = block.local_date == self.local_date
        return same_day and block.starts < self.ends and self.starts < block.ends


@dataclass(frozen=True, slots=True)
class Need:
    """Minutes of an exam type that a stream asks for, and the half-days that lie within the stream's goal.

    `weight`: what a minute served counts. `goes_on`: the goal reaches beyond the plan.
    """

    stream_id: int
    exam_type_id: int
    minutes: float
    half_days: tuple[int, ...]
    weight: float = 1.0
    goes_on: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """A block of the present plan. `booked`: exam type → minutes that patients hold, which keep their place.

    `is_fixed`: the block stays as it is (it has begun).
    """

    block: PlanBlock
    booked: Mapping[int, int] = field(default_factory=dict)
    is_fixed: bool = False


@dataclass(frozen=True, slots=True)
class PlanProblem:
    """A week to plan. `reserving`: the streams for which minutes may be kept.

    Same problem, same answer: `seed` is a part of it.
    """

    half_days: tuple[HalfDay, ...]
    facts: PlanFacts
    needs: tuple[Need, ...]
    standing: tuple[Standing, ...] = ()
    reserving: frozenset[int] = frozenset()
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Served:
    """Minutes of a need (its place in the problem) that a block (its place in the plan) is to serve."""

    need: int
    block: int
    minutes: float


@dataclass(frozen=True, slots=True)
class Unmet:
    """Minutes that cannot be served within the goal, and why: a code, a sentence with its values."""

    stream_id: int
    exam_type_id: int
    minutes: float
    code: str
    text: str
    params: Params = NO_PARAMS


@dataclass(frozen=True, slots=True)
class Figures:
    """How good a plan is, by the goals in their order.

    `value`: minutes served within their goal times weight. `commoner`: minutes that a machine spends on what
    others can do, times how much it is needed for the rest. `fasting_late`: minutes of fasting exams after the
    fasting window. `unfair`: minutes by which doctors work more or less than a tenth off their share.
    `changed`: blocks that another doctor is to run, or nobody. `met`: (stream, exam type) → minutes served.
    """

    value: float
    commoner: float
    fasting_late: float
    unfair: float
    changed: int
    met: Mapping[tuple[int, int], float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PlanSolution:
    """A proposed plan with what it serves, and how close `value` comes to the best that any plan reaches.

    `bound` is never less than that best. `is_repeatable`: the same problem gives the same plan; a run that the
    clock stopped is not. `present`: the blocks as they are now, with what they would serve at their best.
    """

    blocks: tuple[PlanBlock, ...]
    served: tuple[Served, ...]
    before: Figures
    after: Figures
    bound: float
    unmet: tuple[Unmet, ...]
    is_repeatable: bool
    nodes: int
    present: tuple[PlanBlock, ...] = ()
    present_served: tuple[Served, ...] = ()

    @property
    def gap(self) -> float:
        """By how much of the bound the plan may fall short of the best one: 0.01 is one per cent."""
        return max(0.0, 1 - self.after.value / self.bound) if self.bound > 0 else 0.0
