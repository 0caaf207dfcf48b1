"""A month or a year in figures, once: what the PDF, the workbook and the CSV of a report are made of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from tracker import clock
from tracker.domain.closing import Change
from tracker.domain.months import last_of_month
from tracker.domain.workcalendar import local_date_of
from tracker.queries.closing import (
    DIMENSIONS,
    ClosedMonthRow,
    ClosedPart,
    Three,
    closed_month,
    closed_part,
)
from tracker.queries.closing_changes import changes_since_closing
from tracker.queries.settings import department_settings
from tracker.queries.volume import Amounts, Volume, VolumeFilter, volume
from tracker.queries.year_standing import YearStandings, year_standings
from tracker.reports.names import names_of
from tracker.reports.words import language
from tracker.reports.words import month as month_text


@dataclass(frozen=True, slots=True)
class ReportLine:
    """A line of a table: its words, its sums now, and in a closed month what they were."""

    name: str
    amounts: Amounts
    three: Three | None = None


@dataclass(frozen=True, slots=True)
class MonthLine:
    """A month of the year: exams, and those planned (None without a target); `closed` where it is closed."""

    month: date
    exams: int
    planned: int | None
    closed: int | None


@dataclass(frozen=True, slots=True)
class Report:
    """Everything a report says; `tables` holds lines by key of DIMENSIONS, in the department's order.

    `closing` and `changes` are of a closed month; `closed` is what is closed of the month or the year, by `tables`' keys.
    """

    department: str
    title: str
    first: date
    last: date
    made_at: datetime
    total: Amounts
    planned: int | None
    tables: Mapping[str, Sequence[ReportLine]]
    months: Sequence[MonthLine]
    closing: ClosedMonthRow | None = None
    closed: ClosedPart | None = None
    changes: Sequence[Change] = ()

    @property
    def is_year(self) -> bool:
        """Whether it is a year's; else a month's."""
        return self.first.month != self.last.month


def month_report(session: Session, month: date, *, now: datetime) -> Report:
    """The report of the month that begins with this day, in the language that is set."""
    return _report(session, month, last_of_month(month), now)


def year_report(session: Session, year: int, *, now: datetime) -> Report:
    """The report of a year."""
    return _report(session, date(year, 1, 1), date(year, 12, 31), now)


def _report(session: Session, first: date, last: date, now: datetime) -> Report:
    is_year = first.month != last.month
    closing = None if is_year else closed_month(session, first)
    closed = closed_part(session, VolumeFilter(first, last), DIMENSIONS)
    found = volume(session, VolumeFilter(first, last), DIMENSIONS)
    standings = year_standings(session, first.year, local_date_of(now, clock.hospital_zone()))
    months = [line for line in _months(standings) if line.month <= last]
    known = months if is_year else [line for line in months if line.month == first]
    period = str(first.year) if is_year else month_text(first)
    settings = department_settings(session)
    return Report(
        department=str(getattr(settings, f"department_name_{language()}")),
        title=_("Volume of %(period)s", period=period),
        first=first,
        last=last,
        made_at=now,
        total=found.total,
        planned=_sum_of([line.planned for line in known]),
        tables=_tables(session, found, closed),
        months=months,
        closing=closing,
        closed=closed,
        changes=changes_since_closing(session, closing) if closing else (),
    )


def _months(standings: YearStandings) -> list[MonthLine]:
    return [
        MonthLine(month.first, month.done, month.planned, month.closed)
        for month in standings.whole.months
    ]


def _sum_of(planned: Sequence[int | None]) -> int | None:
    known = [each for each in planned if each is not None]
    return sum(known) if known else None


def _tables(
    session: Session, found: Volume, closed: ClosedPart | None
) -> dict[str, list[ReportLine]]:
    tables = {}
    for key, names in names_of(session, DIMENSIONS).items():
        sums: dict[str, Amounts] = {}
        for row in found.rows:
            code = row.keys[key]
            sums[code] = sums.get(code, Amounts()) + row.amounts
        threes = closed.by(key) if closed else {}
        codes = [code for code in names if code in sums or code in threes]
        tables[key] = [
            ReportLine(names[code], sums.get(code, Amounts()), threes.get(code)) for code in codes
        ]
    return tables
