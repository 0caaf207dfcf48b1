"""What will be asked for: exams and minutes of a day, part of day, stream and exam type, from what was done.

Pure statistics over counts. How busy a day is as a whole is in daylevels, what is usual in a cell in cellmeans;
reading the counts is a query's work.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from tracker.domain.cellmeans import Cell, Counts, Seen, see_cells, weights_of
from tracker.domain.daylevels import DayLevels, WorkDays, measure_levels

LEVEL_WEEKS = 8
"""So many working weeks ago a day counts for half in the level of a stream: faster than in the mix of its cells.
Measured: with four weeks one quiet month is taken for the new level five weeks later."""
LEVEL_DAYS = 400
"""Working days that are looked at for it; older ones would weigh less than a thousandth."""
LEAST_EXAMS = 0.005
"""Less than one exam in 200 such half-days is nothing."""


@dataclass(frozen=True, slots=True)
class Booked:
    """What stands already in a cell of a day: exams and their planned minutes."""

    exams: int
    minutes: int


@dataclass(frozen=True, slots=True)
class Expected:
    """What will be asked for in a cell of a day; `spread` is the standard deviation of the exams."""

    local_date: date
    cell: Cell
    exams: float
    minutes: float
    spread: float


@dataclass(frozen=True, slots=True)
class Model:
    """What was learnt from a history: the levels of each stream, its present level, its cells."""

    days: WorkDays
    levels: Mapping[int, DayLevels]
    seen: Mapping[Cell, Seen]
    present: Mapping[int, float] = field(default_factory=dict)

    def exams(self, cell: Cell, day: date) -> float:
        """Exams expected in a cell of a day; none on a day that is not worked."""
        if not self.days.calendar.is_working(day):
            return 0.0
        level, slot = self.levels[cell.stream_id], self.days.slot(day)
        usual = self.seen[cell].of(slot, level.of_slot(slot))
        return usual * level.of_season(day, self.days) * self.present.get(cell.stream_id, 1.0)

    def expected(self, day: date, minutes: Mapping[tuple[int, int], float]) -> Iterator[Expected]:
        """What is expected of a day; `minutes` says how long an exam of a stream and a type takes.

        The variance of a count grows with its mean, whatever the kind of count: so does the one that is told.
        """
        for cell, seen in self.seen.items():
            exams = self.exams(cell, day)
            if exams >= LEAST_EXAMS:
                spread = math.sqrt(seen.variance * exams / seen.mean)
                each = minutes.get((cell.stream_id, cell.exam_type_id), 0.0)
                yield Expected(day, cell, exams, exams * each, spread)


def learn(history: Counts, days: WorkDays) -> Model:
    """Learn from performed exams. Twice the exams teach twice the forecast; an even history itself.

    Days that are not worked teach nothing, nor do working days without any exam: the department was shut.
    """
    worked: dict[date, dict[Cell, float]] = {}
    for day in sorted(history, reverse=True):
        done = {cell: exams for cell, exams in history[day].items() if exams > 0}
        if done and days.calendar.is_working(day):
            worked[day] = done
    streams = {cell.stream_id for counts in worked.values() for cell in counts}
    totals = {stream_id: _totals(worked, stream_id) for stream_id in sorted(streams)}
    levels = {stream_id: measure_levels(series, days) for stream_id, series in totals.items()}
    seen = see_cells(worked, levels, days)
    model = Model(days, levels, seen)
    present = {
        stream_id: _present_level(series, model, stream_id) for stream_id, series in totals.items()
    }
    return Model(days, levels, seen, present)


def suppose(usual: Mapping[Cell, float], days: WorkDays) -> Model:
    """What to go by without a history: exams of an ordinary working day, every day alike, as chance has them."""
    levels = {cell.stream_id: DayLevels() for cell in usual}
    seen = {cell: Seen(exams, exams, {}) for cell, exams in usual.items() if exams > 0}
    return Model(days, levels, seen)


def with_booked(
    expected: Iterable[Expected], booked: Mapping[tuple[date, Cell], Booked]
) -> list[Expected]:
    """The forecast with what stands already as its floor, in every cell.

    Where a stream has more booked in a cell than was expected of it, the rest of its day has less to come:
    the day's total stays what it was, or is what is booked if that is more. What is booked has no spread.
    """
    cells = {(each.local_date, each.cell): each for each in expected}
    for key, standing in booked.items():
        if standing.exams:
            cells.setdefault(key, Expected(*key, exams=0.0, minutes=0.0, spread=0.0))
    streams: dict[tuple[date, int], list[Expected]] = defaultdict(list)
    for (day, cell), each in sorted(cells.items()):
        streams[day, cell.stream_id].append(each)
    nothing = Booked(0, 0)
    return [
        filled
        for group in streams.values()
        for filled in _fill([(e, booked.get((e.local_date, e.cell), nothing)) for e in group])
    ]


def _fill(cells: list[tuple[Expected, Booked]]) -> Iterator[Expected]:
    """One day of one stream: what is booked, and beyond it each cell's part of what is still to come."""
    open_exams = sum(max(0.0, each.exams - booked.exams) for each, booked in cells)
    to_come = max(0.0, sum(each.exams - booked.exams for each, booked in cells))
    for each, booked in cells:
        more = max(0.0, each.exams - booked.exams)
        more *= to_come / open_exams if open_exams else 0.0
        share = more / each.exams if each.exams else 0.0
        yield replace(
            each,
            exams=booked.exams + more,
            minutes=booked.minutes + each.minutes * share,
            spread=each.spread * math.sqrt(share),
        )


def _totals(worked: Counts, stream_id: int) -> dict[date, float]:
    """A stream's exams of each day since it has any."""
    totals = {
        day: sum(exams for cell, exams in counts.items() if cell.stream_id == stream_id)
        for day, counts in worked.items()
    }
    first = min(day for day, exams in totals.items() if exams)
    return {day: exams for day, exams in totals.items() if day >= first}


def _present_level(series: Mapping[date, float], model: Model, stream_id: int) -> float:
    """How the last weeks of a stream were beside what the model says of them."""
    cells = [cell for cell in model.seen if cell.stream_id == stream_id]
    weights = weights_of(list(series)[:LEVEL_DAYS], LEVEL_WEEKS)
    told = sum(
        weight * sum(model.exams(cell, day) for cell in cells) for day, weight in weights.items()
    )
    done = sum(weight * series[day] for day, weight in weights.items())
    return done / told if told else 1.0
