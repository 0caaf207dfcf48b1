"""What nothing can pass: minutes packed into machine × part of day with everything known beforehand, by HiGHS.

A relaxation on purpose: exams may be split between machines and parts, and a part has no order inside. What holds:
who can do what where, the fasting window, the days wished for, when it was asked, and every block's minutes.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import highspy

from benchmarks.quality.asking import Ask
from benchmarks.quality.department import CALENDAR, FASTING_ENDS, ZONE, Department
from benchmarks.quality.figures import value_of
from tracker.domain.workcalendar import local_date_of

PARTS = ((0, FASTING_ENDS), (FASTING_ENDS, 12 * 60), (12 * 60, 24 * 60))
"""Minutes of the day: the fasting window is a part of its own."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A part of a day."""

    local_date: date
    starts: int
    ends: int

    @property
    def is_for_fasting(self) -> bool:
        """Whether exams that need fasting may lie there."""
        return self.ends <= FASTING_ENDS


@dataclass(frozen=True, slots=True)
class Alike:
    """Asks that are alike: the exam type, and what a minute of it is worth in each cell."""

    exam_type_id: int
    is_fasting: bool
    worth: tuple[tuple[Cell, float], ...]


class Programme:
    """The linear programme: minutes of alike asks in each cell, minutes of each exam type on each block."""

    def __init__(self, department: Department, asks: list[Ask]) -> None:
        self._solver = highspy.Highs()  # type: ignore[no-untyped-call]
        self._solver.setOptionValue("output_flag", False)
        self._solver.setOptionValue("threads", 1)
        self._department = department
        self.alike = _alike(department, asks)
        self._minutes: dict[tuple[Alike, Cell], Any] = {}
        asked = self._asked()
        given = self._given({each.exam_type_id for each in self.alike})
        for need, minutes in asked.items():
            self._at_most(minutes, given.get(need, []))

    def solve(self) -> float:
        """The bound: no schedule is worth more."""
        self._solver.maximize()
        return float(self._solver.getInfo().objective_function_value)

    def dates(self) -> dict[int, date]:
        """Ask (by number) → the date that the solution gives it; who is on two is given the larger part's."""
        values = self._solver.getSolution().col_value
        dates: dict[int, date] = {}
        for alike, asks in self.alike.items():
            by_date: dict[date, float] = defaultdict(float)
            for cell, _ in alike.worth:
                by_date[cell.local_date] += values[self._minutes[alike, cell].index]
            waiting = list(asks)
            for local_date, minutes in sorted(by_date.items(), key=lambda pair: -pair[1]):
                for _ in range(round(minutes / asks[0].kind.minutes)):
                    if waiting:
                        dates[waiting.pop().number] = local_date
        return dates

    def _asked(self) -> dict[tuple[int, Cell], list[Any]]:
        """Minutes wanted, each worth something, no more of them than were asked for."""
        wanted: dict[tuple[int, Cell], list[Any]] = defaultdict(list)
        for alike, asks in self.alike.items():
            total = sum(ask.kind.minutes for ask in asks)
            parts = []
            for cell, worth in alike.worth:
                minutes = self._solver.addVariable(lb=0, ub=total, obj=worth)
                self._minutes[alike, cell] = minutes
                wanted[alike.exam_type_id, cell].append(minutes)
                parts.append(minutes)
            if len(parts) > 1:
                self._solver.addConstr(self._solver.qsum(parts) <= total)
        return wanted

    def _given(self, exam_types: set[int]) -> dict[tuple[int, Cell], list[Any]]:
        """Minutes that blocks give to exam types, no more in each part than are open."""
        fasting = {kind.id for kind in self._department.kinds if kind.is_fasting}
        given: dict[tuple[int, Cell], list[Any]] = defaultdict(list)
        for day in self._department.days():
            for block in day.blocks:
                for starts, ends in PARTS:
                    length = min(ends, block.ends) - max(starts, block.starts)
                    if length <= 0:
                        continue
                    cell = Cell(day.local_date, starts, ends)
                    barred = set() if cell.is_for_fasting else fasting
                    here = []
                    for exam_type_id in sorted((block.exam_type_ids & exam_types) - barred):
                        minutes = self._solver.addVariable(lb=0, ub=length)
                        given[exam_type_id, cell].append(minutes)
                        here.append(minutes)
                    if here:
                        self._solver.addConstr(self._solver.qsum(here) <= length)
        return given

    def _at_most(self, wanted: list[Any], given: list[Any]) -> None:
        total = self._solver.qsum(wanted)
        self._solver.addConstr(total <= (self._solver.qsum(given) if given else 0))


def _alike(department: Department, asks: list[Ask]) -> dict[Alike, list[Ask]]:
    midnights = {day.local_date: day.midnight for day in department.days()}
    found: dict[Alike, list[Ask]] = defaultdict(list)
    for ask in asks:
        if ask.comes:
            worth = tuple(_worths(ask, midnights))
            found[Alike(ask.kind.id, ask.kind.is_fasting, worth)].append(ask)
    return found


def _worths(ask: Ask, midnights: dict[date, datetime]) -> Iterator[tuple[Cell, float]]:
    """What a minute of the exam is worth in each cell in which it could begin."""
    first = max(ask.earliest, local_date_of(ask.asked_at, ZONE))
    for day in CALENDAR.working_days(first, ask.latest):
        for starts, ends in PARTS:
            cell = Cell(day, starts, ends)
            begins = max(midnights[day] + timedelta(minutes=starts), ask.asked_at)
            if ask.kind.is_fasting and not cell.is_for_fasting:
                continue
            if begins < midnights[day] + timedelta(minutes=ends):
                yield cell, value_of(ask, begins) / ask.kind.minutes
