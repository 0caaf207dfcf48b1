"""The search: what it offers, in which order, and what it says when it offers nothing."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.domain.days import (
    MIDNIGHT,
    MONDAY,
    Scene,
    at,
    device_days,
    examples,
    few_examples,
    mask_of,
    minutes_of,
    requests,
    scenes,
)
from tracker.domain.interval import runs, span_mask
from tracker.domain.openings import Search, Window, openings_for
from tracker.domain.ranking import DeviceStanding, Ranking
from tracker.domain.rules import bookable_starts, is_bookable
from tracker.domain.supply import BlockLoad, DeviceDay, ExamRequest, Opening, Reserve

BLOCK = BlockLoad(7, 480, 720, 5, frozenset({1}))
DAY = DeviceDay(1, MONDAY, MIDNIGHT, blocks=(BLOCK,))
REQUEST = ExamRequest(1, 1, 20, frozenset({1, 2}))
YESTERDAY = at(-600)


def search(
    *days: DeviceDay,
    request: ExamRequest = REQUEST,
    now: datetime = YESTERDAY,
    limit: int | None = None,
    window: Window | None = None,
) -> Search:
    return openings_for(request, days, now=now, limit=limit, window=window)


def starts(found: Search) -> list[int]:
    return [(opening.start - MIDNIGHT) // timedelta(minutes=1) for opening in found.openings]


def told(found: Search) -> dict[str, int]:
    return {reason.code: reason.count for reason in found.reasons}


# --- what is offered -------------------------------------------------------------------------------


def test_a_gap_offers_whole_durations_and_the_latest_that_ends_flush() -> None:
    day = replace(DAY, busy=mask_of([(480, 500), (570, 700)]))
    assert starts(search(day)) == [500, 520, 540, 550, 700]


def test_a_gap_of_whole_durations_offers_no_start_twice() -> None:
    day = replace(DAY, busy=mask_of([(480, 500), (540, 720)]))
    assert starts(search(day)) == [500, 520]


def test_a_gap_that_began_before_now_offers_the_running_minute() -> None:
    day = replace(DAY, busy=mask_of([(540, 720)]))
    assert starts(search(day, now=at(487) + timedelta(seconds=30))) == [487, 507, 520]


def test_two_blocks_that_touch_are_two_gaps() -> None:
    second = replace(BLOCK, block_id=8, starts=500, ends=530)
    day = replace(DAY, blocks=(replace(BLOCK, ends=500), second))
    assert [(o.block_id, o.start) for o in search(day).openings] == [
        (7, at(480)), (8, at(500)), (8, at(510)),
    ]  # fmt: skip


def test_an_opening_says_where_with_whom_and_until_when() -> None:
    (opening,) = search(replace(DAY, blocks=(replace(BLOCK, ends=500),))).openings
    assert opening == Opening(at(480), at(500), 1, 7, 5, MONDAY)


def test_one_minute_can_be_asked_for_by_name() -> None:
    assert starts(search(DAY, window=Window(613, 614))) == [613]


def test_a_part_of_day_begins_where_it_says() -> None:
    assert starts(search(DAY, window=Window(615, 650))) == [615, 635, 649]


@pytest.mark.parametrize(
    ("shortest", "wasted"),
    [
        (0, [0, 0, 0, 0]),
        (8, [0, 0, 5, 0]),
        (20, [0, 0, 5, 0]),
        (21, [0, 20, 5, 0]),
        (26, [0, 45, 5, 0]),
    ],
)
def test_an_opening_says_what_it_leaves_in_pieces_nobody_can_use(
    shortest: int, wasted: list[int]
) -> None:
    day = replace(DAY, busy=mask_of([(545, 720)]))
    found = search(day, request=replace(REQUEST, shortest_minutes=shortest))
    assert starts(found) == [480, 500, 520, 525]
    assert [opening.wasted_minutes for opening in found.openings] == wasted


# --- when there is nothing -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "reasons"),
    [
        (replace(DAY, blocks=()), {"outside_blocks": 1}),
        (replace(DAY, device_id=3), {"device_lacks_capability": 1}),
        (replace(DAY, blocks=(replace(BLOCK, exam_type_ids=frozenset()),)), {"exam_type_not_in_block": 1}),
        (replace(DAY, blocks=(replace(BLOCK, reserves=(Reserve(2, 221, at(480)),)),)), {"reserve_held": 1}),
        (replace(DAY, closed=span_mask(480, 720)), {"closed": 1}),
        (replace(DAY, busy=mask_of([(m, m + 1) for m in range(480, 720, 20)])), {"block_full": 1}),
        (replace(DAY, held_until=701), {"block_full": 1}),
    ],
)  # fmt: skip
def test_a_no_is_never_silent(day: DeviceDay, reasons: dict[str, int]) -> None:
    assert told(search(day)) == reasons


def test_a_search_over_no_device_at_all_gives_a_reason() -> None:
    assert told(search()) == {"outside_blocks": 1}
    nobody_can = replace(REQUEST, device_ids=frozenset())
    assert told(search(request=nobody_can)) == {"device_lacks_capability": 1}


def test_a_reserve_is_no_reason_where_its_release_would_not_help() -> None:
    kept = replace(BLOCK, reserves=(Reserve(2, 230, at(470)),))
    gaps_of_ten = mask_of([(m, m + 10) for m in range(480, 720, 20)])
    full = replace(DAY, busy=gaps_of_ten, blocks=(kept,))
    assert told(search(full)) == {"block_full": 1}
    assert told(search(replace(full, busy=0))) == {"reserve_held": 1}


def test_hours_that_are_over_are_called_over() -> None:
    assert told(search(DAY, now=at(720))) == {"in_the_past": 1}
    assert told(search(DAY, now=at(560), window=Window(480, 560))) == {"in_the_past": 1}


def test_a_part_of_day_without_hours_is_not_called_full() -> None:
    assert told(search(DAY, window=Window(800, 1000))) == {"outside_blocks": 1}


def test_what_is_left_of_a_closed_day_is_closed_not_full() -> None:
    assert told(search(replace(DAY, closed=span_mask(600, 720)), now=at(600))) == {"closed": 1}


def test_a_patient_who_is_elsewhere_all_morning_is_the_reason() -> None:
    request = replace(REQUEST, busy_spans=((at(470), at(719)),))
    assert told(search(DAY, request=request)) == {"patient_busy": 1}


def test_equal_reasons_are_counted_the_most_frequent_first() -> None:
    full = replace(DAY, busy=span_mask(480, 720))
    found = search(full, replace(DAY, blocks=()), replace(full, device_id=2))
    assert [(r.code, r.count) for r in found.reasons] == [("block_full", 2), ("outside_blocks", 1)]


def test_reserves_with_different_ends_are_different_reasons() -> None:
    kept = [replace(BLOCK, reserves=(Reserve(2, 230, at(m)),)) for m in (470, 470, 475)]
    found = search(*(replace(DAY, blocks=(block,)) for block in kept))
    assert sorted(reason.count for reason in found.reasons) == [1, 2]


# --- order -----------------------------------------------------------------------------------------


def test_among_equal_starts_the_device_that_is_wanted_least_comes_first() -> None:
    standing = {1: DeviceStanding(300, 1), 2: DeviceStanding(100, 2)}
    days = (DAY, replace(DAY, device_id=2))
    found = openings_for(REQUEST, days, now=YESTERDAY, limit=3, ranking=Ranking(standing))
    assert [(o.device_id, o.start) for o in found.openings] == [
        (2, at(480)), (1, at(480)), (2, at(500)),
    ]  # fmt: skip


def test_an_earlier_start_comes_before_a_device_that_is_wanted_less() -> None:
    standing = {1: DeviceStanding(300, 1), 2: DeviceStanding(100, 2)}
    later = replace(DAY, device_id=2, held_until=481)
    found = openings_for(REQUEST, (DAY, later), now=YESTERDAY, limit=1, ranking=Ranking(standing))
    assert found.openings[0].device_id == 1


def test_the_night_of_one_day_stands_behind_the_early_morning_of_the_next() -> None:
    night = replace(DAY, blocks=(replace(BLOCK, starts=1320, ends=1800),))
    early = replace(following(DAY, 1), blocks=(replace(BLOCK, starts=300, ends=320),))
    begins = [opening.start for opening in search(night, early).openings]
    assert begins == sorted(begins)
    assert at(300, day=1) in begins


def test_later_days_are_not_read_once_enough_is_found() -> None:
    def days() -> Iterator[DeviceDay]:
        yield DAY
        yield following(DAY, 1)
        pytest.fail("a day was read that nobody needs")

    assert len(openings_for(REQUEST, days(), now=YESTERDAY, limit=12).openings) == 12


# --- any fortnight ---------------------------------------------------------------------------------


def following(day: DeviceDay, days: int) -> DeviceDay:
    """The same day some days later."""
    shift = timedelta(days=days)
    return replace(day, local_date=day.local_date + shift, midnight=day.midnight + shift)


@st.composite
def searches(draw: st.DrawFn) -> tuple[ExamRequest, list[DeviceDay], datetime, Window | None]:
    """Up to four device days on up to three dates, one of them perhaps of a device that cannot."""
    base = draw(st.sampled_from([0, 480, 1400]))
    now = draw(st.sampled_from([at(-100), at(base + 7), at(base + 60), at(1440)]))
    days = []
    for date in range(draw(st.integers(0, 3))):
        for device_id in draw(st.lists(st.integers(1, 3), max_size=2, unique=True)):
            day = draw(device_days(base, now, device_id))
            days.append(following(day, date))
    window = st.builds(
        lambda a, n: Window(a, a + n), st.integers(0, base + 200), st.integers(0, 90)
    )
    return draw(requests(base)), days, now, draw(st.one_of(st.none(), window))


@few_examples
@given(searches())
def test_whatever_is_offered_is_bookable_and_wanted(
    given_search: tuple[ExamRequest, list[DeviceDay], datetime, Window | None],
) -> None:
    request, days, now, window = given_search
    found = openings_for(request, days, now=now, limit=None, window=window)
    by_key = {(day.device_id, day.local_date): day for day in days}
    for opening in found.openings:
        day = by_key[opening.device_id, opening.local_date]
        assert is_bookable(request, day, opening.start, now=now) == ()
        assert opening.end - opening.start == timedelta(minutes=request.duration_minutes)
        assert opening.start >= now.replace(second=0, microsecond=0)
        if window is not None:
            assert window.starts <= day.minute_of(opening.start) < window.ends
    assert len(set(found.openings)) == len(found.openings)


@few_examples
@given(searches())
def test_openings_come_earliest_first(
    given_search: tuple[ExamRequest, list[DeviceDay], datetime, Window | None],
) -> None:
    request, days, now, window = given_search
    found = openings_for(request, days, now=now, limit=None, window=window).openings
    keys = [(opening.start, opening.device_id) for opening in found]
    assert keys == sorted(keys)


@few_examples
@given(searches(), st.integers(1, 8))
def test_a_limit_cuts_the_unlimited_list(
    given_search: tuple[ExamRequest, list[DeviceDay], datetime, Window | None], limit: int
) -> None:
    request, days, now, window = given_search
    everything = openings_for(request, days, now=now, limit=None, window=window)
    some = openings_for(request, days, now=now, limit=limit, window=window)
    assert some.openings == everything.openings[:limit]
    assert some.reasons == everything.reasons


@few_examples
@given(searches())
def test_there_are_reasons_exactly_when_there_is_nothing(
    given_search: tuple[ExamRequest, list[DeviceDay], datetime, Window | None],
) -> None:
    request, days, now, window = given_search
    found = openings_for(request, days, now=now, limit=None, window=window)
    assert bool(found.reasons) is not bool(found.openings)
    assert all(reason.count >= 1 for reason in found.reasons)


@examples
@given(scenes())
def test_a_day_with_a_bookable_minute_offers_at_least_one(scene: Scene) -> None:
    day, request, now = scene.day, scene.request, scene.now
    bookable = {m for m in scene.minutes if not is_bookable(request, day, at(m), now=now)}
    offered = set(starts(search(day, request=request, now=now)))
    assert offered <= bookable
    assert bool(offered) is bool(bookable)


@examples
@given(scenes())
def test_each_gap_offers_its_first_and_its_last_start(scene: Scene) -> None:
    day, request, now = scene.day, scene.request, scene.now
    offered = set(starts(search(day, request=request, now=now)))
    for block in day.blocks:
        mask = bookable_starts(request, day, block, now)
        if any(block.starts <= minute < block.ends for minute in offered):
            for first, end in runs(mask):
                assert {first, end - 1} <= offered


@examples
@given(scenes())
def test_the_latest_start_of_a_gap_ends_flush(scene: Scene) -> None:
    request = replace(scene.request, busy_spans=())
    day, minutes = scene.day, request.duration_minutes
    offered = starts(search(day, request=request, now=scene.now))
    taken = minutes_of(day.busy | day.closed)
    ends = {minute + minutes for minute in offered}
    for block in day.blocks:
        inside = [minute for minute in offered if block.starts <= minute < block.ends]
        for minute in inside:
            gap_ends = next(
                m for m in range(minute, block.ends + 1) if m == block.ends or m in taken
            )
            assert gap_ends in ends
