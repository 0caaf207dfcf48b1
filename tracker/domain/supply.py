"""The values of one device on one day: its blocks, what is booked on them, what is closed. No rules."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import NamedTuple

from tracker.domain.interval import span_mask

MINUTE = timedelta(minutes=1)

Span = tuple[int, int]
"""Minutes [start, end) of a day."""


@dataclass(frozen=True, slots=True)
class Reserve:
    """Minutes kept for a stream until `released_at` (aware); an equal instant is released."""

    stream_id: int
    minutes: int
    released_at: datetime


@dataclass(frozen=True, slots=True)
class BlockLoad:
    """One block: minutes [starts, ends) of the day, and the minutes its live bookings use per stream.

    `idle` holds, per stream, those of `used` that are past and idle (booked, over, nobody came).
    """

    block_id: int
    starts: int
    ends: int
    operator_id: int | None
    exam_type_ids: frozenset[int]
    reserves: tuple[Reserve, ...] = ()
    used: Mapping[int, int] = field(default_factory=dict)
    added: int = 0
    idle: Mapping[int, int] = field(default_factory=dict)

    @property
    def mask(self) -> int:
        """The block's minutes."""
        return span_mask(self.starts, self.ends)


@dataclass(frozen=True, slots=True)
class DeviceDay:
    """A device on a hospital day. Masks count minutes from `midnight` (aware UTC, local midnight).

    `held_until` is the minute until which an exam in progress holds the machine (0: none runs).
    """

    device_id: int
    local_date: date
    midnight: datetime
    busy: int = 0
    closed: int = 0
    blocks: tuple[BlockLoad, ...] = ()
    held_until: int = 0

    def minute_of(self, instant: datetime) -> int:
        """Whole minutes from midnight to `instant`, rounded down; negative before it."""
        return (instant - self.midnight) // MINUTE

    def instant_of(self, minute: int) -> datetime:
        """The instant of a minute of this day."""
        return self.midnight + minute * MINUTE


@dataclass(frozen=True, slots=True)
class ExamRequest:
    """What is asked for: minutes on the device, then minutes of observation off it.

    `device_ids` are the capable devices; `busy_spans` the patient's other live spans (aware, half open).
    A gap that is shorter than `shortest_minutes`, the shortest exam of all, is of no use to anybody.
    """

    exam_type_id: int
    stream_id: int
    duration_minutes: int
    device_ids: frozenset[int]
    observation_minutes: int = 0
    operator_id: int | None = None
    busy_spans: tuple[tuple[datetime, datetime], ...] = ()
    shortest_minutes: int = 0


@dataclass(frozen=True, slots=True)
class Opening:
    """A time at which the request could be booked; computed, never stored.

    `wasted_minutes` are what it leaves of its gap in pieces that are too short to use; `cost` is what it is
    ranked by (minutes of waiting).
    """

    start: datetime
    end: datetime
    device_id: int
    block_id: int
    operator_id: int | None
    local_date: date
    wasted_minutes: int = 0
    cost: int = field(default=0, compare=False)


def with_booking(day: DeviceDay, *, block_id: int | None, stream_id: int, span: Span) -> DeviceDay:
    """The day after the device's minutes `span` were taken for a stream in a block (None: no block)."""
    return _changed(day, day.busy | span_mask(*span), block_id, stream_id, span[1] - span[0])


def without_booking(
    day: DeviceDay, *, block_id: int | None, stream_id: int, span: Span
) -> DeviceDay:
    """The day after those minutes were freed."""
    return _changed(day, day.busy & ~span_mask(*span), block_id, stream_id, span[0] - span[1])


class Held(NamedTuple):
    """What a booking takes of a device day: minutes `span` for a stream in a block (None: no block), or none, if added."""

    block_id: int | None
    stream_id: int
    span: Span
    is_added: bool = False


def with_all_held(day: DeviceDay, bookings: Iterable[Held]) -> DeviceDay:
    """The day after all of these were taken or added: a full one costs no more than one booking does."""
    busy = day.busy
    used: dict[int | None, dict[int, int]] = {}
    added: dict[int | None, int] = {}
    for block_id, stream_id, span, is_added in bookings:
        if is_added:
            added[block_id] = added.get(block_id, 0) + 1
            continue
        busy |= span_mask(*span)
        streams = used.setdefault(block_id, {})
        streams[stream_id] = streams.get(stream_id, 0) + span[1] - span[0]
    blocks = tuple(
        replace(
            block,
            used=_sum(block.used, used.get(block.block_id, {})),
            added=block.added + added.get(block.block_id, 0),
        )
        for block in day.blocks
    )
    return replace(day, busy=busy, blocks=blocks)


def with_added(day: DeviceDay, *, block_id: int | None, count: int) -> DeviceDay:
    """The day after `count` more (or fewer) added bookings in a block; they take no planned minutes."""
    blocks = tuple(
        replace(block, added=block.added + count) if block.block_id == block_id else block
        for block in day.blocks
    )
    return replace(day, blocks=blocks)


def _changed(
    day: DeviceDay, busy: int, block_id: int | None, stream_id: int, minutes: int
) -> DeviceDay:
    blocks = tuple(
        replace(block, used=_plus(block.used, stream_id, minutes))
        if block.block_id == block_id
        else block
        for block in day.blocks
    )
    return replace(day, busy=busy, blocks=blocks)


def _plus(used: Mapping[int, int], stream_id: int, minutes: int) -> dict[int, int]:
    return _sum(used, {stream_id: minutes})


def _sum(used: Mapping[int, int], more: Mapping[int, int]) -> dict[int, int]:
    after = {**used, **{stream: used.get(stream, 0) + minutes for stream, minutes in more.items()}}
    return {stream: total for stream, total in after.items() if total}
