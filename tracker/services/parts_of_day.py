"""The hours of the department's half-days: what "morning" means in a search. Blocks have hours of their own."""

from datetime import datetime, time

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.db import service
from tracker.domain.catalogue import whole_minute
from tracker.domain.errors import N_, InvalidError, NotFoundError
from tracker.models.catalogue import PartOfDay
from tracker.writes.audit import plain, write_audit
from tracker.writes.occupancy import lock_supply


@service
def change_hours(
    session: Session, part_of_day_id: int, *, starts: time, ends: time, by: int, now: datetime
) -> None:
    """Set the local hours of a half-day; half-days do not overlap. Raises InvalidError, NotFoundError."""
    starts, ends = whole_minute(starts), whole_minute(ends)
    if ends <= starts:
        raise InvalidError(N_("The end lies before the start."), field="ends")
    lock_supply(session)
    parts = {part.id: part for part in session.scalars(select(PartOfDay))}
    part = parts.pop(part_of_day_id, None)
    if part is None:
        raise NotFoundError(N_("This entry does not exist."))
    if any(other.starts < ends and starts < other.ends for other in parts.values()):
        raise InvalidError(N_("These hours overlap those of another half-day."), field="starts")
    change: dict[str, object] = {
        "starts": [plain(part.starts), plain(starts)],
        "ends": [plain(part.ends), plain(ends)],
    }
    part.starts, part.ends = starts, ends
    session.flush()
    write_audit(
        session,
        action="change",
        entity="part_of_day",
        entity_id=part_of_day_id,
        by=by,
        now=now,
        change=change,
    )
