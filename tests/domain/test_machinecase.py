"""One more machine takes whole searches, on days on which they were wanted, and never more than its minutes."""

from datetime import date, timedelta
from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.machinecase import Taken, TurnedAway, taken_by_one_more

MONDAY = date(2026, 11, 23)
DAYS = [MONDAY + timedelta(days=number) for number in range(3)]
SEARCHES = st.builds(
    lambda minutes, first, length: TurnedAway(minutes, DAYS[first], DAYS[first] + timedelta(days=length)),
    st.sampled_from([10, 20, 30]),
    st.integers(0, 2),
    st.integers(0, 2),
)  # fmt: skip


def best(searches: list[TurnedAway], minutes: dict[date, int]) -> int:
    """The most searches that any way of giving each a day (or none) serves."""
    most = 0
    for chosen in product([None, *DAYS], repeat=len(searches)):
        pairs = [(s, day) for s, day in zip(searches, chosen, strict=True) if day is not None]
        fits = all(s.first <= day <= s.last for s, day in pairs) and all(
            sum(s.minutes for s, on in pairs if on == day) <= minutes.get(day, 0) for day in DAYS
        )
        if fits:
            most = max(most, len(pairs))
    return most


@given(st.lists(SEARCHES, max_size=5), st.lists(st.integers(0, 60), min_size=3, max_size=3))
def test_it_takes_no_more_than_could_be_taken(
    searches: list[TurnedAway], lengths: list[int]
) -> None:
    minutes = dict(zip(DAYS, lengths, strict=True))
    taken = taken_by_one_more(searches, minutes)
    assert taken.searches <= best(searches, minutes)
    assert taken.minutes <= min(sum(lengths), sum(each.minutes for each in searches))


@given(st.lists(SEARCHES, max_size=6))
def test_with_room_enough_it_takes_all_that_was_wanted_on_its_days(
    searches: list[TurnedAway],
) -> None:
    taken = taken_by_one_more(searches, dict.fromkeys(DAYS, 10_000))
    assert taken == Taken(len(searches), sum(each.minutes for each in searches))


def test_what_can_wait_waits_for_what_cannot() -> None:
    patient = TurnedAway(30, DAYS[0], DAYS[1])
    urgent = TurnedAway(30, DAYS[0], DAYS[0])
    assert taken_by_one_more([patient, urgent], dict.fromkeys(DAYS, 30)) == Taken(2, 60)
    assert taken_by_one_more([patient], {DAYS[2]: 60}) == Taken()
