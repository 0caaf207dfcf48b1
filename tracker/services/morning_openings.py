"""Noting, on working mornings, how far away the third next openings are: what is computed now has no past otherwise."""

from collections.abc import Sequence
from datetime import date, datetime, time

from sqlalchemy.orm import Session

from tracker.db import read_session, service
from tracker.domain.workcalendar import instant_of, local_date_of
from tracker.queries.calendar import work_calendar
from tracker.queries.morning_openings import is_noted
from tracker.queries.next_openings import NextOpening, third_next_openings
from tracker.writes.audit import write_audit
from tracker.writes.morning_openings import MorningRow, insert_morning

MORNING = time(6), time(10)
"""When a look tells of the morning (hospital time, half-open): later the day's own openings are gone."""


def note_morning(*, by: int, now: datetime) -> int | None:
    """Keep the third next openings of this morning; returns how many, 0 where the morning was noted before.

    None on a day that is not worked, and outside MORNING: a figure of another hour could not be compared. Reading
    takes a second or two and locks nothing; the writing is one short step.
    """
    with read_session() as session:
        calendar = work_calendar(session)
        today = local_date_of(now, calendar.zone)
        opens, closes = (instant_of(today, at, calendar.zone) for at in MORNING)
        if not calendar.is_working(today) or not opens <= now < closes:
            return None
        if is_noted(session, today):
            return 0
        found = third_next_openings(session, now=now)
    return _keep(found, today, by=by, now=now)


@service
def _keep(
    session: Session, found: Sequence[NextOpening], today: date, *, by: int, now: datetime
) -> int:
    if is_noted(session, today):
        return 0
    rows = [MorningRow(today, each.exam_type.id, each.stream.id, each.days) for each in found]
    insert_morning(session, rows)
    write_audit(
        session,
        action="note",
        entity="morning_opening",
        entity_id=today.isoformat(),
        by=by,
        now=now,
        change={"rows": len(rows)},
    )
    return len(rows)
