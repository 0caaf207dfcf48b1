"""Demand against supply in the plan: the forecast of a week beside the minutes that its blocks have open."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from tracker.domain.plan import PlanBlock
from tracker.domain.planedits import part_of
from tracker.domain.planfit import Block, Fit, fit_of
from tracker.domain.planrules import PlanFacts
from tracker.queries.exam_types import ExamTypeRow
from tracker.queries.forecast import ExpectedDemand
from tracker.queries.streams import PartOfDayRow
from tracker.web.filters import localised
from tracker.web.plan_places import part_minutes


@dataclass(frozen=True, slots=True)
class Demand:
    """A row for each exam type that is asked for, a cell for each half-day; `short` counts those that do not fit."""

    days: Sequence[date]
    parts: Sequence[PartOfDayRow]
    rows: Sequence[tuple[str, Sequence[Fit]]]
    short: int
    made_at: datetime | None


@dataclass(frozen=True, slots=True)
class DemandSource:
    """What the table is made of: the forecast, the blocks that are shown, and the words for both."""

    expected: Sequence[ExpectedDemand]
    made_at: datetime | None
    blocks: Sequence[PlanBlock]
    facts: PlanFacts
    exam_types: Sequence[ExamTypeRow]
    parts: Sequence[PartOfDayRow]


def demand_of(source: DemandSource, days: Sequence[date]) -> Demand | None:
    """The table of these days; None where nobody has forecast them yet."""
    asked: dict[tuple[date, str], dict[int, float]] = {}
    for each in source.expected:
        minutes = asked.setdefault((each.local_date, each.part), {})
        minutes[each.exam_type_id] = minutes.get(each.exam_type_id, 0) + each.minutes
    if not asked:
        return None
    open_blocks = _open_blocks(source)
    wanted = {each for minutes in asked.values() for each in minutes}
    fits = [
        fit_of(
            {t: round(asked.get((day, part.code), {}).get(t, 0)) for t in wanted},
            open_blocks.get((day, place), []),
        )
        for day in days
        for place, part in enumerate(source.parts)
    ]
    rows = [
        (localised(each), [fit[each.id] for fit in fits])
        for each in source.exam_types
        if each.id in wanted
    ]
    short = sum(fit.missing > 0 for _name, cells in rows for fit in cells)
    return Demand(days, source.parts, rows, short, source.made_at)


def _open_blocks(source: DemandSource) -> dict[tuple[date, int], list[Block]]:
    """(day, part) → the minutes of its blocks that are not closed, with what they may serve."""
    hours = part_minutes(source.parts)
    found: dict[tuple[date, int], list[Block]] = {}
    for block in source.blocks:
        shut = sum(
            max(0, min(block.ends, ends) - max(block.starts, starts))
            for starts, ends in source.facts.closed.get(block.key, ())
        )
        minutes = max(0, block.open_minutes - shut)
        place = block.local_date, part_of(block, hours)
        found.setdefault(place, []).append((minutes, block.exam_type_ids))
    return found
