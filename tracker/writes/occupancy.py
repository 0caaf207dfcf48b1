"""Locking the occupancy rows: the first thing a write does. Saving and rebuilding are beside it."""

from collections.abc import Collection, Iterable
from datetime import date, datetime

from sqlalchemy import bindparam, select, tuple_
from sqlalchemy.orm import Session

from tracker import clock
from tracker.db import core
from tracker.domain.supply import DeviceDay
from tracker.domain.workcalendar import local_date_of
from tracker.models import Occupancy, Setting
from tracker.queries.occupancy import DayKey, decode_day, running_day, with_running
from tracker.queries.occupancy_derived import opened_keys
from tracker.writes.occupancy_rebuild import rebuild_occupancy
from tracker.writes.occupancy_rows import insert_ignoring, save_device_days

__all__ = [
    "lock_days_ahead",
    "lock_device_days",
    "lock_supply",
    "rebuild_occupancy",
    "save_device_days",
]

# Core columns: every booking begins with one of these statements.
_occupancy = Occupancy.__table__.c
_columns = (
    _occupancy.device_id,
    _occupancy.local_date,
    _occupancy.busy,
    _occupancy.closed,
    _occupancy.blocks,
)
_lock = (
    select(*_columns)
    .where(
        tuple_(_occupancy.device_id, _occupancy.local_date).in_(bindparam("keys", expanding=True))
    )
    .order_by(_occupancy.device_id, _occupancy.local_date)
    .with_for_update()
)
_lock_one = (
    select(*_columns)
    .where(
        _occupancy.device_id == bindparam("device"),
        _occupancy.local_date == bindparam("local_date"),
    )
    .with_for_update()
)


def lock_supply(session: Session) -> None:
    """Lock what opening the horizon and closing have in common, before any occupancy row.

    Without it a closure and a day opened at the same moment would not see each other.
    """
    insert_ignoring(session, Setting, [{"key": "supply_lock", "value": 0}])
    session.execute(select(Setting.key).where(Setting.key == "supply_lock").with_for_update()).all()


def lock_device_days(
    session: Session, keys: Iterable[DayKey], *, now: datetime
) -> dict[DayKey, DeviceDay]:
    """Lock and read the occupancy rows in sorted order; a missing one is made. One statement if none is.

    A row is made under the lock of the supply: closing changes the rows that it sees, and sees none that
    another transaction is about to make. Rows that stand are locked by then, against the order: should
    somebody who closes wait for one of them, the database ends one of the two, which tries again.
    """
    wanted = sorted(set(keys))
    days = _locked(session, wanted)
    missing = [key for key in wanted if key not in days]
    if missing:
        lock_supply(session)
        rebuild_occupancy(session, missing)
        days = _locked(session, wanted)
    return with_clock(session, days, now)


def lock_days_ahead(
    session: Session, *, now: datetime, device_ids: Collection[int] | None = None
) -> None:
    """Lock every opened day from today on, of some devices or of all: no booking comes to one meanwhile.

    The supply is locked already, so that no day is made.
    """
    today = local_date_of(now, clock.hospital_zone())
    opened = opened_keys(session, today, date.max)
    _locked(session, sorted(k for k in opened if device_ids is None or k[0] in device_ids))


def with_clock(
    session: Session, days: dict[DayKey, DeviceDay], now: datetime
) -> dict[DayKey, DeviceDay]:
    """Device days that were locked, those of today with what the clock adds to them."""
    today = local_date_of(now, clock.hospital_zone())
    if any(local_date == today for _, local_date in days):
        running = running_day(session, now)
        days = {k: with_running(d, running) if k[1] == today else d for k, d in days.items()}
    return days


def _locked(session: Session, keys: list[DayKey]) -> dict[DayKey, DeviceDay]:
    if len(keys) == 1:
        found = core(session).execute(_lock_one, {"device": keys[0][0], "local_date": keys[0][1]})
    else:
        found = core(session).execute(_lock, {"keys": keys})
    return {
        (row.device_id, row.local_date): decode_day(
            (row.device_id, row.local_date), (row.busy, row.closed, row.blocks)
        )
        for row in found
    }
