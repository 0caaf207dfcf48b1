"""The order of openings and the expected pressure on a device."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.domain.days import MONDAY, at, examples
from tracker.domain.ranking import DeviceStanding, pressure_of, rank
from tracker.domain.supply import Opening


def opening(device_id: int, minute: int = 480) -> Opening:
    return Opening(at(minute), at(minute + 10), device_id, device_id, None, MONDAY)


openings = st.builds(opening, st.integers(1, 6), st.integers(480, 485))
standings = st.dictionaries(
    st.integers(1, 6), st.builds(DeviceStanding, st.integers(0, 3), st.integers(0, 3))
)


def test_earlier_comes_before_cheaper() -> None:
    standing = {1: DeviceStanding(900, 1), 2: DeviceStanding(1, 2)}
    assert rank([opening(2, 481), opening(1, 480)], standing) == [opening(1, 480), opening(2, 481)]


def test_among_equal_starts_the_least_pressure_wins() -> None:
    standing = {1: DeviceStanding(900, 1), 2: DeviceStanding(100, 2), 3: DeviceStanding(500, 3)}
    found = rank([opening(1), opening(2), opening(3)], standing)
    assert [o.device_id for o in found] == [2, 3, 1]


def test_among_equal_pressures_the_departments_own_order_wins() -> None:
    standing = {1: DeviceStanding(100, 9), 2: DeviceStanding(100, 3)}
    assert [o.device_id for o in rank([opening(1), opening(2)], standing)] == [2, 1]


def test_a_gap_that_fits_is_better_than_one_that_leaves_scraps() -> None:
    standing = {1: DeviceStanding(100, 1), 2: DeviceStanding(100, 2)}
    leaves_scraps = replace(opening(1), wasted_minutes=5)
    assert rank([leaves_scraps, opening(2)], standing) == [opening(2), leaves_scraps]


@pytest.mark.parametrize(("wasted", "first"), [(4, 1), (6, 2)])
def test_scraps_cost_what_the_device_is_wanted(wasted: int, first: int) -> None:
    """10 minutes and the scraps at 100 against 10 minutes at 150."""
    standing = {1: DeviceStanding(100, 1), 2: DeviceStanding(150, 2)}
    found = rank([replace(opening(1), wasted_minutes=wasted), opening(2)], standing)
    assert found[0].device_id == first


@examples
@given(st.lists(openings, unique=True), standings, st.randoms())
def test_the_order_does_not_depend_on_the_order_of_finding(
    found: list[Opening], standing: dict[int, DeviceStanding], random: object
) -> None:
    shuffled = list(found)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert rank(shuffled, standing) == rank(found, standing)


@examples
@given(st.lists(openings), standings)
def test_ranking_loses_nothing_and_sorts_by_start(
    found: list[Opening], standing: dict[int, DeviceStanding]
) -> None:
    ranked = rank(found, standing)
    assert sorted(map(hash, ranked)) == sorted(map(hash, found))
    assert [o.start for o in ranked] == sorted(o.start for o in found)


def test_pressure_is_demand_shared_by_the_devices_that_can() -> None:
    capable = {10: frozenset({1, 2, 3}), 20: frozenset({3}), 30: frozenset({2, 3})}
    assert pressure_of({10: 300, 20: 50, 30: 80}, capable) == {1: 100, 2: 140, 3: 190}


def test_the_portable_that_can_do_little_is_not_burnt_first() -> None:
    """P01 can do two things that are rarely wanted; US01 one that everybody wants."""
    common, lung, theatre = 1, 2, 3
    us01, p01 = 1, 21
    capable = {common: frozenset(range(1, 21)), lung: frozenset({p01}), theatre: frozenset({p01})}
    pressure = pressure_of({common: 2000, lung: 60, theatre: 150}, capable)
    assert pressure[us01] < pressure[p01]


def test_an_exam_type_nobody_asks_for_presses_on_no_device() -> None:
    assert pressure_of({}, {10: frozenset({1})}) == {1: 0}


def test_an_exam_type_that_no_device_can_do_presses_on_none() -> None:
    assert pressure_of({10: 500}, {10: frozenset()}) == {}
