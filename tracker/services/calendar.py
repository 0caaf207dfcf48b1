"""The working calendar: one day set by hand or put back, and a year taken over as announced."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from sqlalchemy.orm import Session

from tracker import clock
from tracker.db import service
from tracker.domain.errors import N_, InvalidError
from tracker.domain.texts import plain_line
from tracker.domain.workcalendar import local_date_of
from tracker.models.block import Block
from tracker.models.calendar import CalendarDay, CalendarYear
from tracker.queries.calendar import work_calendar
from tracker.queries.occupancy_derived import opened_keys
from tracker.queries.unsuited import bookings_on
from tracker.writes.audit import write_audit
from tracker.writes.blocks import remove_unused_blocks
from tracker.writes.booking_rows import Author
from tracker.writes.calendar_seed import StateYear, seed_calendar_year, state_year
from tracker.writes.occupancy import lock_device_days, lock_supply, rebuild_occupancy

KINDS = ("working", "rest", "holiday", "make_up")
FIRST_YEAR, LAST_YEAR = 2000, 2100


@service
def set_calendar_day(
    session: Session, local_date: date, *, kind: str, name: str = "", by: int, now: datetime
) -> int:
    """Say what kind of day it is here, whatever the state says; it stays so when a year is taken over.

    A day no longer worked loses its unused blocks; returns how many bookings stand on it still: closing the
    department moves or flags them. A day now worked is opened by the horizon. Raises InvalidError.
    """
    if kind not in KINDS:
        raise InvalidError(N_("Choose one of the list."), field="kind")
    _check_year(local_date.year)
    name = plain_line(name, field="name", longest=80)
    lock_supply(session)
    day = session.get(CalendarDay, local_date, with_for_update=True)
    before = None if day is None else day.kind
    if day is None:
        day = CalendarDay(local_date=local_date)
        session.add(day)
    day.kind, day.name, day.is_overridden = kind, name, True
    session.flush()
    author = Author(by, now)
    _note(session, local_date.isoformat(), author, {"kind": [before, kind]})
    return _clear_days(session, [local_date], author)


def unset_calendar_day(local_date: date, *, by: int, now: datetime) -> int:
    """Take back what was set by hand: the day is again as the state has it, or as its weekday says.

    Returns how many bookings stand on it although it is not worked. Raises InvalidError.
    """
    _check_year(local_date.year)
    return _unset(state_year(local_date.year), local_date, by=by, now=now)


@service
def _unset(
    session: Session, announced: StateYear, local_date: date, *, by: int, now: datetime
) -> int:
    lock_supply(session)
    day = session.get(CalendarDay, local_date, with_for_update=True)
    if day is None or not day.is_overridden:
        return 0
    before = day.kind
    after = {each: (kind, name) for each, kind, name in announced.days}.get(local_date)
    if after is None:
        session.delete(day)
    else:
        (day.kind, day.name), day.is_overridden = after, False
    session.flush()
    author = Author(by, now)
    change = {"kind": [before, None if after is None else after[0]]}
    _note(session, local_date.isoformat(), author, change)
    return _clear_days(session, [local_date], author)


def take_over_year(year: int, *, by: int, now: datetime) -> int:
    """Write a year's days as the state has announced them, but for those set by hand here.

    Returns how many bookings stand on days that are not worked now. Raises InvalidError.
    """
    _check_year(year)
    return _take_over(state_year(year), by=by, now=now)


@service
def _take_over(session: Session, announced: StateYear, *, by: int, now: datetime) -> int:
    lock_supply(session)
    rows = seed_calendar_year(session, announced)
    author = Author(by, now)
    change = {"days": rows, "is_published": announced.is_published}
    _note(session, str(announced.year), author, change)
    first, last = date(announced.year, 1, 1), date(announced.year, 12, 31)
    opened = {local_date for _, local_date in opened_keys(session, first, last)}
    return _clear_days(session, opened, author)


@service
def set_year_published(
    session: Session, year: int, *, is_published: bool, by: int, now: datetime
) -> None:
    """Say whether a year's days are final, where somebody entered the announced ones by hand.

    Raises InvalidError.
    """
    _check_year(year)
    lock_supply(session)
    known = session.get(CalendarYear, year)
    before = known is not None and known.is_published
    if known is None:
        known = CalendarYear(year=year, is_published=is_published)
        session.add(known)
    known.is_published = is_published
    session.flush()
    if before != is_published:
        _note(session, str(year), Author(by, now), {"is_published": [before, is_published]})


def _clear_days(session: Session, local_dates: Iterable[date], author: Author) -> int:
    """Remove the unused blocks of days to come that are not worked; count the bookings left there."""
    calendar = work_calendar(session)
    today = local_date_of(author.now, clock.hospital_zone())
    resting = sorted(day for day in local_dates if day >= today and not calendar.is_working(day))
    keys = [key for day in resting for key in opened_keys(session, day, day)]
    lock_device_days(session, keys, now=author.now)
    pattern = (Block.local_date.in_(resting), Block.weekly_block_id.is_not(None))
    rebuild_occupancy(session, remove_unused_blocks(session, *pattern))
    return bookings_on(session, resting)


def _check_year(year: int) -> None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise InvalidError(
            N_("Enter a whole number from %(low)s to %(high)s."),
            field="year",
            params={"low": FIRST_YEAR, "high": LAST_YEAR},
        )


def _note(session: Session, entity_id: str, author: Author, change: Mapping[str, object]) -> None:
    write_audit(
        session,
        action="change",
        entity="calendar_day",
        entity_id=entity_id,
        by=author.by,
        now=author.now,
        change=change,
    )
