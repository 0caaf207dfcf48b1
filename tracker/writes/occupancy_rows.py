"""Saving occupancy rows, and inserts that leave existing rows alone."""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import bindparam, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from tracker.db import core
from tracker.domain.supply import DeviceDay
from tracker.models import Occupancy
from tracker.queries.occupancy import encode_blocks, encode_mask

_occupancy = Occupancy.__table__.c
save_one = (
    update(Occupancy.__table__)  # type: ignore[arg-type]
    .where(_occupancy.device_id == bindparam("device"), _occupancy.local_date == bindparam("day"))
    .values(
        busy=bindparam("new_busy"), closed=bindparam("new_closed"), blocks=bindparam("new_blocks")
    )
)
"""Writes one locked device day back."""


def insert_ignoring(session: Session, model: type, rows: Sequence[Mapping[str, object]]) -> None:
    """Insert rows, leaving those that exist as they are; on either engine."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    session.execute(dialect.insert(model).on_conflict_do_nothing(), list(rows))


def save_device_days(session: Session, days: Iterable[DeviceDay]) -> None:
    """Write back device days that the caller has locked."""
    rows = [values_of(day) for day in days]
    if rows:
        core(session).execute(save_one, rows if len(rows) > 1 else rows[0])


def values_of(day: DeviceDay) -> dict[str, object]:
    """The values of `save_one`."""
    return {
        "device": day.device_id,
        "day": day.local_date,
        "new_busy": encode_mask(day.busy),
        "new_closed": encode_mask(day.closed),
        "new_blocks": encode_blocks(day.blocks),
    }
