"""Device days read from the occupancy rows, as the rules want them. Changes are made in writes/occupancy.

A row's `blocks` is JSON, one list a block: [id, start, end, operator, [exam types],
[[stream, minutes, released at (s)]], {stream: used minutes}, added]; minutes count from local midnight.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from sqlalchemy import BindParameter, and_, bindparam, func, or_, select
from sqlalchemy.orm import Session

from tracker import clock
from tracker.db import core
from tracker.domain.lifecycle import Status
from tracker.domain.supply import MINUTE, BlockLoad, DeviceDay, Reserve
from tracker.domain.workcalendar import day_start, local_date_of
from tracker.models import Booking, Occupancy

DayKey = tuple[int, date]
"""A device and a hospital day: what a write locks."""

# Core columns: both statements run in every search and every booking.
_occupancy = Occupancy.__table__.c
_booking = Booking.__table__.c

_rows = (
    select(
        _occupancy.local_date,
        _occupancy.device_id,
        _occupancy.busy,
        _occupancy.closed,
        _occupancy.blocks,
    )
    .where(
        _occupancy.device_id.in_(bindparam("devices", expanding=True)),
        _occupancy.local_date.between(bindparam("first"), bindparam("last")),
    )
    .order_by(_occupancy.local_date, _occupancy.device_id)
)

_open: BindParameter[str] = bindparam(  # spelt out: an index holds the few bookings that stand so
    "open", [Status.ARRIVED.value, Status.IN_PROGRESS.value], expanding=True, literal_execute=True
)
runs_today = and_(
    _booking.status.in_(_open),
    _booking.status == Status.IN_PROGRESS.value,
    _booking.started_at >= bindparam("midnight"),
)
"""Started since `midnight` and not finished, whichever day it was planned for; older ones are to be settled."""

_running = select(
    func.coalesce(_booking.started_device_id, _booking.device_id).label("device_id"),
    _booking.block_id,
    _booking.stream_id,
    _booking.status,
    _booking.starts_at,
    _booking.ends_at,
    _booking.device_ends_at,
    _booking.started_at,
).where(
    or_(
        runs_today,
        and_(
            _booking.local_date == bindparam("today"),
            _booking.status == Status.BOOKED.value,
            _booking.ends_at <= bindparam("now"),
            _booking.is_added.is_(False),
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class RunningDay:
    """What the clock adds to today's rows: idle minutes per block and stream, devices in use."""

    idle: Mapping[int, Mapping[int, int]]
    held_until: Mapping[int, datetime]


_NOTHING_RUNS = RunningDay({}, {})


def device_days(
    session: Session, *, device_ids: Sequence[int], first: date, last: date, now: datetime
) -> Iterator[DeviceDay]:
    """The days of these devices from `first` to `last` (inclusive), by date; decoded one by one.

    Two statements at most, whatever the number of devices and days.
    """
    rows = core(session).execute(_rows, {"devices": device_ids, "first": first, "last": last}).all()
    today = local_date_of(now, clock.hospital_zone())
    running = running_day(session, now) if first <= today <= last else _NOTHING_RUNS
    for local_date, device_id, busy, closed, blocks in rows:
        facts = running if local_date == today else _NOTHING_RUNS
        yield decode_day((device_id, local_date), (busy, closed, blocks), facts)


def running_day(session: Session, now: datetime) -> RunningDay:
    """Today's exams in progress and bookings that are past and idle, in one statement."""
    today = local_date_of(now, clock.hospital_zone())
    idle: dict[int, dict[int, int]] = {}
    held: dict[int, datetime] = {}
    midnight = _midnight(today, clock.hospital_zone())
    for row in core(session).execute(_running, {"today": today, "now": now, "midnight": midnight}):
        if row.status == Status.IN_PROGRESS:
            until = expected_end(row.starts_at, row.ends_at, row.started_at, now)
            held[row.device_id] = max(until, held.get(row.device_id, until))
        elif row.block_id is not None:
            streams = idle.setdefault(row.block_id, {})
            minutes = (row.device_ends_at - row.starts_at) // MINUTE
            streams[row.stream_id] = streams.get(row.stream_id, 0) + minutes
    return RunningDay(idle, held)


def expected_end(
    starts_at: datetime, ends_at: datetime, started_at: datetime | None, now: datetime
) -> datetime:
    """Until when an exam in progress holds its machine: its planned end, or now while it runs late.

    One that was started early is expected to end early; the running minute itself is held.
    """
    planned = min(ends_at, (started_at or starts_at) + (ends_at - starts_at))
    this_minute = now.replace(second=0, microsecond=0)
    return max(planned, this_minute + MINUTE)


def decode_day(
    key: DayKey, columns: tuple[str, str, str], running: RunningDay = _NOTHING_RUNS
) -> DeviceDay:
    """A row's columns (busy, closed, blocks) as a device day."""
    device_id, local_date = key
    busy, closed, blocks = columns
    midnight = _midnight(local_date, clock.hospital_zone())
    held = running.held_until.get(device_id)
    return DeviceDay(
        device_id=device_id,
        local_date=local_date,
        midnight=midnight,
        busy=int(busy, 16),
        closed=int(closed, 16),
        blocks=tuple(_decode_block(values, running.idle) for values in json.loads(blocks)),
        held_until=0 if held is None else -((midnight - held) // MINUTE),
    )


@lru_cache(maxsize=4096)
def _midnight(local_date: date, zone: ZoneInfo) -> datetime:
    return day_start(local_date, zone)


@lru_cache(maxsize=4096)
def _instant(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _decode_block(values: list, idle: Mapping[int, Mapping[int, int]]) -> BlockLoad:  # type: ignore[type-arg]
    block_id, starts, ends, operator_id, exam_types, reserves, used, added = values
    return BlockLoad(
        block_id=block_id,
        starts=starts,
        ends=ends,
        operator_id=operator_id,
        exam_type_ids=frozenset(exam_types),
        reserves=tuple(Reserve(s, minutes, _instant(at)) for s, minutes, at in reserves),
        used={int(stream): minutes for stream, minutes in used.items()},
        added=added,
        idle=idle.get(block_id, {}),
    )


def encode_blocks(blocks: Iterable[BlockLoad]) -> str:
    """The `blocks` column of a row; `idle` depends on the clock and is not kept."""
    return json.dumps(
        [
            [
                block.block_id,
                block.starts,
                block.ends,
                block.operator_id,
                sorted(block.exam_type_ids),
                [[r.stream_id, r.minutes, int(r.released_at.timestamp())] for r in block.reserves],
                {str(stream): minutes for stream, minutes in sorted(block.used.items())},
                block.added,
            ]
            for block in blocks
        ],
        separators=(",", ":"),
    )


def encode_mask(mask: int) -> str:
    """A mask as the hexadecimal text of a column."""
    return format(mask, "x")


def days_between(first: date, last: date) -> list[date]:
    """Every date from `first` to `last`, both inclusive."""
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def with_running(day: DeviceDay, running: RunningDay) -> DeviceDay:
    """A device day of today with what the clock adds to it."""
    held = running.held_until.get(day.device_id)
    return replace(
        day,
        blocks=tuple(replace(b, idle=running.idle.get(b.block_id, {})) for b in day.blocks),
        held_until=0 if held is None else -((day.midnight - held) // MINUTE),
    )
