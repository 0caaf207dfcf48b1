"""Keeps each device's expected pressure, the rank of searches, in step with what it is computed from."""

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from tracker.domain.ranking import pressure_of
from tracker.models.catalogue import Device
from tracker.queries.catalogue import capable_device_ids, demand_minutes

_SAVE = (
    update(Device.__table__)  # type: ignore[arg-type]
    .where(Device.id == bindparam("device"))
    .values(pressure=bindparam("new_pressure"))
)


def refresh_pressure(session: Session) -> None:
    """Compute every device's pressure anew, in permille-minutes of demand; what is retired has none.

    Every write that changes capabilities, minutes or demand, or retires one of them, calls this. A
    device's version stays: nobody edited it.
    """
    pressure = pressure_of(demand_minutes(session), capable_device_ids(session))
    changed = [
        {"device": row.id, "new_pressure": pressure.get(row.id, 0)}
        for row in session.execute(select(Device.id, Device.pressure).order_by(Device.id))
        if row.pressure != pressure.get(row.id, 0)
    ]
    if changed:
        session.execute(_SAVE, changed)
