"""The forecast of a year's end: a level that wanders and drifts, and what it makes of the days to come.

Seasons and weekdays are taken out before (domain/yearprofile). The library takes seconds to be imported and a
hundred megabytes: it is imported where it is used, which is in a job.
"""

import math
import warnings
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from tracker.domain.yearprofile import LEAST_PERIODS, PERIOD_DAYS, YEAR_DAYS, YearEnd

PATHS = 2000
"""Courses of the coming periods that are drawn: more move the borders of the interval by less than a thousandth."""
SEED = 20
LOW, HIGH = 0.1, 0.9
"""Between these lie 80 % of the courses."""
_STEPS = 200


@dataclass(frozen=True, slots=True)
class Outlook:
    """Exams from the beginning of the year: as likely more as less, and the borders of 80 %."""

    expected: int
    low: int
    high: int


def look_ahead(task: YearEnd) -> list[Outlook] | None:
    """Exams of the year at the end of each month, January first; months that are over say what is done by now.

    None where the history is too short to say anything. The same task has the same answer.
    """
    if task.is_over:
        return [Outlook(task.done, task.done, task.done)] * 12
    if len(task.periods) < LEAST_PERIODS or min(task.periods) <= 0:
        return None
    import numpy as np

    chance = np.random.default_rng(SEED)
    levels, noise = _paths(task, chance)
    by_month = np.asarray(task.usual).T @ np.exp(levels)  # twelve rows, a column for each path
    # a month's factor is known as well as the mean of so many years of it is
    unsure = noise * math.sqrt(YEAR_DAYS / PERIOD_DAYS / len(task.periods))
    by_month *= np.exp(chance.normal(0.0, unsure, by_month.shape))
    reached = np.array(list(accumulate(by_month))) + task.done
    borders = np.quantile(reached, [0.5, LOW, HIGH], axis=1).round().astype(int)
    return [Outlook(*(int(each) for each in month)) for month in borders.T]


def _paths(task: YearEnd, chance: Any) -> tuple[Any, float]:
    """Drawn courses of the logarithm of the level: a row for each coming period, a column for each course.

    Beside them how far a period lies from what the one before said of it, as a standard deviation.

    The level is a random walk beside the chance of each period; with two years of history it also drifts. How sure
    level and drift are at the end of the history is part of what is drawn.
    """
    import numpy as np

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from statsmodels.tsa.statespace.structural import UnobservedComponents

        # once more, for the library sets its own: a search that stops early knows the variances well enough
        warnings.simplefilter("ignore")
        kind = "lldtrend" if task.has_drift else "llevel"
        series = np.array([math.log(level) for level in task.periods])
        fitted = UnobservedComponents(series, kind).fit(disp=0, maxiter=_STEPS)
        drawn = fitted.simulate(len(task.usual), anchor="end", repetitions=PATHS, rng=chance)
    of_chance, of_steps = fitted.params[:2]  # variances: of each period, of the level's steps
    noise = math.sqrt(of_chance + of_steps)
    return np.asarray(drawn).reshape(len(task.usual), PATHS), noise
