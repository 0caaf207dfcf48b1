"""The exams planned for a year, over all streams or for one."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.db import service
from tracker.domain.catalogue import whole_number
from tracker.models.calendar import Target
from tracker.models.catalogue import Stream
from tracker.writes.audit import write_audit
from tracker.writes.booking_rows import Author
from tracker.writes.catalogue_rows import ids_of_codes
from tracker.writes.occupancy import lock_supply

FIRST_YEAR, LAST_YEAR = 2000, 2100
MOST_EXAMS = 10_000_000


@service
def set_targets(
    session: Session, year: int, exams: Mapping[str | None, int | None], *, by: int, now: datetime
) -> None:
    """Plan so many exams for the year, by stream (code; None: all of them); None exams: no plan.

    All of them or none; streams that are not named keep their plan. Raises InvalidError.
    """
    whole_number(year, field="year", low=FIRST_YEAR, high=LAST_YEAR)
    for planned in exams.values():
        if planned is not None:
            whole_number(planned, field="exams", low=1, high=MOST_EXAMS)
    lock_supply(session)
    codes = [code for code in exams if code is not None]
    ids = ids_of_codes(session, Stream, codes, field="stream")
    stored = {
        target.stream_id: target
        for target in session.scalars(select(Target).where(Target.year == year))
    }
    for code, planned in exams.items():
        stream_id = None if code is None else ids[code]
        target = stored.get(stream_id)
        before = None if target is None else target.exams
        if before != planned:
            _set(session, target or Target(year=year, stream_id=stream_id), planned)
            _note(session, f"{year}/{code or 'all'}", [before, planned], Author(by, now))


def _set(session: Session, target: Target, exams: int | None) -> None:
    if exams is None:
        session.delete(target)
    else:
        target.exams = exams
        session.add(target)
    session.flush()


def _note(session: Session, which: str, exams: list[int | None], author: Author) -> None:
    write_audit(
        session,
        action="change",
        entity="target",
        entity_id=which,
        by=author.by,
        now=author.now,
        change={"exams": exams},
    )
