"""Changing the department's settings."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from tracker.db import service
from tracker.domain.settings import checked, storable
from tracker.models.audit import Setting
from tracker.queries.settings import department_settings
from tracker.writes.audit import write_audit
from tracker.writes.occupancy import lock_supply


@service
def change_settings(
    session: Session, values: Mapping[str, object], *, by: int, now: datetime
) -> None:
    """Set the settings named in `values`, all or none. Raises InvalidError with the setting as field."""
    wanted = {key: checked(key, value) for key, value in values.items()}
    lock_supply(session)
    present = department_settings(session)
    change = {}
    for key, value in wanted.items():
        before = getattr(present, key)
        if before != value:
            change[key] = [storable(before), storable(value)]
            session.merge(Setting(key=key, value=storable(value)))
    session.flush()
    if change:
        write_audit(
            session,
            action="change",
            entity="setting",
            entity_id="department",
            by=by,
            now=now,
            change=change,
        )
