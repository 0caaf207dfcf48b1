"""Taking a machine over in the middle of a block: where the block is cut, and what each part keeps.

Who may take it, and what becomes of the doctor's other block, is told elsewhere.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from tracker.domain.horizon import DayBlock
from tracker.domain.supply import MINUTE, Reserve


@dataclass(frozen=True, slots=True)
class Stay:
    """A booking of the block; while it `holds` it takes [starts_at, device_ends_at) of the machine.

    Added, cancelled and missed ones hold nothing. `is_idle`: past, and nobody came.
    """

    booking_id: int
    stream_id: int
    starts_at: datetime
    device_ends_at: datetime
    holds: bool = True
    is_idle: bool = False


@dataclass(frozen=True, slots=True)
class Split:
    """A block in two: `later` begins where `earlier` ends, and has the bookings `moved` (ids)."""

    earlier: DayBlock
    later: DayBlock
    moved: tuple[int, ...]


def cut_behind(block: DayBlock, stays: Iterable[Stay], now: datetime) -> datetime:
    """Where the block is cut for who takes the machine at `now`: this minute, or the end of a booking around it.

    So every booking stays whole in one part, and no free minute falls to who leaves. Within the block.
    """
    minute = _minute(now)
    around = _around(stays, minute)
    return _within(block, minute if around is None else around.device_ends_at)


def cut_before(block: DayBlock, stays: Iterable[Stay], now: datetime) -> datetime:
    """Where the block is cut for who leaves the machine at `now`: this minute, or the start of a booking around it."""
    minute = _minute(now)
    around = _around(stays, minute)
    return _within(block, minute if around is None else around.starts_at)


def _minute(now: datetime) -> datetime:
    return now.replace(second=0, microsecond=0)


def _around(stays: Iterable[Stay], minute: datetime) -> Stay | None:
    """The booking in whose time the minute lies; the guards let there be one at most."""
    return next((s for s in stays if s.holds and s.starts_at < minute < s.device_ends_at), None)


def _within(block: DayBlock, instant: datetime) -> datetime:
    return min(max(instant, block.opens_at), max(block.opens_at, block.closes_at))


def split_block(block: DayBlock, stays: Sequence[Stay], at: datetime) -> Split | None:
    """The block cut at an instant that lies in no booking's time; None when one part would be empty.

    Both parts do the same exam types. Of a reserve the earlier part keeps what its stream has used there
    (idle bookings aside), the later one what is left: so the minutes that may still be booked, by each
    stream, are the same as before: no way there or back is between the parts, and none is left at their ends.
    """
    if not block.opens_at < at < block.closes_at:
        return None
    earlier = [stay for stay in stays if stay.starts_at < at]
    spent = {r.stream_id: _spent(earlier, r) for r in block.reserves}
    left = {r.stream_id: r.minutes - spent[r.stream_id] for r in block.reserves}
    block = replace(block, starts_at=block.opens_at, ends_at=block.closes_at, transport_minutes=0)
    return Split(
        replace(block, ends_at=at, reserves=_reserves(block, spent)),
        replace(block, starts_at=at, reserves=_reserves(block, left)),
        tuple(stay.booking_id for stay in stays if stay.starts_at >= at),
    )


def _spent(stays: Iterable[Stay], reserve: Reserve) -> int:
    """Minutes of the reserve that its stream has used; never more than there were."""
    used = sum(
        (stay.device_ends_at - stay.starts_at) // MINUTE
        for stay in stays
        if stay.holds and not stay.is_idle and stay.stream_id == reserve.stream_id
    )
    return min(used, reserve.minutes)


def _reserves(block: DayBlock, minutes: dict[int, int]) -> tuple[Reserve, ...]:
    return tuple(
        replace(reserve, minutes=minutes[reserve.stream_id])
        for reserve in block.reserves
        if minutes[reserve.stream_id] > 0
    )
