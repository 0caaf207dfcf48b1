"""Occupancy rows made anew from what they are derived of: what `python run.py rebuild` does."""

from collections.abc import Iterable

from sqlalchemy.orm import Session

from tracker.models import Occupancy
from tracker.queries.occupancy import DayKey
from tracker.queries.occupancy_derived import Scope, derived_days, same_day, stored_days
from tracker.writes.occupancy_rows import insert_ignoring, save_device_days

BATCH_ROWS = 200


def rebuild_occupancy(session: Session, keys: Iterable[DayKey]) -> int:
    """Compute these rows anew, making those that are missing; returns how many were different."""
    wanted = sorted(set(keys), key=lambda key: (key[1], key[0]))
    return sum(
        _rebuild_some(session, wanted[start : start + BATCH_ROWS])
        for start in range(0, len(wanted), BATCH_ROWS)
    )


def _rebuild_some(session: Session, keys: list[DayKey]) -> int:
    blank = {"busy": "0", "closed": "0", "blocks": "[]"}
    insert_ignoring(
        session,
        Occupancy,
        [{"device_id": device, "local_date": day, **blank} for device, day in keys],
    )
    scope = Scope(
        tuple(sorted({device for device, _ in keys})),
        min(day for _, day in keys),
        max(day for _, day in keys),
    )
    stored = stored_days(session, scope, lock=keys)
    fresh = derived_days(session, scope)
    different = [fresh[key] for key in keys if not same_day(stored[key], fresh[key])]
    save_device_days(session, different)
    return len(different)
