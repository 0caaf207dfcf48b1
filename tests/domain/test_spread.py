"""Medians from counts, and when a new standard duration is suggested."""

from collections import Counter
from statistics import fmean, median_low

from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.spread import Spread, suggested_minutes

VALUES = st.lists(st.integers(0, 200), min_size=1, max_size=60)


@given(VALUES)
def test_a_median_from_counts_is_that_of_the_values(values: list[int]) -> None:
    found = Spread(Counter(values))
    assert found.median == median_low(values)
    assert found.number == len(values)
    assert found.mean == fmean(values)  # fewer than a hundred: nothing is left out


@given(VALUES, st.integers(0, 200))
def test_shares_up_to_a_limit_are_those_of_the_values(values: list[int], limit: int) -> None:
    assert Spread(Counter(values)).share_up_to(limit) == sum(v <= limit for v in values) / len(values)  # fmt: skip


def test_the_mean_leaves_out_a_clock_forgotten_overnight() -> None:
    assert Spread(Counter({10: 150, 20: 49, 900: 1})).mean == fmean([10] * 148 + [20] * 48)


def test_nothing_has_no_figures() -> None:
    nothing = Spread({})
    assert (nothing.median, nothing.p90, nothing.mean, nothing.share_up_to(3)) == (None,) * 4
    assert suggested_minutes(10, nothing) is None


def test_a_duration_is_suggested_only_where_the_median_has_moved_far_enough() -> None:
    assert suggested_minutes(10, Spread({14: 70, 20: 35})) == 16
    assert suggested_minutes(10, Spread({14: 99})) is None  # too few
    assert suggested_minutes(10, Spread({9: 40, 11: 60})) is None  # one minute
    assert suggested_minutes(20, Spread({18: 60, 24: 40})) is None  # ten per cent
    assert suggested_minutes(20, Spread({16: 60, 18: 40})) == 17
