"""How a few values compare: mean, median, quartiles, least and most; and what other departments published."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import fmean, median, quantiles

from tracker.domain.months import last_of_month, month_end

NATIONAL_MEDIAN_REPORTS = 795.75
NATIONAL_QUARTILES_REPORTS = (552.0, 972.0)
"""Reports per doctor and month in tertiary hospitals: the published comparison of the national quality indicators for
ultrasound (2022 set): report sheets of a year ÷ (doctors × 12)."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Of `count` values; quartiles are interpolated between the values (as spreadsheets do)."""

    count: int
    mean: float
    median: float
    lower_quartile: float
    upper_quartile: float
    least: float
    most: float


def comparison_of(values: Iterable[float]) -> Comparison | None:
    """How the values compare; None of none."""
    known = sorted(values)
    if not known:
        return None
    lower, upper = known[0], known[0]
    if len(known) > 1:
        lower, _middle, upper = quantiles(known, n=4, method="inclusive")
    return Comparison(
        count=len(known),
        mean=fmean(known),
        median=median(known),
        lower_quartile=lower,
        upper_quartile=upper,
        least=known[0],
        most=known[-1],
    )


def months_between(first: date, last: date) -> float:
    """How many months the days `first` to `last` (both inclusive) are; of a month begun its part of days. 0 of none."""
    months, day = 0.0, first
    while day <= last:
        next_month = month_end(day)
        length = last_of_month(day).day
        months += (min(last + timedelta(days=1), next_month) - day).days / length
        day = next_month
    return months
