"""The time of a device day: every minute of a block is on the way, closed or open, and no minute twice."""

from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.interval import span_mask
from tracker.domain.opentime import minutes_by_hour, open_time

MINUTES = st.integers(0, 1500)
SPANS = st.tuples(MINUTES, MINUTES).map(lambda ends: (min(ends), max(ends)))


@given(
    st.lists(st.tuples(SPANS, st.integers(0, 60)), max_size=3),
    st.lists(SPANS, max_size=4),
    st.one_of(st.none(), MINUTES),
)
def test_each_minute_of_a_block_is_one_thing(
    blocks: list[tuple[tuple[int, int], int]],
    closures: list[tuple[int, int]],
    until: int | None,
) -> None:
    shifts = [(*span, way) for span, way in blocks]
    masks = [(number, span_mask(*span)) for number, span in enumerate(closures)]
    found = open_time(shifts, masks, until=until)
    past = range(3000 if until is None else until)
    held = {m for start, end, _way in shifts for m in range(start, end) if m in past}
    reached = {m for start, end, way in shifts for m in range(start + way, end - way) if m in past}
    shut = {m for span in closures for m in range(*span)}
    assert found.block_minutes == len(held)
    assert found.way_minutes == len(held - reached)
    assert {m for m in range(3000) if found.open >> m & 1} == reached - shut
    assert sum(found.closed.values()) == len(reached & shut)
    assert found.minutes == sum(minutes for _hour, minutes in minutes_by_hour(found.open))
    assert all(
        minutes == sum(1 for m in reached - shut if m // 60 == hour)
        for hour, minutes in minutes_by_hour(found.open)
    )


def test_a_minute_of_two_closures_is_the_first_ones() -> None:
    found = open_time([(480, 720, 0)], [(7, span_mask(500, 560)), (8, span_mask(540, 600))])
    assert found.closed == {7: 60, 8: 40}
    assert found.minutes == 240 - 100
