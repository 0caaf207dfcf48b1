"""The plan line of a year: a target spread over its working days, and how far what was done is from it.

The one place that says what a target means for a day, a month or a stretch. What is usual on a day comes from
yearprofile; which days are worked from the working calendar; counting exams is a query's work.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate

from tracker.domain.daylevels import DayLevels, WorkDays

_FINE = 1_000_000
"""Weights of days are rounded to a millionth, so that the parts of a target are whole numbers that add up."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Done against planned, at the end of a day.

    `exams` and `working_days` are above 0 when ahead. `working_days` says where on the line the exams done
    are reached, in working days of the line after (or before) this one.
    """

    planned: int
    done: int
    exams: int
    working_days: float


@dataclass(frozen=True, slots=True)
class YearPlan:
    """The target of a year and its part on each working day; the parts add up to it exactly."""

    year: int
    target: int
    days: tuple[date, ...]
    """The working days, in order."""
    reached: tuple[int, ...]
    """Exams planned from the beginning of the year to the end of each of them."""

    def through(self, day: date) -> int:
        """Exams planned from the beginning of the year to the end of a day: 0 before it, the target after it."""
        worked = self.days_through(day)
        return self.reached[worked - 1] if worked else 0

    def between(self, first: date, last: date) -> int:
        """Exams planned for the days from `first` to `last`, both inclusive."""
        return self.through(last) - self.through(first - timedelta(days=1))

    def on(self, day: date) -> int:
        """Exams planned for one day; none on a day that is not worked."""
        return self.between(day, day)

    def days_through(self, day: date) -> int:
        """Working days of the year that are over at the end of a day."""
        return bisect_right(self.days, day)

    def gap(self, done: int, through: date) -> Gap:
        """What `done` exams until the end of a day are beside the plan of these days."""
        planned = self.through(through)
        ahead = self._days_for(done) - self.days_through(through)
        if done == planned:  # days that are planned with nothing make no gap
            ahead = 0.0
        return Gap(planned, done, done - planned, ahead)

    def _days_for(self, done: int) -> float:
        """Working days in which the line reaches so many exams; beyond the target it goes on at its mean."""
        if done >= self.target:
            return len(self.days) * done / self.target if self.target else 0.0
        place = bisect_left(self.reached, done)
        before = self.reached[place - 1] if place else 0
        step = self.reached[place] - before
        return place + ((done - before) / step if step else 0.0)


def plan_year(
    year: int, target: int, days: WorkDays, levels: DayLevels | None = None
) -> YearPlan | None:
    """Spread a target over the working days of a year, by what is usual on each; evenly without `levels`.

    Make-up days are working days. None for a year without working days. A working day has at least nothing and
    is never taken from: the line does not fall.
    """
    worked = tuple(days.calendar.working_days(date(year, 1, 1), date(year, 12, 31)))
    if not worked:
        return None
    usual = levels or DayLevels()
    sums = list(accumulate(_whole(usual.of(day, days) for day in worked)))
    return YearPlan(year, target, worked, tuple(target * each // sums[-1] for each in sums))


def _whole(weights: Iterable[float]) -> Iterable[int]:
    return (max(1, round(weight * _FINE)) for weight in weights)
