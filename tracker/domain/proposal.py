"""A proposal as people read it: what differs from the plan it began with, block by block and in totals, kept as JSON.

Ids stay ids here; names are a page's work. Minutes become patients by the minutes of the exam type.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from tracker.domain.plan import (
    BlockChange,
    DeviceDate,
    PlanBlock,
    as_json,
    by_device_date,
    changes_between,
    from_json,
)
from tracker.domain.plangoals import Place, place_of
from tracker.domain.planproblem import Figures, PlanProblem, PlanSolution, Served

Kept = Mapping[str, Any]

THE_LESS_THE_BETTER = ("commoner", "fasting_late", "unfair")
"""Figures of the goals after the first. How many blocks change is none that a proposal could better."""


@dataclass(frozen=True, slots=True)
class BlockEffect:
    """What a proposed change of one block is about: minutes to be served by exam type, before and after."""

    change: BlockChange
    before: Mapping[int, float]
    after: Mapping[int, float]

    def gains(self, least: float) -> dict[int, float]:
        """Exam types of which the block serves at least so many minutes more, the greatest gain first."""
        more = {kind: self.after[kind] - self.before.get(kind, 0) for kind in self.after}
        return {k: m for k, m in sorted(more.items(), key=lambda each: -each[1]) if m >= least}


def kept_proposal(problem: PlanProblem, solution: PlanSolution) -> dict[str, Any]:
    """The proposal as a run keeps it: only device days that differ from the present plan."""
    present = by_device_date(each.block for each in problem.standing)
    proposed = by_device_date(solution.blocks)
    differing = {change.key for change in changes_between(_all(present), solution.blocks)}
    before = _minutes(problem, solution.present, solution.present_served)
    after = _minutes(problem, solution.blocks, solution.served)
    return {
        "days": [
            {
                "device": key[0],
                "date": key[1].isoformat(),
                "base": as_json(present.get(key, ())),
                "blocks": as_json(proposed.get(key, ())),
                "before": _served_json(present.get(key, ()), before),
                "after": _served_json(proposed.get(key, ()), after),
            }
            for key in sorted(differing, key=lambda k: (k[1], k[0]))
        ],
        "totals": {"before": _figures(solution.before), "after": _figures(solution.after)},
        "asked": _asked(problem),
        "bound": solution.bound,
        "gap": solution.gap,
        "unmet": [
            {
                "stream": u.stream_id,
                "exam_type": u.exam_type_id,
                "minutes": round(u.minutes, 1),
                "text": u.text,
                "params": dict(u.params),
            }
            for u in solution.unmet
        ],
    }


def effects(kept: Kept) -> list[BlockEffect]:
    """Every proposed change, by day, device and start."""
    found = []
    for day in kept["days"]:
        key = _key(day)
        changes = changes_between(from_json(key, day["base"]), from_json(key, day["blocks"]))
        for change in changes:
            before, after = _starts(change.before), _starts(change.after)
            found.append(
                BlockEffect(
                    change,
                    {int(k): m for k, m in day["before"].get(before, {}).items()},
                    {int(k): m for k, m in day["after"].get(after, {}).items()},
                )
            )
    return found


def is_any_figure_better(kept: Kept) -> bool:
    """Whether a goal's figure, in whole minutes as it is shown, is better as proposed than as planned now."""
    before, after = kept["totals"]["before"], kept["totals"]["after"]
    if round(after["value"]) > round(before["value"]):
        return True
    return any(round(after[figure]) < round(before[figure]) for figure in THE_LESS_THE_BETTER)


def place_of_change(change: BlockChange) -> Place:
    """Device, day and start that name a change."""
    block = change.after or change.before
    assert block is not None  # a change has at least one side
    return place_of(block)


def is_taken(blocks: Sequence[PlanBlock], change: BlockChange) -> bool:
    """Whether a device day is already as the change proposes."""
    if change.after is None:
        return not _holds(blocks, change.before)
    return _holds(blocks, change.after)


def with_change(blocks: Sequence[PlanBlock], change: BlockChange) -> tuple[PlanBlock, ...] | None:
    """The blocks of a device day with a proposed change; None where something else was planned meanwhile."""
    if change.before is not None and not _holds(blocks, change.before):
        return None
    left = [b for b in blocks if change.before is None or b.starts != change.before.starts]
    if change.after is None:
        return tuple(left)
    if any(block.meets(change.after) for block in left):
        return None
    return tuple(sorted([*left, change.after], key=lambda block: block.starts))


def _holds(blocks: Sequence[PlanBlock], wanted: PlanBlock | None) -> bool:
    return wanted is not None and any(as_json([b]) == as_json([wanted]) for b in blocks)


def _all(days: Mapping[DeviceDate, Sequence[PlanBlock]]) -> Iterable[PlanBlock]:
    return [block for blocks in days.values() for block in blocks]


def _key(day: Mapping[str, Any]) -> DeviceDate:
    return day["device"], date.fromisoformat(day["date"])


def _starts(block: PlanBlock | None) -> str:
    return "" if block is None else str(block.starts)


def _minutes(
    problem: PlanProblem, blocks: Sequence[PlanBlock], served: Sequence[Served]
) -> dict[tuple[DeviceDate, int], dict[int, float]]:
    found: dict[tuple[DeviceDate, int], dict[int, float]] = defaultdict(dict)
    for each in served:
        block, kind = blocks[each.block], problem.needs[each.need].exam_type_id
        mine = found[block.key, block.starts]
        mine[kind] = mine.get(kind, 0) + each.minutes
    return found


def _served_json(
    blocks: Sequence[PlanBlock], minutes: Mapping[tuple[DeviceDate, int], Mapping[int, float]]
) -> dict[str, dict[str, float]]:
    return {
        str(block.starts): {
            str(kind): round(each, 1)
            for kind, each in sorted(minutes.get((block.key, block.starts), {}).items())
        }
        for block in blocks
    }


def _figures(figures: Figures) -> dict[str, Any]:
    return {
        "value": round(figures.value, 1),
        "commoner": round(figures.commoner, 1),
        "fasting_late": round(figures.fasting_late, 1),
        "unfair": round(figures.unfair, 1),
        "changed": figures.changed,
        "met": [[*key, round(minutes, 1)] for key, minutes in sorted(figures.met.items())],
    }


def _asked(problem: PlanProblem) -> list[list[float]]:
    asked: dict[tuple[int, int], float] = defaultdict(float)
    for need in problem.needs:
        asked[need.stream_id, need.exam_type_id] += need.minutes
    return [[*key, round(minutes, 1)] for key, minutes in sorted(asked.items())]
