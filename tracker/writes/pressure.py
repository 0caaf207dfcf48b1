"""Keeps what searches rank by in step: each device's expected pressure, and how scarce each exam type is."""

from collections.abc import Mapping

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from tracker.domain.horizon import minutes_offered
from tracker.domain.ranking import pressure_of, scarcity_of
from tracker.models.audit import Setting
from tracker.models.catalogue import Device
from tracker.queries.catalogue import capable_device_ids, demand_minutes
from tracker.queries.ranking import SCARCITY
from tracker.queries.weekly_blocks import pattern_in_service

_SAVE = (
    update(Device.__table__)  # type: ignore[arg-type]
    .where(Device.id == bindparam("device"))
    .values(pressure=bindparam("new_pressure"))
)


def refresh_pressure(session: Session) -> None:
    """Compute every device's pressure anew, in permille-minutes of demand; what is retired has none.

    Also how scarce each exam type is on the weekly pattern. Every write that changes capabilities, minutes or
    demand, or retires one of them, calls this. A device's version stays: nobody edited it.
    """
    demand = demand_minutes(session)
    _save_scarcity(session, demand)
    pressure = pressure_of(demand, capable_device_ids(session))
    changed = [
        {"device": row.id, "new_pressure": pressure.get(row.id, 0)}
        for row in session.execute(select(Device.id, Device.pressure).order_by(Device.id))
        if row.pressure != pressure.get(row.id, 0)
    ]
    if changed:
        session.execute(_SAVE, changed)


def refresh_scarcity(session: Session) -> None:
    """Compute anew how scarce each exam type is; every write that changes the weekly pattern calls this."""
    _save_scarcity(session, demand_minutes(session))


def _save_scarcity(session: Session, demand: Mapping[int, int]) -> None:
    session.flush()
    shares = scarcity_of(demand, minutes_offered(pattern_in_service(session)))
    value = {str(exam_type_id): share for exam_type_id, share in sorted(shares.items())}
    stored = session.get(Setting, SCARCITY)
    if stored is None:
        session.add(Setting(key=SCARCITY, value=value))
    elif stored.value != value:
        stored.value = value
