"""What a history says of each cell (part of day, stream, exam type): its usual exams, weekday by weekday.

Means over days, recent ones first, each drawn to what its likes say where its own days say little.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from tracker.domain.daylevels import MAKE_UP, MONDAY, DayLevels, WorkDays

WEEK_DAYS = 5
"""Working days that make a week of age: a holiday makes no history older."""
MIX_WEEKS = 26
"""So many working weeks ago a day counts for half in the mix of cells and weekdays."""
UNLIKE = 0.5
"""How far a stream's share of a cell is thought to be from the department's, and a weekday of a cell from that
of its stream, as a part of it (one standard deviation): what its own days say is drawn to it accordingly."""


class Cell(NamedTuple):
    """What is forecast for each day: a part of day's code, a stream and an exam type."""

    part: str
    stream_id: int
    exam_type_id: int


Counts = Mapping[date, Mapping[Cell, float]]
"""Exams per day and cell; a cell without exams may be left out."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What history says of one cell: its mean on an ordinary day, each weekday's, the variance of a day."""

    mean: float
    variance: float
    slots: Mapping[int, float]

    def of(self, slot: int, level: float) -> float:
        """Exams on this weekday, whose factor for the whole stream is `level`.

        A make-up day that nobody has seen yet is worked like a Monday: so are its blocks opened.
        """
        known = self.slots.get(slot, self.slots.get(MONDAY) if slot == MAKE_UP else None)
        return self.mean * level if known is None else known


def weights_of(days: Iterable[date], half_life_weeks: int) -> dict[date, float]:
    """How much each day counts; the days come newest first."""
    half_life = half_life_weeks * WEEK_DAYS
    return {day: 0.5 ** (age / half_life) for age, day in enumerate(days)}


@dataclass(slots=True)
class _Sums:
    """Weighted sums of one cell on one kind of day; days without exams add nothing and are not visited."""

    exams: float = 0.0
    squares: float = 0.0


@dataclass(frozen=True, slots=True)
class _Slot:
    """The days of one weekday: the sum of their weights, and how many days as heavy as one these are."""

    weight: float
    days: float


def _slots(weights: Mapping[date, float], days: WorkDays) -> dict[int, _Slot]:
    groups: dict[int, list[float]] = defaultdict(list)
    for day, weight in weights.items():
        groups[days.slot(day)].append(weight)
    return {
        slot: _Slot(sum(group), sum(group) ** 2 / sum(weight**2 for weight in group))
        for slot, group in groups.items()
    }


def see_cells(worked: Counts, levels: Mapping[int, DayLevels], days: WorkDays) -> dict[Cell, Seen]:
    """Every cell of every stream, each drawn to what the others say where its own days say little."""
    weights = weights_of(worked, MIX_WEEKS)
    slots = _slots(weights, days)
    sums: dict[Cell, dict[int, _Sums]] = defaultdict(lambda: defaultdict(_Sums))
    for day, counts in worked.items():
        season = {each: level.of_season(day, days) for each, level in levels.items()}
        for cell, exams in counts.items():
            own = sums[cell][days.slot(day)]
            usual = exams / season[cell.stream_id]
            own.exams += weights[day] * usual
            own.squares += weights[day] * usual**2
    known = {cell: _own(found, slots, levels[cell.stream_id]) for cell, found in sums.items()}
    return {
        cell: _on_weekdays(seen, sums.get(cell, {}), slots, levels[cell.stream_id])
        for cell, seen in _beside_others(known, slots, levels).items()
    }


def _own(found: Mapping[int, _Sums], slots: Mapping[int, _Slot], level: DayLevels) -> Seen:
    """What a cell's own days say: the mean of an ordinary day, and the variance within its weekdays."""
    expected = sum(slot.weight * level.of_slot(each) for each, slot in slots.items())
    within = sum(
        max(0.0, sums.squares - sums.exams**2 / slots[each].weight) for each, sums in found.items()
    )
    weight = sum(slot.weight for slot in slots.values())
    return Seen(sum(sums.exams for sums in found.values()) / expected, within / weight, {})


def _beside_others(
    own: Mapping[Cell, Seen], slots: Mapping[int, _Slot], streams: Iterable[int]
) -> dict[Cell, Seen]:
    """Each stream's cells beside its part of the department's: so a rare exam type is not nothing."""
    days = sum(slot.days for slot in slots.values())
    volume: dict[int, float] = defaultdict(float)
    means: dict[tuple[str, int], float] = defaultdict(float)
    variances: dict[tuple[str, int], float] = defaultdict(float)
    for cell, seen in own.items():
        volume[cell.stream_id] += seen.mean
        means[cell.part, cell.exam_type_id] += seen.mean
        variances[cell.part, cell.exam_type_id] += seen.variance
    whole = sum(volume.values())
    cells: dict[Cell, Seen] = {}
    for stream_id in streams:
        for (part, exam_type_id), mean in means.items():
            cell = Cell(part, stream_id, exam_type_id)
            seen = own.get(cell, Seen(0.0, 0.0, {}))
            share = volume[stream_id] / whole
            variance = max(seen.variance, variances[part, exam_type_id] * share**2)
            drawn = _drawn(seen.mean, mean * share, days, variance)
            cells[cell] = Seen(drawn, variance, {})
    return cells


def _on_weekdays(
    seen: Seen, found: Mapping[int, _Sums], slots: Mapping[int, _Slot], level: DayLevels
) -> Seen:
    """Each weekday of a cell beside what its stream's weekday makes of the cell's mean."""
    nothing = _Sums()
    drawn = {
        each: _drawn(
            found.get(each, nothing).exams / slot.weight,
            seen.mean * level.of_slot(each),
            slot.days,
            seen.variance,
        )
        for each, slot in slots.items()
    }
    return Seen(seen.mean, seen.variance, drawn)


def _drawn(own: float, prior: float, days: float, variance: float) -> float:
    """A mean of so many days, drawn to a prior: the less, the more days there are and the steadier they are.

    The weights of the best linear guess: variance of the prior over it and the variance of the mean.
    """
    between = days * (UNLIKE * prior) ** 2
    if between + variance <= 0:
        return own
    return prior + (own - prior) * between / (between + variance)
