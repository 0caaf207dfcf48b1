"""Bit masks of a day beside lists of minutes, the plain way to say the same."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.domain.days import examples, mask_of, minutes_of, spans
from tracker.domain.interval import runs, span_mask, starts_with_room

masks = st.lists(spans(0, 300), max_size=8).map(mask_of)


def test_a_span_is_half_open() -> None:
    assert minutes_of(span_mask(3, 6)) == {3, 4, 5}


@pytest.mark.parametrize(("start", "end"), [(5, 5), (6, 5), (0, 0), (0, -7)])
def test_a_span_that_does_not_end_after_its_start_is_empty(start: int, end: int) -> None:
    assert span_mask(start, end) == 0


def test_a_span_before_midnight_is_refused() -> None:
    with pytest.raises(ValueError, match="before midnight"):
        span_mask(-1, 5)


@examples
@given(st.integers(0, 3000), st.integers(-10, 3000))
def test_a_span_holds_its_minutes(start: int, end: int) -> None:
    assert minutes_of(span_mask(start, end)) == set(range(start, end))


@examples
@given(masks, st.integers(1, 70))
def test_room_begins_where_every_following_minute_is_free(free: int, minutes: int) -> None:
    listed = minutes_of(free)
    naive = [m for m in range(400) if all(m + i in listed for i in range(minutes))]
    assert minutes_of(starts_with_room(free, minutes)) == set(naive)


@pytest.mark.parametrize("minutes", range(1, 41))
def test_a_gap_has_room_for_exactly_what_fits(minutes: int) -> None:
    gap = span_mask(480, 480 + 40)
    assert minutes_of(starts_with_room(gap, minutes)) == set(range(480, 480 + 41 - minutes))


def test_there_is_no_room_for_more_than_the_gap() -> None:
    assert starts_with_room(span_mask(480, 520), 41) == 0


@pytest.mark.parametrize("minutes", [0, -1])
def test_a_stretch_without_minutes_is_refused(minutes: int) -> None:
    with pytest.raises(ValueError, match="minutes"):
        starts_with_room(span_mask(0, 10), minutes)


@examples
@given(masks)
def test_runs_make_the_mask_again(mask: int) -> None:
    assert sum(span_mask(start, end) for start, end in runs(mask)) == mask


@examples
@given(masks)
def test_runs_are_in_order_and_never_touch(mask: int) -> None:
    found = list(runs(mask))
    assert all(start < end for start, end in found)
    assert all(a[1] < b[0] for a, b in pairwise(found))


def test_an_empty_mask_has_no_runs() -> None:
    assert list(runs(0)) == []
