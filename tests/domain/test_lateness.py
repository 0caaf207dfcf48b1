"""What is expected of a machine's queue when it runs late, early, or not yet."""

from datetime import datetime

from hypothesis import given
from hypothesis import strategies as st

from tests.domain.days import MINUTE, at, examples
from tracker.domain.lateness import Turn, expected_starts, free_from, late_minutes

NINE = 9 * 60
MORNING, AFTERNOON = (at(8 * 60), at(12 * 60)), (at(13 * 60 + 30), at(17 * 60))


def turn(
    number: int, minute: int, *, length: int = 10, here: int | None = None, **more: bool
) -> Turn:
    arrived = None if here is None else at(here)
    return Turn(number, at(minute), at(minute + length), arrived, **more)


def expected(turns: list[Turn], *, now: int = NINE, free: int = NINE) -> dict[int, datetime]:
    return expected_starts(turns, now=at(now), free_at=at(free))


def test_those_who_wait_are_called_by_plan_one_after_the_other() -> None:
    turns = [turn(1, NINE + 10, here=NINE - 20), turn(2, NINE, here=NINE - 5, length=15)]
    assert expected(turns, free=NINE + 7) == {2: at(NINE + 7), 1: at(NINE + 22)}
    assert late_minutes(turns, expected(turns, free=NINE + 7)) == 7


def test_a_gap_in_the_plan_takes_the_lateness_up() -> None:
    turns = [turn(1, NINE + 30)]
    assert expected(turns, free=NINE + 12) == {1: at(NINE + 30)}
    assert late_minutes(turns, expected(turns, free=NINE + 12)) == 0


def test_who_is_here_is_called_before_a_time_that_lies_ahead() -> None:
    turns = [turn(1, NINE + 15), turn(2, NINE + 40, here=NINE)]
    assert expected(turns) == {2: at(NINE), 1: at(NINE + 15)}
    # by then the other one has come: he is first by plan
    assert expected(turns, free=NINE + 16) == {1: at(NINE + 16), 2: at(NINE + 26)}


def test_who_should_have_been_here_holds_nobody_up() -> None:
    turns = [turn(1, NINE - 5), turn(2, NINE + 10, here=NINE)]
    assert expected(turns) == {2: at(NINE)}


def test_who_came_late_or_was_added_makes_no_machine_late() -> None:
    late = [turn(1, NINE - 60, here=NINE - 1)]
    added = [turn(2, NINE - 60, here=NINE - 60, is_added=True)]
    assert late_minutes(late, expected(late)) == 1
    assert late_minutes(added, expected(added)) == 0
    assert late_minutes([], {}) == 0


def test_the_machine_is_free_after_its_exam_and_in_working_hours() -> None:
    worked = [MORNING, AFTERNOON]
    assert free_from(at(NINE + 0.5), worked) == at(NINE)
    assert free_from(at(NINE), worked, running_until=at(NINE + 4)) == at(NINE + 4)
    assert free_from(at(7 * 60), worked) == MORNING[0]
    assert free_from(at(12 * 60 + 10), worked) == AFTERNOON[0]
    assert free_from(at(18 * 60), worked) == at(18 * 60)


@st.composite
def queues(draw: st.DrawFn) -> list[Turn]:
    minutes = st.integers(NINE - 60, NINE + 120)
    return [
        turn(
            number,
            draw(minutes),
            length=draw(st.integers(1, 40)),
            here=draw(st.none() | st.integers(NINE - 60, NINE)),
        )
        for number in range(draw(st.integers(0, 8)))
    ]


@examples
@given(queues(), st.integers(0, 60))
def test_exams_follow_each_other_and_nobody_who_is_here_is_forgotten(
    turns: list[Turn], busy: int
) -> None:
    starts = expected(turns, free=NINE + busy)
    lengths = {t.booking_id: t.ends_at - t.starts_at for t in turns}
    assert {t.booking_id for t in turns if t.arrived_at} <= set(starts)
    until = at(NINE + busy)
    for booking_id, start in sorted(starts.items(), key=lambda item: item[1]):
        assert start >= until
        until = start + lengths[booking_id]
    for each in turns:
        if each.arrived_at is None and each.booking_id in starts:
            assert starts[each.booking_id] >= each.starts_at


def end_of(turns: list[Turn], busy: int) -> datetime:
    """When the last exam is over."""
    starts = expected(turns, free=NINE + busy)
    lengths = {each.booking_id: each.ends_at - each.starts_at for each in turns}
    return max((start + lengths[each] for each, start in starts.items()), default=at(NINE + busy))


@examples
@given(queues(), st.integers(0, 60), st.integers(1, 30))
def test_a_machine_that_is_free_later_is_done_later_but_never_by_more(
    turns: list[Turn], busy: int, more: int
) -> None:
    sooner, later = end_of(turns, busy), end_of(turns, busy + more)
    assert sooner <= later <= sooner + more * MINUTE
