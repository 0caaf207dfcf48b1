"""A few values compared, and how many months some days are."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.comparison import Comparison, comparison_of, months_between


def test_four_values() -> None:
    assert comparison_of([4, 1, 3, 2]) == Comparison(4, 2.5, 2.5, 1.75, 3.25, 1, 4)


def test_one_value_is_all_of_them_and_none_is_nothing() -> None:
    assert comparison_of([7]) == Comparison(1, 7, 7, 7, 7, 7, 7)
    assert comparison_of([]) is None


@given(st.lists(st.floats(0, 1e6), min_size=1))
def test_the_figures_stand_in_their_order(values: list[float]) -> None:
    found = comparison_of(values)
    assert found is not None
    assert found.least <= found.lower_quartile <= found.median
    assert found.median <= found.upper_quartile <= found.most


@pytest.mark.parametrize(
    ("first", "last", "months"),
    [
        (date(2026, 1, 1), date(2026, 12, 31), 12),
        (date(2026, 2, 1), date(2026, 2, 14), 0.5),
        (date(2025, 12, 31), date(2026, 1, 31), 1 + 1 / 31),
        (date(2026, 3, 2), date(2026, 3, 1), 0),
    ],
)
def test_a_month_begun_counts_for_its_days(first: date, last: date, months: float) -> None:
    assert months_between(first, last) == pytest.approx(months)
