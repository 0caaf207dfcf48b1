"""Sharing the points of one exam: nothing is lost, whoever was absent gives his share to the operator."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.errors import InvalidError
from tracker.domain.shares import (
    ALL_TO_THE_OPERATOR,
    SharedPoints,
    Shares,
    SharesFrom,
    checked_shares,
    share_points,
    shares_on,
)

SHARES = st.integers(0, 1000).flatmap(
    lambda most: st.integers(0, most).map(lambda one: Shares(1000 - most, one, most - one))
)
POINTS = st.integers(0, 10_000_000)


@given(points=POINTS, shares=SHARES, supervised=st.booleans(), assisted=st.booleans())
def test_the_three_add_up_to_the_points_and_nobody_has_less_than_nothing(
    points: int, shares: Shares, supervised: bool, assisted: bool
) -> None:
    got = share_points(points, shares, supervised=supervised, assisted=assisted)
    assert got.operator + got.supervisor + got.assistant == points
    assert min(got.operator, got.supervisor, got.assistant) >= 0
    assert supervised or not got.supervisor
    assert assisted or not got.assistant


@given(points=POINTS, shares=SHARES)
def test_nobody_is_off_his_share_by_a_hundredth_and_the_operator_has_the_rest(
    points: int, shares: Shares
) -> None:
    got = share_points(points, shares, supervised=True, assisted=True)
    for name in ("supervisor", "assistant"):
        exact = points * getattr(shares, name) / 1000
        assert exact - 1 < getattr(got, name) <= exact
    assert 0 <= got.operator - points * shares.operator // 1000 <= 2


@given(points=POINTS, shares=SHARES)
def test_alone_the_operator_has_all(points: int, shares: Shares) -> None:
    alone = share_points(points, shares, supervised=False, assisted=False)
    assert alone == SharedPoints(points, 0, 0)


def test_an_example_with_a_remainder() -> None:
    got = share_points(101, Shares(600, 300, 100), supervised=True, assisted=True)
    assert got == SharedPoints(operator=61, supervisor=30, assistant=10)


def test_shares_hold_from_their_day_on_whatever_the_order() -> None:
    day, later = date(2026, 12, 1), Shares(700, 300, 0)
    known = [SharesFrom(day + timedelta(31), later), SharesFrom(day, Shares(800, 200, 0))]
    held = [shares_on(day + timedelta(days), known) for days in (-1, 0, 30, 31)]
    assert held == [ALL_TO_THE_OPERATOR, Shares(800, 200, 0), Shares(800, 200, 0), later]


@pytest.mark.parametrize(
    "shares", [Shares(999, 0, 0), Shares(1000, 1, 0), Shares(1100, -100, 0), Shares(0, 0, 1001)]
)
def test_shares_that_are_not_a_whole_are_refused(shares: Shares) -> None:
    with pytest.raises(InvalidError) as refusal:
        checked_shares(shares)
    assert refusal.value.field in {"operator", "supervisor", "assistant"}
