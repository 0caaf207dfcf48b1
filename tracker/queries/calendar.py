"""The working calendar and the year's targets as stored. What follows from them is in domain/workcalendar."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker import clock
from tracker.domain.workcalendar import WorkCalendar
from tracker.models.calendar import CalendarDay, CalendarYear, Target
from tracker.models.catalogue import Stream

WORKED = frozenset({"working", "make_up"})
"""The kinds of day on which the department works."""


@dataclass(frozen=True, slots=True)
class DayRow:
    """A day whose kind is known: working, rest, holiday, make_up; `is_overridden`: by a person here."""

    local_date: date
    kind: str
    name: str
    is_overridden: bool


@dataclass(frozen=True, slots=True)
class TargetRow:
    """Exams planned for a year: for one stream, or for all of them (None)."""

    id: int
    year: int
    stream: str | None
    exams: int


def work_calendar(session: Session) -> WorkCalendar:
    """Every known day and every published year, in the hospital's zone. Two statements."""
    days = session.execute(select(CalendarDay.local_date, CalendarDay.kind))
    years = session.scalars(select(CalendarYear.year).where(CalendarYear.is_published))
    return WorkCalendar(
        zone=clock.hospital_zone(),
        known={row.local_date: row.kind in WORKED for row in days},
        published_years=frozenset(years),
    )


def known_days(session: Session, year: int) -> tuple[DayRow, ...]:
    """The rows of a year, by date; every other day is worked from Monday to Friday."""
    rows = session.execute(
        select(
            CalendarDay.local_date, CalendarDay.kind, CalendarDay.name, CalendarDay.is_overridden
        )
        .where(CalendarDay.local_date.between(date(year, 1, 1), date(year, 12, 31)))
        .order_by(CalendarDay.local_date)
    )
    return tuple(DayRow(*row) for row in rows)


def known_kinds(session: Session, local_dates: Sequence[date]) -> dict[date, str]:
    """The kinds of those of these days that are stored. One statement."""
    rows = session.execute(
        select(CalendarDay.local_date, CalendarDay.kind).where(
            CalendarDay.local_date.in_(local_dates)
        )
    )
    return {row.local_date: row.kind for row in rows}


def forecast_days(session: Session, year: int) -> list[date]:
    """The days of a year that nobody here set and the state has not announced: none of a final year."""
    if calendar_years(session).get(year):
        return []
    return [row.local_date for row in known_days(session, year) if not row.is_overridden]


def calendar_years(session: Session) -> dict[int, bool]:
    """The years that have a calendar, and whether it is published."""
    rows = session.execute(
        select(CalendarYear.year, CalendarYear.is_published).order_by(CalendarYear.year)
    )
    return {row.year: row.is_published for row in rows}


def targets(session: Session, year: int | None = None) -> tuple[TargetRow, ...]:
    """The targets of one year or of all, the one for all streams first."""
    statement = (
        select(Target.id, Target.year, Stream.code, Target.exams)
        .outerjoin(Stream, Stream.id == Target.stream_id)
        .order_by(Target.year, Target.stream_id.is_not(None), Stream.sort_order, Target.id)
    )
    if year is not None:
        statement = statement.where(Target.year == year)
    return tuple(TargetRow(*row) for row in session.execute(statement))


def target_of_year(session: Session, year: int) -> int | None:
    """Exams planned for the year over all streams; None when nobody has set a target."""
    return session.scalar(
        select(Target.exams).where(Target.year == year, Target.stream_id.is_(None))
    )
