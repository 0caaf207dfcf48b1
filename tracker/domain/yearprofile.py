"""What a history of day totals says of a year's shape and of its own course: weekdays and seasons, level by level.

The factors are those of daylevels. Here the growth between years is taken out before they are measured, and what
is left when they are taken out is cut into periods for a forecast of the year's end (planner/year_end).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from tracker.domain.daylevels import DayLevels, WorkDays, measure_levels
from tracker.domain.workcalendar import DAY

LEAST_DAYS = 20
"""Working days of exams that tell more of a year's shape than an even line; fewer do not."""
PERIOD_DAYS = 20
"""Working days of a period: four weeks, counted back from the last day that is known."""
YEAR_DAYS = 250
"""Working days of a year, near enough to take all seasons in."""
ODD = (0.75, 1.33)
"""A period that is so far from the trend of its years was no usual one and teaches no season: an epidemic, a move."""
LEAST_PERIODS = 6
"""Without half a year of exams nothing is said of a year's end."""
DRIFT_PERIODS = 25
"""Growth is told from chance when there are two years of exams."""

Totals = Mapping[date, float]


@dataclass(frozen=True, slots=True)
class Course:
    """How a series went: its usual days, and its level (exams per usual day) in each period, the latest last."""

    levels: DayLevels
    periods: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class YearEnd:
    """What a forecast of a year's end needs: what is done, the levels so far, and what is to come.

    `usual` has a row for each coming period and a column for each month: so many usual days of the period lie in it.
    """

    done: int
    periods: tuple[float, ...]
    usual: tuple[tuple[float, ...], ...]

    @property
    def is_over(self) -> bool:
        """Whether no working day is to come."""
        return not self.usual

    @property
    def has_drift(self) -> bool:
        """Whether the history is long enough to tell growth."""
        return len(self.periods) >= DRIFT_PERIODS


def learn_course(totals: Totals, days: WorkDays) -> Course:
    """Learn weekdays, seasons and the level of each period from exams per day.

    Days that are not worked, or had no exam, teach nothing. The seasons are measured twice: first as they are,
    then with the trend of the years taken out, so that December is not busy because the department grows, and
    without periods that were far from it.
    """
    worked = [day for day in sorted(totals) if totals[day] > 0 and days.calendar.is_working(day)]
    series = {day: totals[day] for day in worked}
    levels = measure_levels(series, days)
    for _ in range(2):
        trend = _trend(series, worked, _usual(worked, levels, days))
        odd = _odd_days(series, worked, trend, levels, days)
        kept = {day: exams / trend[day] for day, exams in series.items() if day not in odd}
        levels = measure_levels(kept or series, days)
    return Course(levels, tuple(_levels_of(series, worked, _usual(worked, levels, days))))


def year_end(course: Course, done: int, days: WorkDays, *, after: date, year: int) -> YearEnd:
    """What is to come in a year after a day, by the usual days of each coming period in each month."""
    first = max(after + DAY, date(year, 1, 1))
    coming = list(days.calendar.working_days(first, date(year, 12, 31)))
    rows = []
    for start in range(0, len(coming), PERIOD_DAYS):
        months = [0.0] * 12
        for day in coming[start : start + PERIOD_DAYS]:
            months[day.month - 1] += course.levels.of(day, days)
        rows.append(tuple(months))
    return YearEnd(done, course.periods, tuple(rows))


def task_of(totals: Totals, days: WorkDays, *, through: date, year: int) -> YearEnd:
    """What was known at the end of a day of the year, made ready for a forecast; later days are not looked at."""
    known = {day: exams for day, exams in totals.items() if day <= through}
    done = round(sum(exams for day, exams in known.items() if day.year == year))
    return year_end(learn_course(known, days), done, days, after=through, year=year)


def same_as_last_year(totals: Totals, *, through: date, year: int) -> int:
    """What a forecast has to beat: done by the end of a day, and from then on what the year before had."""
    done = sum(exams for day, exams in totals.items() if day.year == year and day <= through)
    then = in_year(through, through.year - 1)
    rest = sum(exams for day, exams in totals.items() if day.year == year - 1 and day > then)
    return round(done + rest)


def in_year(day: date, year: int) -> date:
    """The same day of another year; 29 February becomes the 28th."""
    if day.month == 2 and day.day == 29:
        day -= DAY
    return day.replace(year=year)


def _usual(worked: Sequence[date], levels: DayLevels, days: WorkDays) -> dict[date, float]:
    return {day: levels.of(day, days) for day in worked}


def _cut(worked: Sequence[date], length: int) -> list[Sequence[date]]:
    """Whole stretches of so many days, counted back from the last day; what is left at the beginning goes."""
    return [
        worked[end - length : end]
        for end in range(len(worked) % length, len(worked) + 1, length)
        if end >= length
    ]


def _levels_of(series: Totals, worked: Sequence[date], usual: Mapping[date, float]) -> list[float]:
    return [_level(series, period, usual) for period in _cut(worked, PERIOD_DAYS)]


def _level(series: Totals, period: Sequence[date], usual: Mapping[date, float]) -> float:
    return sum(series[day] for day in period) / sum(usual[day] for day in period)


def _trend(
    series: Totals, worked: Sequence[date], usual: Mapping[date, float]
) -> dict[date, float]:
    """The level of each day on straight lines (of logarithms) between the middles of whole years, and on beyond."""
    years = _cut(worked, YEAR_DAYS)
    if len(years) < 2:
        return dict.fromkeys(worked, _level(series, worked, usual) if worked else 1.0)
    begin = len(worked) % YEAR_DAYS
    middles = [begin + YEAR_DAYS * (n + 0.5) for n in range(len(years))]
    heights = [math.log(_level(series, each, usual)) for each in years]
    return {day: math.exp(_on_line(n, middles, heights)) for n, day in enumerate(worked)}


def _on_line(place: float, middles: Sequence[float], heights: Sequence[float]) -> float:
    left = min(max(0, int((place - middles[0]) // YEAR_DAYS)), len(middles) - 2)
    step = (heights[left + 1] - heights[left]) / YEAR_DAYS
    return heights[left] + step * (place - middles[left])


def _odd_days(
    series: Totals,
    worked: Sequence[date],
    trend: Mapping[date, float],
    levels: DayLevels,
    days: WorkDays,
) -> set[date]:
    usual = {day: trend[day] * levels.of(day, days) for day in worked}
    low, high = ODD
    return {
        day
        for period in _cut(worked, PERIOD_DAYS)
        if not low < _level(series, period, usual) < high
        for day in period
    }
