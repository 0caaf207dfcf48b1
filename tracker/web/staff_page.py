"""What the pages of doctors' figures show: everybody for the head, the own figures and rows for a doctor."""

from dataclasses import dataclass
from datetime import date

from tracker.queries import Reading
from tracker.queries.exams import Place
from tracker.queries.staff_standing import (
    OwnRow,
    PersonStanding,
    StaffStanding,
    own_rows,
    person_standing,
    staff_standing,
)
from tracker.queries.staff_volume import StaffFigures
from tracker.web.day_stretch import DayStretch

ROWS = 50


@dataclass(frozen=True, slots=True)
class StaffLine:
    """One person's figures with the lists behind them."""

    figures: StaffFigures
    href: str
    own_href: str
    supervised_href: str
    assisted_href: str
    reports_a_month: float


@dataclass(frozen=True, slots=True)
class StaffPage:
    """Everybody's lines, and how they compare."""

    lines: list[StaffLine]
    standing: StaffStanding
    unmatched_href: str


def read_staff(reading: Reading, stretch: DayStretch, *, today: date) -> StaffPage:
    """Nine statements, whatever the days."""
    standing = staff_standing(reading, stretch.first, stretch.last, today=today)
    return StaffPage(
        lines=[_line(each, stretch) for each in standing.people],
        standing=standing,
        unmatched_href=stretch.address("/exams", operator="?"),
    )


def _line(one: PersonStanding, stretch: DayStretch) -> StaffLine:
    code = one.figures.code
    return StaffLine(
        figures=one.figures,
        href=stretch.address("/volume/staff", doctor=code),
        own_href=stretch.address("/exams", operator=code),
        supervised_href=stretch.address("/exams", supervisor=code),
        assisted_href=stretch.address("/exams", assistant=code),
        reports_a_month=one.reports_a_month,
    )


@dataclass(frozen=True, slots=True)
class DoctorPage:
    """One person's line, the share that is not theirs to compare left out, and the rows, newest first."""

    line: StaffLine
    rows: list[OwnRow]
    next_place: Place | None


def read_doctor(
    reading: Reading, code: str, stretch: DayStretch, *, today: date, after: Place | None
) -> DoctorPage | None:
    """Eight statements; None where nobody has the code."""
    days = stretch.first, stretch.last
    found = person_standing(reading, code, *days, today=today)
    if found is None:
        return None
    rows = own_rows(reading, code, *days, after=after, limit=ROWS + 1)
    last = rows[ROWS - 1].exam if len(rows) > ROWS else None
    return DoctorPage(
        line=_line(found, stretch),
        rows=rows[:ROWS],
        next_place=None if last is None else (last.local_date, last.id),
    )
