"""How busy a day is beside an ordinary one: its weekday, its month, the edge of a break.

One series of day totals goes in (a stream's exams), factors come out. What is asked for on a day is forecast.
There is no factor of growth: measured, it served no better than a level that follows the last weeks.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import TypeVar

from tracker.domain.workcalendar import WorkCalendar

Key = TypeVar("Key", bound=Hashable)

MAKE_UP = 7
"""The slot of a make-up working day (调休); the others are those of date.weekday()."""
MONDAY = 0
SEASON_DAYS = 500
"""From sixteen months of history the factors of months are believed, from less they are that much nearer to 1:
within a year a month cannot be told from growth. Measured: 365 days err more while a department grows."""
DOUBTED_DAYS = 2
"""Days of a kind that must be seen until their own mean counts for half."""
BREAK_DAYS = 3
"""Days off in a row that make a break; a weekend has two."""
PASSES = 2
"""Each factor is measured with the others taken out; a third round changes no forecast by a thousandth."""


@dataclass(frozen=True, slots=True)
class WorkDays:
    """The working calendar as a forecast needs it: which days are worked, and which make up for others."""

    calendar: WorkCalendar
    make_up: frozenset[date] = frozenset()
    _edges: dict[date, str] = field(default_factory=dict, compare=False, repr=False)

    def slot(self, day: date) -> int:
        """The weekday (Monday 0) or MAKE_UP."""
        return MAKE_UP if day in self.make_up else day.weekday()

    def edge(self, day: date) -> str:
        """Whether the working day comes right `after` a break or right `before` one; else nothing."""
        if day not in self._edges:
            before = "before" if self._is_off(day, 1) else ""
            self._edges[day] = "after" if self._is_off(day, -1) else before
        return self._edges[day]

    def _is_off(self, day: date, direction: int) -> bool:
        near = (day + timedelta(days=direction * n) for n in range(1, BREAK_DAYS + 1))
        return not any(self.calendar.is_working(each) for each in near)


@dataclass(frozen=True, slots=True)
class DayLevels:
    """Factors around 1; what was never seen has 1."""

    slots: Mapping[int, float] = field(default_factory=dict)
    months: Mapping[int, float] = field(default_factory=dict)
    edges: Mapping[str, float] = field(default_factory=dict)

    def of_slot(self, slot: int) -> float:
        """The factor of a weekday; a make-up day that is not known is worked like a Monday."""
        unknown = self.slots.get(MONDAY, 1.0) if slot == MAKE_UP else 1.0
        return self.slots.get(slot, unknown)

    def of_season(self, day: date, days: WorkDays) -> float:
        """Month and the edge of a break; without the weekday."""
        return self.months.get(day.month, 1.0) * self.edges.get(days.edge(day), 1.0)

    def of(self, day: date, days: WorkDays) -> float:
        """The whole factor of a day."""
        return self.of_season(day, days) * self.of_slot(days.slot(day))


def measure_levels(totals: Mapping[date, float], days: WorkDays) -> DayLevels:
    """The factors of a series of working days. Twice the totals have the same; an even series has none."""
    if sum(totals.values()) <= 0:
        return DayLevels()
    span = (max(totals) - min(totals)).days + 1
    trust = min(1.0, span / SEASON_DAYS)
    levels = DayLevels()
    for _ in range(PASSES):
        levels = replace(levels, slots=_slots(totals, replace(levels, slots={}), days))
        months = _months(totals, replace(levels, months={}), days)
        levels = replace(levels, months={m: 1 + (f - 1) * trust for m, f in months.items()})
        levels = replace(levels, edges=_edges(totals, replace(levels, edges={}), days))
    return levels


def _slots(totals: Mapping[date, float], others: DayLevels, days: WorkDays) -> dict[int, float]:
    """Weekdays; a make-up day's few are drawn to Monday's, as its blocks are opened like Monday's.

    None is 0, though a stream may never come on Mondays: the days of the other factors are divided by them.
    """
    known = _ratios(totals, others, days, days.slot)
    monday = _drawn(*known.get(MONDAY, (1.0, 0)), prior=1.0)
    return {
        slot: _drawn(ratio, count, prior=monday if slot == MAKE_UP else 1.0)
        for slot, (ratio, count) in known.items()
    }


def _months(totals: Mapping[date, float], others: DayLevels, days: WorkDays) -> dict[int, float]:
    """Months beside the mean of the months: one that was seen twice weighs no more than the others."""
    known = _ratios(totals, others, days, lambda day: day.month)
    mean = _mean(ratio for ratio, _ in known.values())
    return {
        month: _drawn(ratio / mean, count, prior=1.0) for month, (ratio, count) in known.items()
    }


def _edges(totals: Mapping[date, float], others: DayLevels, days: WorkDays) -> dict[str, float]:
    """Days at a break beside those at none."""
    known = _ratios(totals, others, days, days.edge)
    ordinary = known.pop("", (1.0, 0))[0]
    if not ordinary:
        return {}
    return {
        edge: _drawn(ratio / ordinary, count, prior=1.0) for edge, (ratio, count) in known.items()
    }


def _ratios(
    totals: Mapping[date, float], others: DayLevels, days: WorkDays, key: Callable[[date], Key]
) -> dict[Key, tuple[float, int]]:
    """Per kind of day its mean beside the mean of all, the other factors taken out, and how many days."""
    groups: dict[Key, list[float]] = defaultdict(list)
    for day, total in totals.items():
        groups[key(day)].append(total / others.of(day, days))
    overall = _mean(value for group in groups.values() for value in group)
    return {each: (_mean(group) / overall, len(group)) for each, group in groups.items()}


def _drawn(own: float, count: int, *, prior: float) -> float:
    """The own mean of `count` days, drawn to what is expected of them as long as they are few."""
    return prior + (own - prior) * count / (count + DOUBTED_DAYS)


def _mean(values: Iterable[float]) -> float:
    known = list(values)
    return sum(known) / len(known) if known else 0.0
