"""The exams planned for a year, over all streams or for one."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.db import service
from tracker.domain.catalogue import whole_number
from tracker.models.calendar import Target
from tracker.models.catalogue import Stream
from tracker.writes.audit import write_audit
from tracker.writes.catalogue_rows import ids_of_codes
from tracker.writes.occupancy import lock_supply

FIRST_YEAR, LAST_YEAR = 2000, 2100
MOST_EXAMS = 10_000_000


@service
def set_target(
    session: Session, year: int, *, stream: str | None, exams: int | None, by: int, now: datetime
) -> None:
    """Plan so many exams for the year, for a stream (code) or all (None); None exams: no plan.

    Raises InvalidError.
    """
    whole_number(year, field="year", low=FIRST_YEAR, high=LAST_YEAR)
    if exams is not None:
        whole_number(exams, field="exams", low=1, high=MOST_EXAMS)
    lock_supply(session)
    stream_id = None
    if stream is not None:
        stream_id = ids_of_codes(session, Stream, [stream], field="stream")[stream]
    target = session.scalar(
        select(Target).where(Target.year == year, Target.stream_id.is_not_distinct_from(stream_id))
    )
    before = None if target is None else target.exams
    if before == exams:
        return
    if target is None:
        session.add(Target(year=year, stream_id=stream_id, exams=exams))
    elif exams is None:
        session.delete(target)
    else:
        target.exams = exams
    session.flush()
    write_audit(
        session,
        action="change",
        entity="target",
        entity_id=f"{year}/{stream or 'all'}",
        by=by,
        now=now,
        change={"exams": [before, exams]},
    )
