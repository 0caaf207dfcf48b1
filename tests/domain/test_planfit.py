"""Whether demand fits: against every way of laying it out by hand, on small half-days."""

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.planfit import Block, Fit, fit_of

A, B, C = 1, 2, 3


def blocks(*given_blocks: tuple[int, set[int]]) -> list[Block]:
    return [(minutes, frozenset(types)) for minutes, types in given_blocks]


def test_what_fits_has_room_left() -> None:
    assert fit_of({A: 60}, blocks((100, {A}), (50, {A, B}))) == {A: Fit(60, 150)}


def test_what_no_machine_can_do_has_no_supply() -> None:
    assert fit_of({C: 30}, blocks((100, {A}))) == {C: Fit(30, 0)}
    assert fit_of({C: 30}, blocks((100, {A})))[C].missing == 30


def test_the_scarce_one_is_served_first_and_the_other_goes_elsewhere() -> None:
    found = fit_of({A: 100, B: 100}, blocks((100, {A, B}), (100, {A})))
    assert found == {A: Fit(100, 100), B: Fit(100, 100)}


def test_a_minute_is_not_promised_twice() -> None:
    found = fit_of({A: 80, B: 80}, blocks((100, {A, B})))
    assert sorted(fit.missing for fit in found.values()) == [0, 60]


def test_no_demand_still_tells_what_could_be_had() -> None:
    assert fit_of({A: 0, B: 70}, blocks((100, {A, B}))) == {A: Fit(0, 30), B: Fit(70, 100)}


def most_served(demand: dict[int, int], given_blocks: list[Block]) -> int:
    """By Hall's theorem: over all sets of exam types, what the others ask and these can have at most."""
    types = sorted(demand)
    return min(
        sum(demand[t] for t, is_in in zip(types, chosen, strict=True) if not is_in)
        + sum(
            minutes
            for minutes, may in given_blocks
            if any(t in may for t, is_in in zip(types, chosen, strict=True) if is_in)
        )
        for chosen in product([False, True], repeat=len(types))
    )


@given(
    st.dictionaries(st.integers(1, 4), st.integers(0, 60), min_size=1),
    st.lists(st.tuples(st.integers(0, 50), st.frozensets(st.integers(1, 4))), max_size=5),
)
def test_as_much_is_served_as_can_be(demand: dict[int, int], given_blocks: list[Block]) -> None:
    found = fit_of(demand, given_blocks)
    served = sum(fit.demand - fit.missing for fit in found.values())
    assert served == most_served(demand, given_blocks)
