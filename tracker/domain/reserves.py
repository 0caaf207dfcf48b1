"""How a block's minutes are shared between streams: soft reserves that are released in time.

D = Σₛ max(used(s), reserve(s)) must not pass C, the minutes that can still count, unless D does not grow.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from tracker.domain.interval import span_mask
from tracker.domain.supply import BlockLoad, DeviceDay


@dataclass(frozen=True, slots=True)
class Shortage:
    """A booking that the reserves refuse: minutes kept for others, and when the next are released."""

    reserved_minutes: int
    released_at: datetime | None
    stream_ids: tuple[int, ...]


def unreleased(block: BlockLoad, now: datetime) -> dict[int, int]:
    """Minutes per stream still reserved at `now`; an instant equal to the release time is released."""
    kept: dict[int, int] = {}
    for reserve in block.reserves:
        if reserve.released_at > now:
            kept[reserve.stream_id] = kept.get(reserve.stream_id, 0) + reserve.minutes
    return kept


def capacity(day: DeviceDay, block: BlockLoad, now: datetime) -> int:
    """C in minutes: open minutes of the block, less closures and unbooked or idle minutes before now."""
    usable = block.mask & ~day.closed
    passed = usable & span_mask(0, max(0, day.minute_of(now)))
    # idle bookings may lie on closed minutes or outside a shortened block: those are not lost twice
    spent = max(0, (passed & day.busy).bit_count() - sum(block.idle.values()))
    return (usable & ~passed).bit_count() + spent


def demand(used: Mapping[int, int], kept: Mapping[int, int]) -> int:
    """D in minutes: every stream counts what it uses or what is kept for it, whichever is more."""
    return sum(max(used.get(stream, 0), kept.get(stream, 0)) for stream in {*used, *kept})


def live_use(block: BlockLoad) -> dict[int, int]:
    """used(s) in minutes: live bookings that are not past and idle."""
    return {stream: minutes - block.idle.get(stream, 0) for stream, minutes in block.used.items()}


def shortage(
    day: DeviceDay, block: BlockLoad, *, stream_id: int, minutes: int, now: datetime
) -> Shortage | None:
    """Why `minutes` more for this stream would break a promise to another; None when they do not."""
    kept, used = unreleased(block, now), live_use(block)
    before = demand(used, kept)
    used[stream_id] = used.get(stream_id, 0) + minutes
    after = demand(used, kept)
    if after == before or after <= capacity(day, block, now):
        return None
    held = {s: kept[s] - used.get(s, 0) for s in kept if kept[s] > used.get(s, 0)}
    waiting = [r.released_at for r in block.reserves if r.stream_id in held and r.released_at > now]
    return Shortage(sum(held.values()), min(waiting, default=None), tuple(sorted(held)))
