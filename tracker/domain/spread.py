"""Medians and other shares of many whole numbers of which only the counts are known. What they count is said elsewhere."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

_TAIL = 100  # the mean leaves out the hundredth part at either end

FEWEST_EXAMS = 100
"""So many exams must have been measured before a new standard duration is suggested."""
LEAST_SHIFT_MINUTES = 2
LEAST_SHIFT = 0.2
"""The median of service times lies some ten per cent below their mean of itself: twice that is a change."""


@dataclass(frozen=True, slots=True)
class Spread:
    """Values and how often each was seen; every figure is None where nothing was."""

    counts: Mapping[int, int]

    @property
    def number(self) -> int:
        """How many there are."""
        return sum(self.counts.values())

    @property
    def median(self) -> int | None:
        """The least value that half of all do not exceed."""
        return self.quantile(50)

    @property
    def p90(self) -> int | None:
        """The least value that nine in ten do not exceed."""
        return self.quantile(90)

    def quantile(self, percent: int) -> int | None:
        """The least value that so many per cent of all do not exceed (nearest rank, nothing interpolated)."""
        wanted, seen = -(-self.number * percent // 100), 0
        for value in sorted(self.counts):
            seen += self.counts[value]
            if seen >= wanted:
                return value
        return None

    def number_up_to(self, limit: int) -> int:
        """How many values are not above a limit."""
        return sum(count for value, count in self.counts.items() if value <= limit)

    def share_up_to(self, limit: int) -> float | None:
        """The share of values that are not above a limit."""
        return self.number_up_to(limit) / self.number if self.number else None

    @property
    def mean(self) -> float | None:
        """The mean of all but the lowest and the highest hundredth: one clock forgotten overnight says nothing."""
        cut = self.number // _TAIL
        kept = self._without(cut)
        number = sum(kept.values())
        return sum(value * count for value, count in kept.items()) / number if number else None

    def _without(self, cut: int) -> Counter[int]:
        kept = Counter(dict(self.counts))
        for values in (sorted(self.counts), sorted(self.counts, reverse=True)):
            left = cut
            for value in values:
                taken = min(left, kept[value])
                kept[value] -= taken
                left -= taken
        return kept


def suggested_minutes(standard: int, actual: Spread) -> int | None:
    """A new standard duration where the median has moved away from the present one; else None.

    Moved is 20 % and two minutes at least, over a hundred exams. What is suggested is their mean: a machine's day is
    as long as the sum of its exams, and the mean of durations lies above their median.
    """
    median, mean = actual.median, actual.mean
    if median is None or mean is None or actual.number < FEWEST_EXAMS:
        return None
    shift = abs(median - standard)
    if shift < max(LEAST_SHIFT_MINUTES, LEAST_SHIFT * standard):
        return None
    found = max(1, round(mean))
    return None if found == standard else found
