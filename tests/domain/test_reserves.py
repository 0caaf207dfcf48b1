"""Reserves: minutes kept for a stream until an instant, softly. One block of 08:00 to 12:00 on one device."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given

from tests.domain.days import (
    MIDNIGHT,
    MINUTE,
    MONDAY,
    Scene,
    allowed_by_reserves,
    at,
    examples,
    minutes_of,
    scenes,
)
from tracker.domain.interval import span_mask
from tracker.domain.reserves import capacity, shortage, unreleased
from tracker.domain.supply import BlockLoad, DeviceDay, Reserve

OUTPATIENT, CADRE, MEDICAL = 1, 2, 3
OPENS, CLOSES = 8 * 60, 12 * 60
RELEASE = at(OPENS)
EVENING_BEFORE = at(-4 * 60)


def morning(**load: object) -> BlockLoad:
    """The block of 240 minutes, 40 of them kept for the cadre ward until 08:00."""
    values: dict[str, object] = {"reserves": (Reserve(CADRE, 40, RELEASE),), **load}
    return BlockLoad(1, OPENS, CLOSES, None, frozenset({1}), **values)  # type: ignore[arg-type]


def day(block: BlockLoad, *, busy: int = 0, closed: int = 0) -> DeviceDay:
    return DeviceDay(1, MONDAY, MIDNIGHT, busy=busy, closed=closed, blocks=(block,))


def refused(
    block: BlockLoad,
    minutes: int,
    *,
    stream: int = OUTPATIENT,
    now: datetime = EVENING_BEFORE,
    closed: int = 0,
) -> bool:
    """Whether these minutes more are refused; what the block uses lies at its beginning."""
    busy = span_mask(OPENS, OPENS + sum(block.used.values()))
    found = shortage(
        day(block, busy=busy, closed=closed), block, stream_id=stream, minutes=minutes, now=now
    )
    return found is not None


def test_others_may_book_up_to_the_reserve_and_no_minute_further() -> None:
    assert not refused(morning(used={OUTPATIENT: 190}), 10)
    assert refused(morning(used={OUTPATIENT: 190}), 11)


def test_the_stream_itself_may_book_its_reserve() -> None:
    assert not refused(morning(used={OUTPATIENT: 200}), 40, stream=CADRE)
    assert refused(morning(used={OUTPATIENT: 200}), 41, stream=CADRE)


def test_what_the_stream_has_booked_is_taken_from_its_reserve() -> None:
    assert not refused(morning(used={OUTPATIENT: 180, CADRE: 30}), 20)
    assert refused(morning(used={OUTPATIENT: 180, CADRE: 30}), 21)


def test_a_stream_beyond_its_reserve_shares_the_rest_like_everybody() -> None:
    assert not refused(morning(used={OUTPATIENT: 150, CADRE: 50}), 40)
    assert refused(morning(used={OUTPATIENT: 150, CADRE: 50}), 41)


@pytest.mark.parametrize(
    ("now", "held"),
    [
        (RELEASE - timedelta(microseconds=1), True),
        (RELEASE, False),
        (RELEASE + timedelta(microseconds=1), False),
    ],
)
def test_a_reserve_is_released_at_its_instant_and_not_before(now: datetime, held: bool) -> None:
    block = morning(used={OUTPATIENT: 200})
    assert refused(block, 20, now=now) is held
    assert unreleased(block, now) == ({CADRE: 40} if held else {})


def test_a_released_reserve_stays_released() -> None:
    assert not refused(morning(used={OUTPATIENT: 200}), 20, now=RELEASE + 30 * MINUTE)


def test_reserves_of_one_stream_add_up_and_are_released_one_by_one() -> None:
    twice = (Reserve(CADRE, 40, RELEASE), Reserve(CADRE, 20, RELEASE - MINUTE))
    assert unreleased(morning(reserves=twice), EVENING_BEFORE) == {CADRE: 60}
    assert unreleased(morning(reserves=twice), RELEASE - MINUTE) == {CADRE: 40}


def test_the_refusal_says_how_much_is_kept_for_whom_and_until_when() -> None:
    reserves = (Reserve(CADRE, 40, RELEASE), Reserve(MEDICAL, 60, RELEASE - 16 * 60 * MINUTE))
    block = morning(reserves=reserves, used={OUTPATIENT: 150, CADRE: 10})
    now = RELEASE - 20 * 60 * MINUTE
    found = shortage(day(block), block, stream_id=OUTPATIENT, minutes=10, now=now)
    assert found is not None
    assert found.reserved_minutes == 30 + 60
    assert found.stream_ids == (CADRE, MEDICAL)
    assert found.released_at == RELEASE - 16 * 60 * MINUTE


def test_a_reserve_that_is_used_up_is_not_what_one_waits_for() -> None:
    reserves = (Reserve(CADRE, 40, RELEASE - 60 * MINUTE), Reserve(MEDICAL, 60, RELEASE))
    block = morning(reserves=reserves, used={OUTPATIENT: 140, CADRE: 40})
    found = shortage(day(block), block, stream_id=OUTPATIENT, minutes=10, now=EVENING_BEFORE)
    assert found is not None
    assert (found.stream_ids, found.released_at) == ((MEDICAL,), RELEASE)


# --- the minutes that can still count --------------------------------------------------------------


def test_before_the_day_a_block_counts_whole() -> None:
    block = morning()
    assert capacity(day(block), block, EVENING_BEFORE) == 240


def test_closed_minutes_do_not_count() -> None:
    block = morning(used={OUTPATIENT: 140})
    hour = span_mask(CLOSES - 60, CLOSES)
    assert capacity(day(block, closed=hour), block, EVENING_BEFORE) == 180
    assert refused(block, 1, closed=hour)
    assert not refused(block, 40, stream=CADRE, closed=hour)


def test_a_closure_outside_the_block_takes_nothing() -> None:
    block = morning()
    assert capacity(day(block, closed=span_mask(CLOSES, CLOSES + 90)), block, EVENING_BEFORE) == 240


def test_minutes_that_went_by_unbooked_are_lost() -> None:
    block = morning(used={OUTPATIENT: 30})
    booked = span_mask(OPENS, OPENS + 30)
    assert capacity(day(block, busy=booked), block, at(OPENS + 90)) == 240 - 60


@pytest.mark.parametrize("seconds", [0, 1, 59])
def test_the_running_minute_can_still_be_used(seconds: int) -> None:
    block = morning()
    now = at(OPENS + 10) + timedelta(seconds=seconds)
    assert capacity(day(block), block, now) == 230


def test_patients_who_did_not_come_free_no_minute_of_the_past() -> None:
    kept = Reserve(CADRE, 100, at(CLOSES))
    block = morning(reserves=(kept,), used={OUTPATIENT: 60}, idle={OUTPATIENT: 60})
    today = day(block, busy=span_mask(OPENS, OPENS + 60))
    now = at(OPENS + 60)
    assert capacity(today, block, now) == 180
    assert shortage(today, block, stream_id=OUTPATIENT, minutes=80, now=now) is None
    assert shortage(today, block, stream_id=OUTPATIENT, minutes=81, now=now) is not None


def test_patients_who_did_not_come_to_a_closed_hour_take_nothing_from_the_open_ones() -> None:
    block = morning(reserves=(), used={OUTPATIENT: 60}, idle={OUTPATIENT: 60})
    hour = span_mask(OPENS, OPENS + 60)
    today = day(block, busy=hour, closed=hour)
    assert capacity(today, block, at(OPENS + 60)) == 180


def test_when_the_block_is_over_nothing_is_left_but_what_was_done() -> None:
    block = morning(used={OUTPATIENT: 100})
    today = day(block, busy=span_mask(OPENS, OPENS + 100))
    assert capacity(today, block, at(CLOSES)) == 100
    assert capacity(today, block, at(3 * 24 * 60)) == 100


# --- broken promises -------------------------------------------------------------------------------


def test_a_block_that_shrank_below_its_bookings_takes_only_what_was_promised() -> None:
    shrunk = replace(morning(used={OUTPATIENT: 180, CADRE: 10}), ends=OPENS + 120)
    assert not refused(shrunk, 30, stream=CADRE)
    assert refused(shrunk, 31, stream=CADRE)
    assert refused(shrunk, 1, stream=OUTPATIENT)


def test_nobody_is_told_to_wait_for_a_reserve_that_does_not_exist() -> None:
    block = morning(reserves=(), used={OUTPATIENT: 120})
    hour = span_mask(OPENS, OPENS + 120)
    today = day(block, busy=hour, closed=hour)
    found = shortage(today, block, stream_id=OUTPATIENT, minutes=10, now=EVENING_BEFORE)
    assert found is not None
    assert (found.reserved_minutes, found.stream_ids, found.released_at) == (0, (), None)


# --- any day ---------------------------------------------------------------------------------------


@examples
@given(scenes())
def test_the_rule_is_the_one_of_the_design(scene: Scene) -> None:
    for block in scene.day.blocks:
        found = shortage(
            scene.day,
            block,
            stream_id=scene.request.stream_id,
            minutes=scene.request.duration_minutes,
            now=scene.now,
        )
        assert (found is None) is allowed_by_reserves(scene, block)


@examples
@given(scenes())
def test_whoever_is_refused_is_told_true_numbers(scene: Scene) -> None:
    for block in scene.day.blocks:
        found = shortage(
            scene.day, block, stream_id=scene.request.stream_id, minutes=40, now=scene.now
        )
        if found is None:
            continue
        assert scene.request.stream_id not in found.stream_ids
        assert (found.reserved_minutes > 0) is bool(found.stream_ids)
        assert (found.released_at is not None) is bool(found.stream_ids)
        if found.released_at is not None:
            assert found.released_at > scene.now


@examples
@given(scenes())
def test_one_minute_less_is_never_harder(scene: Scene) -> None:
    for block in scene.day.blocks:
        answers = [
            shortage(scene.day, block, stream_id=scene.request.stream_id, minutes=m, now=scene.now)
            for m in range(1, 80)
        ]
        refusals = [answer is not None for answer in answers]
        assert refusals == sorted(refusals)


@examples
@given(scenes())
def test_a_later_hour_never_adds_minutes(scene: Scene) -> None:
    for block in scene.day.blocks:
        open_minutes = len(minutes_of(block.mask) - minutes_of(scene.day.closed))
        counts = [capacity(scene.day, block, scene.now + step * MINUTE) for step in (0, 1, 30, 999)]
        assert counts == sorted(counts, reverse=True)
        assert all(0 <= count <= open_minutes for count in counts)
