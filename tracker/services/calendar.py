"""The working calendar: one day set by hand or put back, and a year as announced: taken over or from a notice."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy.orm import Session

from tracker.db import service
from tracker.domain.notices import NoticeDay
from tracker.models.calendar import CalendarDay
from tracker.queries.calendar import forecast_days, known_kinds
from tracker.queries.occupancy_derived import opened_keys
from tracker.writes.booking_rows import Author
from tracker.writes.calendar_rows import (
    check_year,
    clear_days,
    forget_forecast,
    note_calendar,
    publish_year,
    set_day,
)
from tracker.writes.calendar_seed import StateYear, seed_calendar_year, state_year
from tracker.writes.occupancy import lock_supply


@service
def set_calendar_day(
    session: Session, local_date: date, *, kind: str, name: str = "", by: int, now: datetime
) -> int:
    """Say what kind of day it is here, whatever the state says; it stays so when a year is taken over.

    A day no longer worked loses its unused blocks; returns how many bookings stand on it still: closing the
    department moves or flags them. A day now worked is opened by the horizon. Raises InvalidError.
    """
    lock_supply(session)
    author = Author(by, now)
    set_day(session, local_date, kind=kind, name=name, author=author)
    return clear_days(session, [local_date], author)


def unset_calendar_day(local_date: date, *, by: int, now: datetime) -> int:
    """Take back what was set by hand: the day is again as the state has it, or as its weekday says.

    Returns how many bookings stand on it although it is not worked. Raises InvalidError.
    """
    check_year(local_date.year)
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
    note_calendar(session, local_date.isoformat(), author, change)
    return clear_days(session, [local_date], author)


@service
def write_notice(
    session: Session,
    year: int,
    days: Sequence[NoticeDay],
    *,
    is_final: bool,
    by: int,
    now: datetime,
) -> int:
    """Set the days of the State Council's notice; `is_final` declares the year final with them.

    Then days that were only forecast and are not in the notice go; those set by hand stay. A day that is
    already as the notice has it stays untouched. Returns how many bookings stand on days that
    are not worked now. Raises InvalidError.
    """
    lock_supply(session)
    author = Author(by, now)
    kinds = known_kinds(session, [day.local_date for day in days])
    for forecast in forecast_days(session, year):
        kinds.pop(
            forecast, None
        )  # what was only expected is set, even where the notice says the same
    changed = [day for day in days if kinds.get(day.local_date) != day.kind]
    touched = [day.local_date for day in changed]
    for day in changed:
        set_day(session, day.local_date, kind=day.kind, name=day.name, author=author)
    if is_final:
        noticed = [day.local_date for day in days]
        touched += forget_forecast(session, year, besides=noticed, author=author)
        publish_year(session, year, is_published=True, author=author)
    return clear_days(session, touched, author)


def take_over_year(year: int, *, by: int, now: datetime) -> int:
    """Write a year's days as the state has announced them, but for those set by hand here.

    Returns how many bookings stand on days that are not worked now. Raises InvalidError.
    """
    check_year(year)
    return _take_over(state_year(year), by=by, now=now)


@service
def _take_over(session: Session, announced: StateYear, *, by: int, now: datetime) -> int:
    lock_supply(session)
    rows = seed_calendar_year(session, announced)
    author = Author(by, now)
    change = {"days": rows, "is_published": announced.is_published}
    note_calendar(session, str(announced.year), author, change)
    first, last = date(announced.year, 1, 1), date(announced.year, 12, 31)
    opened = {local_date for _, local_date in opened_keys(session, first, last)}
    return clear_days(session, opened, author)


@service
def set_year_published(
    session: Session, year: int, *, is_published: bool, by: int, now: datetime
) -> None:
    """Say whether a year's days are final, where somebody entered the announced ones by hand.

    Raises InvalidError.
    """
    lock_supply(session)
    publish_year(session, year, is_published=is_published, author=Author(by, now))
