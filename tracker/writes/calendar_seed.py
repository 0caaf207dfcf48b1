"""A year of the working calendar as the state announced it, taken from the `holidays` package."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from tracker.models.calendar import CalendarDay, CalendarYear

MAKE_UP_NAME = "调休上班"
SWAPPED = "休息日"  # how the package names a rest day that a make-up day pays for


@dataclass(frozen=True, slots=True)
class StateYear:
    """The days of a year that are not what their weekday says; `is_published` once make-up days are known."""

    year: int
    days: tuple[tuple[date, str, str], ...]
    is_published: bool


def state_year(year: int) -> StateYear:
    """What the package knows of a year in mainland China: (date, kind, name), by date.

    A year without make-up days has not been announced yet: its days are a forecast.
    """
    import holidays  # slow to import, and only a seeded year needs it

    known = holidays.country_holidays("CN", years=year, language="zh_CN")
    days = {
        day: (day, "rest" if name.startswith(SWAPPED) else "holiday", name)
        for day, name in known.items()
        if day.year == year
    }
    make_up = [day for day in known.weekend_workdays if day.year == year]
    days |= {day: (day, "make_up", MAKE_UP_NAME) for day in make_up}
    return StateYear(year, tuple(days[day] for day in sorted(days)), bool(make_up))


def seed_calendar_year(session: Session, announced: StateYear) -> int:
    """Write a year's days, leaving those a person has set; returns how many rows the year has then."""
    of_year = CalendarDay.local_date.between(
        date(announced.year, 1, 1), date(announced.year, 12, 31)
    )
    session.execute(delete(CalendarDay).where(of_year, CalendarDay.is_overridden.is_(False)))
    kept = set(session.scalars(select(CalendarDay.local_date).where(of_year)))
    rows = [
        {"local_date": day, "kind": kind, "name": name, "is_overridden": False}
        for day, kind, name in announced.days
        if day not in kept
    ]
    if rows:
        session.execute(insert(CalendarDay), rows)
    _save_year(session, announced)
    return len(rows) + len(kept)


def _save_year(session: Session, announced: StateYear) -> None:
    known = session.get(CalendarYear, announced.year)
    if known is None:
        known = CalendarYear(year=announced.year)
        session.add(known)
    known.is_published = announced.is_published
    session.flush()
