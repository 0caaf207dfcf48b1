"""What the occupancy rows must say, read from blocks, closures and live bookings. No writes."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, or_, select, tuple_
from sqlalchemy.orm import Session

from tracker import clock
from tracker.domain.interval import span_mask
from tracker.domain.lifecycle import LIVE
from tracker.domain.supply import (
    MINUTE,
    BlockLoad,
    DeviceDay,
    Held,
    Reserve,
    Span,
    with_all_held,
)
from tracker.domain.workcalendar import day_start
from tracker.models import Block, BlockExamType, BlockReserve, Booking, Closure, Occupancy
from tracker.queries.occupancy import DayKey, days_between, decode_day, encode_blocks


@dataclass(frozen=True, slots=True)
class Scope:
    """The devices and the dates (both inclusive) that are looked at."""

    devices: tuple[int, ...]
    first: date
    last: date


def opened_keys(
    session: Session, first: date, last: date, *, device_id: int | None = None
) -> list[DayKey]:
    """The device days from `first` to `last` that have an occupancy row, of one device or of all."""
    found = select(Occupancy.device_id, Occupancy.local_date).where(
        Occupancy.local_date.between(first, last)
    )
    if device_id is not None:
        found = found.where(Occupancy.device_id == device_id)
    return [(row.device_id, row.local_date) for row in session.execute(found)]


def keys_to_hold(session: Session, first: date, last: date) -> list[DayKey]:
    """The device days from `first` to `last` that have a row, and those that lack one beside a block."""
    blocks = select(Block.device_id, Block.local_date).where(Block.local_date.between(first, last))
    standing = {(row.device_id, row.local_date) for row in session.execute(blocks.distinct())}
    return sorted(standing.union(opened_keys(session, first, last)))


def opened_span(session: Session) -> tuple[date, date] | None:
    """The first and the last opened day; None when none is."""
    first = session.scalar(select(func.min(Occupancy.local_date)))
    last = session.scalar(select(func.max(Occupancy.local_date)))
    return None if first is None or last is None else (first, last)


def same_day(stored: DeviceDay, fresh: DeviceDay) -> bool:
    """Whether a stored row says what it must; what the clock adds is left aside."""
    return (stored.busy, stored.closed, encode_blocks(stored.blocks)) == (
        fresh.busy,
        fresh.closed,
        encode_blocks(fresh.blocks),
    )


def differing_days(session: Session, first: date, last: date) -> list[DayKey]:
    """The device days from `first` to `last` whose row is missing or does not say what it must."""
    keys = keys_to_hold(session, first, last)
    if not keys:
        return []
    scope = Scope(tuple(sorted({device for device, _ in keys})), first, last)
    fresh = derived_days(session, scope)
    stored = stored_days(session, scope)
    return [key for key in keys if key not in stored or not same_day(stored[key], fresh[key])]


def stored_days(
    session: Session, scope: Scope, *, lock: Sequence[DayKey] = ()
) -> dict[DayKey, DeviceDay]:
    """The rows of the scope as they are; with `lock` these alone, locked in sorted order."""
    found = (
        select(
            Occupancy.device_id,
            Occupancy.local_date,
            Occupancy.busy,
            Occupancy.closed,
            Occupancy.blocks,
        )
        .where(
            Occupancy.device_id.in_(scope.devices),
            Occupancy.local_date.between(scope.first, scope.last),
        )
        .order_by(Occupancy.device_id, Occupancy.local_date)
    )
    if lock:
        key = tuple_(Occupancy.device_id, Occupancy.local_date)
        found = found.where(key.in_(lock)).with_for_update()
    return {
        (row.device_id, row.local_date): decode_day(
            (row.device_id, row.local_date), (row.busy, row.closed, row.blocks)
        )
        for row in session.execute(found)
    }


def derived_days(session: Session, scope: Scope) -> dict[DayKey, DeviceDay]:
    """What the occupancy rows of the scope must say, from the rows they are derived of."""
    closures = _closures(session, scope)
    blocks = _blocks(session, scope)
    days: dict[DayKey, DeviceDay] = {}
    for local_date in days_between(scope.first, scope.last):
        midnight = day_start(local_date, clock.hospital_zone())
        for device in scope.devices:
            spans = [
                (start, end) for owner, start, end in closures if owner is None or owner == device
            ]
            days[device, local_date] = DeviceDay(
                device_id=device,
                local_date=local_date,
                midnight=midnight,
                closed=closed_mask(midnight, spans),
                blocks=tuple(blocks[device, local_date]),
            )
    return _with_bookings(session, scope, days)


def closed_mask(midnight: datetime, spans: Sequence[tuple[datetime, datetime]]) -> int:
    """The minutes of a day (and the next) that closures touch; a begun minute is closed."""
    mask = 0
    for start, end in spans:
        first, last = (start - midnight) // MINUTE, -((midnight - end) // MINUTE)
        mask |= span_mask(max(0, first), min(last, 48 * 60))
    return mask


def device_span(midnight: datetime, starts_at: datetime, device_ends_at: datetime) -> Span:
    """The minutes of the day that a booking holds its device."""
    return (starts_at - midnight) // MINUTE, (device_ends_at - midnight) // MINUTE


def _closures(session: Session, scope: Scope) -> list[tuple[int | None, datetime, datetime]]:
    zone = clock.hospital_zone()
    rows = session.execute(
        select(Closure.device_id, Closure.starts_at, Closure.ends_at).where(
            Closure.lifted_at.is_(None),
            Closure.starts_at < day_start(scope.last, zone) + 48 * 60 * MINUTE,
            Closure.ends_at > day_start(scope.first, zone),
            or_(Closure.device_id.is_(None), Closure.device_id.in_(scope.devices)),
        )
    )
    return [(row.device_id, row.starts_at, row.ends_at) for row in rows]


def _blocks(session: Session, scope: Scope) -> dict[DayKey, list[BlockLoad]]:
    chosen = (
        Block.device_id.in_(scope.devices),
        Block.local_date.between(scope.first, scope.last),
    )
    types: dict[int, set[int]] = defaultdict(set)
    for row in session.execute(
        select(BlockExamType.block_id, BlockExamType.exam_type_id).join(Block).where(*chosen)
    ):
        types[row.block_id].add(row.exam_type_id)
    reserves: dict[int, list[Reserve]] = defaultdict(list)
    for kept in session.execute(
        select(BlockReserve).join(Block).where(*chosen).order_by(BlockReserve.stream_id)
    ).scalars():
        reserves[kept.block_id].append(Reserve(kept.stream_id, kept.minutes, kept.released_at))
    blocks: dict[DayKey, list[BlockLoad]] = defaultdict(list)
    for block in session.execute(
        select(Block).where(*chosen).order_by(Block.starts_at, Block.id)
    ).scalars():
        midnight = day_start(block.local_date, clock.hospital_zone())
        starts, ends = device_span(midnight, block.starts_at, block.ends_at)
        away = block.transport_minutes  # on the way there and back nobody is examined
        blocks[block.device_id, block.local_date].append(
            BlockLoad(
                block_id=block.id,
                starts=starts + away,
                ends=max(starts + away, ends - away),
                operator_id=block.operator_id,
                exam_type_ids=frozenset(types[block.id]),
                reserves=tuple(reserves[block.id]),
            )
        )
    return blocks


def _with_bookings(
    session: Session, scope: Scope, days: dict[DayKey, DeviceDay]
) -> dict[DayKey, DeviceDay]:
    rows = session.execute(
        select(
            Booking.device_id,
            Booking.local_date,
            Booking.block_id,
            Booking.stream_id,
            Booking.starts_at,
            Booking.device_ends_at,
            Booking.is_added,
        ).where(
            Booking.device_id.in_(scope.devices),
            Booking.local_date.between(scope.first, scope.last),
            Booking.status.in_([status.value for status in LIVE]),
        )
    )
    held: dict[DayKey, list[Held]] = defaultdict(list)
    for row in rows:
        key = (row.device_id, row.local_date)
        span = device_span(days[key].midnight, row.starts_at, row.device_ends_at)
        held[key].append(Held(row.block_id, row.stream_id, span, row.is_added))
    return {key: with_all_held(day, held[key]) if key in held else day for key, day in days.items()}
