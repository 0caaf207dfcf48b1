"""Steps that set days of the working calendar and declare a year final, alike for forms, sheets and notices.

Whoever calls them holds the supply's lock and clears the days that are no longer worked.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import date

from sqlalchemy.orm import Session

from tracker import clock
from tracker.domain.errors import N_, InvalidError
from tracker.domain.texts import plain_line
from tracker.domain.workcalendar import FIRST_YEAR, LAST_YEAR, local_date_of
from tracker.models.block import Block
from tracker.models.calendar import CalendarDay, CalendarYear
from tracker.queries.calendar import forecast_days, work_calendar
from tracker.queries.occupancy_derived import opened_keys
from tracker.queries.unsuited import bookings_on
from tracker.writes.audit import write_audit
from tracker.writes.blocks import remove_unused_blocks
from tracker.writes.booking_rows import Author
from tracker.writes.occupancy import lock_device_days, rebuild_occupancy

KINDS = ("working", "rest", "holiday", "make_up")


def set_day(session: Session, local_date: date, *, kind: str, name: str, author: Author) -> None:
    """Say what kind of day it is here, with its audit entry; it stays so when a year is taken over.

    Raises InvalidError.
    """
    if kind not in KINDS:
        raise InvalidError(N_("Choose one of the list."), field="kind")
    check_year(local_date.year)
    name = plain_line(name, field="name", longest=80)
    day = session.get(CalendarDay, local_date, with_for_update=True)
    before = None if day is None else day.kind
    if day is None:
        day = CalendarDay(local_date=local_date)
        session.add(day)
    day.kind, day.name, day.is_overridden = kind, name, True
    session.flush()
    note_calendar(session, local_date.isoformat(), author, {"kind": [before, kind]})


def forget_forecast(
    session: Session, year: int, *, besides: Collection[date], author: Author
) -> list[date]:
    """Take back the days of a year that were only forecast, but for some; they are as their weekday says.

    Returns them: the caller clears those that are not worked by it.
    """
    forgotten = sorted(set(forecast_days(session, year)) - set(besides))
    for day in forgotten:
        before = session.get_one(CalendarDay, day)
        note_calendar(session, day.isoformat(), author, {"kind": [before.kind, None]})
        session.delete(before)
    session.flush()
    return forgotten


def publish_year(session: Session, year: int, *, is_published: bool, author: Author) -> None:
    """Say whether a year's days are final, with an audit entry where that is new. Raises InvalidError."""
    check_year(year)
    known = session.get(CalendarYear, year)
    before = known is not None and known.is_published
    if known is None:
        known = CalendarYear(year=year, is_published=is_published)
        session.add(known)
    known.is_published = is_published
    session.flush()
    if before != is_published:
        note_calendar(session, str(year), author, {"is_published": [before, is_published]})


def clear_days(session: Session, local_dates: Iterable[date], author: Author) -> int:
    """Remove the unused blocks of days to come that are not worked; count the bookings left there."""
    calendar = work_calendar(session)
    today = local_date_of(author.now, clock.hospital_zone())
    resting = sorted(day for day in local_dates if day >= today and not calendar.is_working(day))
    keys = [key for day in resting for key in opened_keys(session, day, day)]
    lock_device_days(session, keys, now=author.now)
    pattern = (Block.local_date.in_(resting), Block.weekly_block_id.is_not(None))
    rebuild_occupancy(session, remove_unused_blocks(session, *pattern))
    return bookings_on(session, resting)


def check_year(year: int) -> None:
    """Raises InvalidError for a year that no calendar is kept of."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise InvalidError(
            N_("Enter a whole number from %(low)s to %(high)s."),
            field="year",
            params={"low": FIRST_YEAR, "high": LAST_YEAR},
        )


def note_calendar(
    session: Session, entity_id: str, author: Author, change: Mapping[str, object]
) -> None:
    """The audit entry of a day (its date) or of a year (its number)."""
    write_audit(
        session,
        action="change",
        entity="calendar_day",
        entity_id=entity_id,
        by=author.by,
        now=author.now,
        change=change,
    )
