"""The minutes of each device on each day: how many its blocks had, and which of them were open for patients. No writes."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from tracker import clock
from tracker.domain.opentime import OpenTime, Shift, open_time
from tracker.domain.supply import MINUTE
from tracker.domain.workcalendar import DAY, day_start
from tracker.models import Block, Closure
from tracker.queries.occupancy_derived import closed_mask


@dataclass(frozen=True, slots=True)
class DeviceTime:
    """A device (id) on a day."""

    device_id: int
    local_date: date
    time: OpenTime


@dataclass(frozen=True, slots=True)
class Shut:
    """A closure as it was: until its end, or until it was lifted; `device_id` None is the department."""

    id: int
    device_id: int | None
    reason: str
    starts_at: datetime
    ends_at: datetime


def device_times(
    session: Session, first: date, last: date, *, now: datetime | None = None
) -> list[DeviceTime]:
    """The device days from `first` to `last` (inclusive) that have blocks. Two statements.

    With `now` minutes that are still to come are left out.
    """
    zone = clock.hospital_zone()
    shuts = closures_between(session, first, last)
    found: list[DeviceTime] = []
    for local_date, blocks in _shifts(session, first, last).items():
        midnight = day_start(local_date, zone)
        until = None if now is None else max(0, (now - midnight) // MINUTE)
        near = list(_masks(shuts, midnight))
        for device_id, shifts in blocks.items():
            closed = [(s.id, mask) for s, mask in near if s.device_id in (None, device_id)]
            time = open_time(shifts, closed, until=until)
            found.append(DeviceTime(device_id, local_date, time))
    return found


def closures_between(session: Session, first: date, last: date) -> list[Shut]:
    """What was closed in these days, by start; nothing of it that was lifted before it began. One statement."""
    zone = clock.hospital_zone()
    rows = session.execute(
        select(
            Closure.id, Closure.device_id, Closure.reason, Closure.starts_at,
            Closure.ends_at, Closure.lifted_at,
        )
        .where(
            Closure.starts_at < day_start(last + 2 * DAY, zone),
            Closure.ends_at > day_start(first, zone),
            or_(Closure.lifted_at.is_(None), Closure.lifted_at > Closure.starts_at),
        )
        .order_by(Closure.starts_at, Closure.id)
    )  # fmt: skip
    return [Shut(*row[:4], row[4] if row[5] is None else min(row[4], row[5])) for row in rows]


def _masks(shuts: list[Shut], midnight: datetime) -> Iterator[tuple[Shut, int]]:
    """The closures that touch a day (or the next, into which a block may run), with their minutes."""
    for shut in shuts:
        if shut.starts_at < midnight + 2 * DAY and shut.ends_at > midnight:
            yield shut, closed_mask(midnight, [(shut.starts_at, shut.ends_at)])


def _shifts(session: Session, first: date, last: date) -> dict[date, dict[int, list[Shift]]]:
    zone = clock.hospital_zone()
    rows = session.execute(
        select(
            Block.local_date,
            Block.device_id,
            Block.starts_at,
            Block.ends_at,
            Block.transport_minutes,
        )
        .where(Block.local_date.between(first, last))
        .order_by(Block.local_date, Block.device_id, Block.starts_at)
    )
    found: dict[date, dict[int, list[Shift]]] = defaultdict(lambda: defaultdict(list))
    midnights: dict[date, datetime] = {}
    for day, device_id, starts_at, ends_at, way in rows:
        midnight = midnights.get(day) or midnights.setdefault(day, day_start(day, zone))
        shift = (starts_at - midnight) // MINUTE, (ends_at - midnight) // MINUTE, way
        found[day][device_id].append(shift)
    return found
