"""The value of a device's day, and how it changes with a booking."""

from datetime import timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.domain.days import MIDNIGHT, MONDAY, Scene, at, examples, scenes, spans
from tracker.domain.interval import span_mask
from tracker.domain.supply import (
    BlockLoad,
    DeviceDay,
    Held,
    with_added,
    with_all_held,
    with_booking,
    without_booking,
)

MORNING = BlockLoad(1, 480, 720, None, frozenset({1}), used={1: 30})
AFTERNOON = BlockLoad(2, 810, 1020, None, frozenset({1}))
DAY = DeviceDay(1, MONDAY, MIDNIGHT, busy=span_mask(480, 510), blocks=(MORNING, AFTERNOON))


@pytest.mark.parametrize(
    ("offset", "minute"),
    [(0, 0), (59, 0), (60, 1), (-1, -1), (-60, -1), (-61, -2), (86_400, 1440)],
)
def test_a_minute_begins_with_its_first_second(offset: int, minute: int) -> None:
    assert DAY.minute_of(MIDNIGHT + timedelta(seconds=offset)) == minute


def test_a_minute_and_its_instant_are_one() -> None:
    assert DAY.instant_of(480) == at(480)
    assert all(DAY.minute_of(DAY.instant_of(minute)) == minute for minute in (-5, 0, 1439, 2000))


def test_a_booking_takes_its_minutes_in_its_block_alone() -> None:
    after = with_booking(DAY, block_id=1, stream_id=2, span=(600, 615))
    assert after.busy == DAY.busy | span_mask(600, 615)
    assert [block.used for block in after.blocks] == [{1: 30, 2: 15}, {}]


def test_a_booking_of_no_block_takes_the_device_only() -> None:
    after = with_booking(DAY, block_id=None, stream_id=1, span=(730, 740))
    assert (after.busy, after.blocks) == (DAY.busy | span_mask(730, 740), DAY.blocks)


def test_what_was_freed_can_be_offered_again() -> None:
    after = without_booking(DAY, block_id=1, stream_id=1, span=(480, 510))
    assert (after.busy, after.blocks[0].used) == (0, {})


def test_an_added_booking_takes_no_minutes() -> None:
    after = with_added(DAY, block_id=2, count=1)
    assert [block.added for block in after.blocks] == [0, 1]
    assert (after.busy, after.blocks[1].used) == (DAY.busy, {})
    assert with_added(after, block_id=2, count=-1) == DAY


@examples
@given(
    st.lists(
        st.builds(
            Held,
            st.sampled_from([None, 1, 2]),
            st.integers(1, 3),
            spans(480, 1020),
            st.booleans(),
        )
    )
)
def test_many_bookings_at_once_are_each_of_them_in_turn(bookings: list[Held]) -> None:
    after = DAY
    for each in bookings:
        if each.is_added:
            after = with_added(after, block_id=each.block_id, count=1)
        else:
            after = with_booking(
                after, block_id=each.block_id, stream_id=each.stream_id, span=each.span
            )
    assert with_all_held(DAY, bookings) == after


@examples
@given(scenes(), spans(0, 700), st.integers(1, 3))
def test_taking_and_freeing_leaves_the_day_as_it_was(
    scene: Scene, span: tuple[int, int], stream: int
) -> None:
    day = scene.day
    assume(not day.busy & span_mask(*span))
    block_id = day.blocks[0].block_id if day.blocks else None
    taken = with_booking(day, block_id=block_id, stream_id=stream, span=span)
    assert without_booking(taken, block_id=block_id, stream_id=stream, span=span) == day


def test_a_block_knows_its_minutes() -> None:
    assert MORNING.mask == span_mask(480, 720)
