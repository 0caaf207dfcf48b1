"""How far off forecasts of a year's end would have been: years held back, forecast from what was known then."""

from dataclasses import dataclass
from datetime import date
from statistics import fmean

from tracker.domain.daylevels import WorkDays
from tracker.domain.yearprofile import (
    YEAR_DAYS,
    Totals,
    in_year,
    same_as_last_year,
    task_of,
)
from tracker.planner.year_end import look_ahead

MOST_YEARS = 5
"""So many years are held back, the latest ones; each costs about a second for each series."""


@dataclass(frozen=True, slots=True)
class PastYear:
    """A year held back: what came, what was expected of it, between what borders, what the year before said."""

    year: int
    came: int
    expected: int
    low: int
    high: int
    naive: int

    @property
    def is_inside(self) -> bool:
        """Whether the year ended between low and high."""
        return self.low <= self.came <= self.high

    @property
    def width(self) -> float:
        """From low to high, as a part of what came."""
        return (self.high - self.low) / self.came

    @property
    def error(self) -> float:
        """How far off the forecast was, as a part of what came."""
        return abs(self.expected - self.came) / self.came

    @property
    def naive_error(self) -> float:
        """The same of `same as last year`."""
        return abs(self.naive - self.came) / self.came


@dataclass(frozen=True, slots=True)
class PastErrors:
    """The past years together; without any there is no error to tell."""

    years: tuple[PastYear, ...] = ()

    @property
    def inside(self) -> int:
        """How many ended between low and high."""
        return sum(each.is_inside for each in self.years)

    @property
    def error(self) -> float | None:
        """The mean error of the forecast."""
        return fmean(each.error for each in self.years) if self.years else None

    @property
    def naive_error(self) -> float | None:
        """The mean error of `same as last year`."""
        return fmean(each.naive_error for each in self.years) if self.years else None


def judge_past(totals: Totals, days: WorkDays, *, through: date, year: int) -> PastErrors:
    """Forecasts of years before `year`, each made on the same day, as far as a year was known before it."""
    years = []
    for back in range(1, MOST_YEARS + 1):
        then = in_year(through, through.year - back)
        judged = judge_year(totals, days, through=then, year=year - back)
        if judged is None:
            break
        years.append(judged)
    return PastErrors(tuple(years))


def judge_year(totals: Totals, days: WorkDays, *, through: date, year: int) -> PastYear | None:
    """One year as it would have been forecast at the end of a day; None where too little was known before it."""
    known = sum(1 for day, exams in totals.items() if day.year < year and exams > 0)
    came = round(sum(exams for day, exams in totals.items() if day.year == year))
    if known < YEAR_DAYS - 15 or not came:
        return None
    outlook = look_ahead(task_of(totals, days, through=through, year=year))
    if outlook is None:
        return None
    end = outlook[-1]
    naive = same_as_last_year(totals, through=through, year=year)
    return PastYear(year, came, end.expected, end.low, end.high, naive)
