"""Cutting a block in two: no minute, booking or reserved minute is lost, and what may be booked stays the same."""

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from tests.domain.days import MIDNIGHT, MONDAY, STREAMS, at, examples
from tracker.domain.horizon import DayBlock
from tracker.domain.interval import span_mask
from tracker.domain.reserves import shortage
from tracker.domain.supply import BlockLoad, DeviceDay, Reserve
from tracker.domain.takeover import Stay, cut_before, cut_behind, split_block

OPENS, CLOSES = 8 * 60, 12 * 60


@dataclass(frozen=True)
class Case:
    """A block of 08:00 to 12:00, its bookings one after the other, and the minute now."""

    block: DayBlock
    stays: tuple[Stay, ...]
    minute: int


@st.composite
def cases(draw: st.DrawFn) -> Case:
    stays, start = [], OPENS
    for number in range(draw(st.integers(0, 12))):
        start += draw(st.integers(0, 15))
        length = draw(st.integers(0, 30))
        if start + length > CLOSES:
            break
        holds, stream = draw(st.booleans()), draw(st.sampled_from(STREAMS))
        stays.append(Stay(number, stream, at(start), at(start + length), holds or length == 0))
        start += length
    minute = draw(st.integers(OPENS - 10, CLOSES + 10))
    reserves = tuple(
        Reserve(stream, draw(st.integers(1, 90)), at(draw(st.integers(OPENS - 60, CLOSES))))
        for stream in sorted(draw(st.sets(st.sampled_from(STREAMS))))
    )
    block = DayBlock(1, MONDAY, at(OPENS), at(CLOSES), 1, 7, frozenset({1, 2}), reserves)
    return Case(block, tuple(stays), minute)


def minute_of(block_end: object) -> int:
    return (block_end - MIDNIGHT).seconds // 60  # type: ignore[operator]


def used(stays: list[Stay]) -> dict[int, int]:
    found = dict.fromkeys(STREAMS, 0)
    for stay in stays:
        if stay.holds:
            found[stay.stream_id] += (stay.device_ends_at - stay.starts_at).seconds // 60
    return found


def load(block: DayBlock, stays: list[Stay]) -> tuple[DeviceDay, BlockLoad]:
    starts, ends = minute_of(block.starts_at), minute_of(block.ends_at)
    of_block = BlockLoad(1, starts, ends, None, block.exam_type_ids, block.reserves, used(stays))
    busy = 0
    for stay in stays:
        if stay.holds:
            busy |= span_mask(minute_of(stay.starts_at), minute_of(stay.device_ends_at))
    return DeviceDay(1, MONDAY, MIDNIGHT, busy=busy, blocks=(of_block,)), of_block


@examples
@given(cases())
def test_no_minute_booking_or_reserve_is_lost_and_each_booking_is_whole_in_one(case: Case) -> None:
    for cut in (cut_before, cut_behind):
        where = cut(case.block, case.stays, at(case.minute))
        parts = split_block(case.block, case.stays, where)
        if parts is None:
            assert where in (case.block.starts_at, case.block.ends_at)
            continue
        earlier, later = parts.earlier, parts.later
        assert (earlier.starts_at, earlier.ends_at) == (case.block.starts_at, where)
        assert (later.starts_at, later.ends_at) == (where, case.block.ends_at)
        assert earlier.exam_type_ids == later.exam_type_ids == case.block.exam_type_ids
        for reserve in case.block.reserves:
            kept = [r for part in (earlier, later) for r in part.reserves]
            same = [r.minutes for r in kept if r.stream_id == reserve.stream_id]
            assert sum(same) == reserve.minutes
            assert min(same) > 0
        for stay in case.stays:
            part = later if stay.booking_id in parts.moved else earlier
            if stay.holds:
                assert part.starts_at <= stay.starts_at
                assert stay.device_ends_at <= part.ends_at


@examples
@given(cases(), st.sampled_from(STREAMS), st.integers(1, 60))
def test_what_each_stream_may_still_book_is_the_same_as_before(
    case: Case, stream: int, minutes: int
) -> None:
    now = at(case.minute)
    parts = split_block(case.block, case.stays, cut_behind(case.block, case.stays, now))
    if parts is None:
        return
    day, whole = load(case.block, list(case.stays))
    moved = [stay for stay in case.stays if stay.booking_id in parts.moved]
    later_day, later = load(parts.later, moved)
    before = shortage(day, whole, stream_id=stream, minutes=minutes, now=now)
    after = shortage(later_day, later, stream_id=stream, minutes=minutes, now=now)
    assert (before is None) == (after is None)


@examples
@given(cases())
def test_who_takes_a_machine_gets_no_minute_before_now_and_who_leaves_keeps_no_free_one(
    case: Case,
) -> None:
    now = at(case.minute)
    behind, before = (cut(case.block, case.stays, now) for cut in (cut_behind, cut_before))
    assert before <= behind
    assert before <= max(now, case.block.starts_at)
    assert behind >= min(now, case.block.ends_at)
    between = [
        s for s in case.stays if s.holds and (s.starts_at, s.device_ends_at) == (before, behind)
    ]
    assert before == behind or len(between) == 1


def test_a_minute_that_has_begun_belongs_to_who_takes_over() -> None:
    block = DayBlock(1, MONDAY, at(OPENS), at(CLOSES), 1, None)
    assert cut_behind(block, (), at(540.5)) == at(540)


def test_those_who_were_booked_and_never_came_have_used_nothing_of_a_reserve() -> None:
    block = DayBlock(1, MONDAY, at(OPENS), at(CLOSES), 1, None, reserves=(Reserve(2, 40, at(0)),))
    came = Stay(1, 2, at(OPENS), at(OPENS + 10))
    missed = Stay(2, 2, at(OPENS + 10), at(OPENS + 30), is_idle=True)
    parts = split_block(block, (came, missed), at(OPENS + 60))
    assert parts is not None
    assert [r.minutes for r in parts.earlier.reserves + parts.later.reserves] == [10, 30]
