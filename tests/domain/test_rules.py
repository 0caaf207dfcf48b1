"""The one rule of offer and commit: every reason by itself, all of them at once, and any minute of any day."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given

from tests.domain.days import (
    MIDNIGHT,
    MINUTE,
    MONDAY,
    Scene,
    allowed,
    at,
    examples,
    minutes_of,
    scenes,
)
from tracker.domain.interval import span_mask
from tracker.domain.rules import TAKEN, block_at, block_refusals, bookable_starts, is_bookable
from tracker.domain.supply import BlockLoad, DeviceDay, ExamRequest, Reserve

BLOCK = BlockLoad(7, 480, 720, 5, frozenset({1}))
DAY = DeviceDay(1, MONDAY, MIDNIGHT, blocks=(BLOCK,))
REQUEST = ExamRequest(1, 1, 10, frozenset({1}))
YESTERDAY = at(-600)


def codes(
    minute: float = 500,
    *,
    request: ExamRequest = REQUEST,
    day: DeviceDay = DAY,
    now: datetime = YESTERDAY,
) -> set[str]:
    """The codes of all reasons against this minute."""
    return {reason.code for reason in is_bookable(request, day, at(minute), now=now)}


def patient_elsewhere(start: datetime, end: datetime, *, observation: int = 0) -> ExamRequest:
    return replace(REQUEST, busy_spans=((start, end),), observation_minutes=observation)


# --- one reason at a time --------------------------------------------------------------------------


@pytest.mark.parametrize("minute", [480, 481, 600, 710])
def test_a_free_minute_of_a_block_is_bookable(minute: int) -> None:
    assert codes(minute) == set()


@pytest.mark.parametrize("minute", [479, 711, 0, -1, -500, 1500, 5000])
def test_outside_the_blocks_nothing_is_bookable(minute: int) -> None:
    assert codes(minute) == {"outside_blocks"}


def test_an_exam_lies_in_one_block() -> None:
    second = replace(BLOCK, block_id=8, starts=720, ends=800)
    assert codes(715, day=replace(DAY, blocks=(BLOCK, second))) == {"outside_blocks"}


@pytest.mark.parametrize(("seconds", "refusals"), [(0, set()), (59, set()), (60, {"in_the_past"})])
def test_the_running_minute_may_still_be_booked(seconds: int, refusals: set[str]) -> None:
    assert codes(500, now=at(500) + timedelta(seconds=seconds)) == refusals


@pytest.mark.parametrize("offset", [timedelta(seconds=1), timedelta(microseconds=1)])
def test_starts_are_whole_minutes(offset: timedelta) -> None:
    reasons = is_bookable(REQUEST, DAY, at(500) + offset, now=YESTERDAY)
    assert [(reason.code, reason.field) for reason in reasons] == [("not_a_minute", "start")]


@pytest.mark.parametrize("devices", [frozenset(), frozenset({2, 3})])
def test_a_device_that_is_not_among_the_capable_ones_is_refused(devices: frozenset[int]) -> None:
    assert codes(request=replace(REQUEST, device_ids=devices)) == {"device_lacks_capability"}


def test_a_block_takes_its_own_exam_types_only() -> None:
    assert codes(request=replace(REQUEST, exam_type_id=2)) == {"exam_type_not_in_block"}


@pytest.mark.parametrize(("operator", "refusals"), [(5, set()), (6, {"other_operator"})])
def test_a_doctor_asked_for_by_name_must_be_the_one(operator: int, refusals: set[str]) -> None:
    assert codes(request=replace(REQUEST, operator_id=operator)) == refusals


def test_a_block_without_a_doctor_is_not_the_doctor_asked_for() -> None:
    nobody = replace(DAY, blocks=(replace(BLOCK, operator_id=None),))
    assert codes(request=replace(REQUEST, operator_id=5), day=nobody) == {"other_operator"}


@pytest.mark.parametrize(
    ("minute", "taken"), [(490, False), (491, True), (509, True), (510, False)]
)
def test_bookings_and_closures_are_half_open(minute: int, taken: bool) -> None:
    stretch = span_mask(500, 510)
    assert codes(minute, day=replace(DAY, busy=stretch)) == ({"device_busy"} if taken else set())
    assert codes(minute, day=replace(DAY, closed=stretch)) == ({"closed"} if taken else set())


@pytest.mark.parametrize(("minute", "held"), [(529, True), (530, False)])
def test_an_exam_in_progress_holds_the_device(minute: int, held: bool) -> None:
    assert codes(minute, day=replace(DAY, held_until=530)) == ({"device_in_use"} if held else set())


@pytest.mark.parametrize(
    ("minute", "taken"), [(490, False), (491, True), (519, True), (520, False)]
)
def test_the_patient_is_in_one_place_at_a_time(minute: int, taken: bool) -> None:
    request = patient_elsewhere(at(500), at(520))
    assert codes(minute, request=request) == ({"patient_busy"} if taken else set())


def test_the_seconds_of_the_patients_other_booking_count() -> None:
    request = patient_elsewhere(at(500) + timedelta(seconds=59), at(519) + timedelta(seconds=1))
    assert codes(490, request=request) == set()
    assert codes(491, request=request) == {"patient_busy"}
    assert codes(519, request=request) == {"patient_busy"}
    assert codes(520, request=request) == set()


def test_the_patient_is_held_through_the_observation() -> None:
    request = patient_elsewhere(at(540), at(560), observation=30)
    assert codes(500, request=request) == set()
    assert codes(501, request=request) == {"patient_busy"}


def test_a_booking_that_began_the_day_before_holds_the_patient() -> None:
    night = replace(DAY, blocks=(replace(BLOCK, starts=0, ends=60),))
    request = patient_elsewhere(at(-30), at(20))
    assert codes(19, request=request, day=night) == {"patient_busy"}
    assert codes(20, request=request, day=night) == set()


def test_the_patient_is_held_past_the_second_midnight_too() -> None:
    late = replace(DAY, blocks=(replace(BLOCK, starts=2800, ends=2880),))
    request = patient_elsewhere(at(2890), at(2900), observation=30)
    assert codes(2850, request=request, day=late) == set()
    assert codes(2851, request=request, day=late) == {"patient_busy"}


def test_a_reserve_for_others_is_not_booked() -> None:
    reserve = Reserve(2, 235, at(470))
    day = replace(DAY, blocks=(replace(BLOCK, reserves=(reserve,)),))
    (reason,) = is_bookable(REQUEST, day, at(500), now=YESTERDAY)
    assert reason.code == "reserve_held"
    assert dict(reason.params) == {"minutes": 235, "until": at(470), "streams": (2,)}
    assert str(reason).startswith("235 minutes are reserved")
    assert codes(request=replace(REQUEST, stream_id=2), day=day) == set()
    assert codes(day=day, now=at(470)) == set()


def test_a_block_without_minutes_left_says_so_and_names_no_reserve() -> None:
    hour = span_mask(480, 540)
    load = replace(BLOCK, used={1: 235})
    reasons = is_bookable(
        REQUEST, replace(DAY, blocks=(load,), closed=hour), at(600), now=YESTERDAY
    )
    assert {reason.code for reason in reasons} == {"block_full"}
    assert "reserved" not in str(reasons[0])


# --- all reasons at once ---------------------------------------------------------------------------


def test_all_reasons_come_together() -> None:
    everything = span_mask(0, 1440)
    reserve = Reserve(2, 235, at(900))
    block = replace(BLOCK, reserves=(reserve,))
    day = replace(DAY, blocks=(block,), busy=everything, closed=everything, held_until=600)
    request = replace(
        patient_elsewhere(at(0), at(1000)),
        device_ids=frozenset({9}),
        exam_type_id=2,
        operator_id=6,
    )
    assert codes(500.5, request=request, day=day, now=at(550)) == {
        "device_lacks_capability", "in_the_past", "not_a_minute", "exam_type_not_in_block",
        "other_operator", "reserve_held", "closed", "device_busy", "device_in_use", "patient_busy",
    }  # fmt: skip


def test_outside_the_blocks_the_other_reasons_are_told_too() -> None:
    day = replace(DAY, busy=span_mask(725, 735), closed=span_mask(725, 735))
    assert codes(725, day=day) == {"outside_blocks", "device_busy", "closed"}


def test_only_what_others_took_counts_as_too_late() -> None:
    never_too_late = {"outside_blocks", "closed", "in_the_past", "device_lacks_capability"}
    assert {"device_busy", "device_in_use", "patient_busy", "reserve_held"} <= TAKEN
    assert not TAKEN & never_too_late


# --- any minute of any day -------------------------------------------------------------------------


@examples
@given(scenes())
def test_the_rule_agrees_with_the_plain_one_at_every_minute(scene: Scene) -> None:
    for minute in scene.minutes:
        answer = is_bookable(scene.request, scene.day, at(minute), now=scene.now)
        assert (answer == ()) is allowed(scene, minute), (minute, answer)


@examples
@given(scenes())
def test_the_mask_of_starts_is_the_rule_minute_by_minute(scene: Scene) -> None:
    day, request, now = scene.day, scene.request, scene.now
    from_masks: set[int] = set()
    for block in day.blocks:
        if not block_refusals(request, day, block, now):
            from_masks |= minutes_of(bookable_starts(request, day, block, now))
    one_by_one = {m for m in scene.minutes if not is_bookable(request, day, at(m), now=now)}
    assert from_masks == one_by_one


@examples
@given(scenes())
def test_no_reason_is_told_twice(scene: Scene) -> None:
    for minute in scene.minutes:
        reasons = is_bookable(scene.request, scene.day, at(minute) + MINUTE / 2, now=scene.now)
        named = [reason.code for reason in reasons]
        assert len(named) == len(set(named))
        assert "not_a_minute" in named


@examples
@given(scenes())
def test_a_stretch_has_one_block_or_none(scene: Scene) -> None:
    for minute in scene.minutes:
        minutes = scene.request.duration_minutes
        homes = [b for b in scene.day.blocks if b.starts <= minute <= b.ends - minutes]
        assert block_at(scene.day, minute, minutes) == (homes[0] if homes else None)
