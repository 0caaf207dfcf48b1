"""What the pages of doctors' figures show: everybody for the head, the own figures and rows for a doctor."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from tracker.domain.comparison import Comparison, comparison_of, months_between
from tracker.domain.shares import Shares, share_points, shares_on
from tracker.queries import Reading
from tracker.queries.exams import ExamDetails, ExamFilter, Place, list_exams
from tracker.queries.shares import shares_rows
from tracker.queries.staff_volume import StaffFigures, not_matched, staff_figures
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
    """Everybody's lines; how those who examined compare, by figure; `unmatched`: names of files and their exams."""

    lines: list[StaffLine]
    comparisons: Mapping[str, Comparison]
    unmatched: list[tuple[str, int]]
    unmatched_href: str
    months: float
    shares: Shares


_COMPARED: Mapping[str, Callable[[StaffLine], float | None]] = {
    "exams": lambda line: line.figures.own.exams,
    "points": lambda line: line.figures.points_hundredths / 100,
    "points_a_day": lambda line: line.figures.points_a_day,
    "reports_a_month": lambda line: line.reports_a_month,
}


def read_staff(reading: Reading, stretch: DayStretch, *, today: date) -> StaffPage:
    """Eight statements, whatever the days."""
    months = months_between(stretch.first, min(stretch.last, today))
    lines = [
        _line(figures, stretch, months)
        for figures in staff_figures(reading, stretch.first, stretch.last)
    ]
    return StaffPage(
        lines=lines,
        comparisons=_comparisons(lines),
        unmatched=not_matched(reading, stretch.first, stretch.last),
        unmatched_href=stretch.address("/exams", operator="?"),
        months=months,
        shares=shares_on(stretch.last, [row.held for row in shares_rows(reading)]),
    )


def _line(figures: StaffFigures, stretch: DayStretch, months: float) -> StaffLine:
    code = figures.code
    return StaffLine(
        figures=figures,
        href=stretch.address("/volume/staff", doctor=code),
        own_href=stretch.address("/exams", operator=code),
        supervised_href=stretch.address("/exams", supervisor=code),
        assisted_href=stretch.address("/exams", assistant=code),
        reports_a_month=figures.own.exams / months if months else 0.0,
    )


def _comparisons(lines: list[StaffLine]) -> dict[str, Comparison]:
    """Of doctors who examined: whoever only assisted is no measure for them."""
    examined = [line for line in lines if line.figures.own.exams and line.figures.kind == "doctor"]
    found = {
        name: comparison_of(value for line in examined if (value := value_of(line)) is not None)
        for name, value_of in _COMPARED.items()
    }
    return {name: each for name, each in found.items() if each is not None}


@dataclass(frozen=True, slots=True)
class OwnRow:
    """An exam in which one person took part: as what, and the points (hundredths) that brought."""

    exam: ExamDetails
    role: str
    points_hundredths: int


@dataclass(frozen=True, slots=True)
class DoctorPage:
    """One person's line, the share that is not theirs to compare left out, and the rows, newest first."""

    line: StaffLine
    rows: list[OwnRow]
    next_place: Place | None


def read_doctor(
    reading: Reading, code: str, stretch: DayStretch, *, today: date, after: Place | None
) -> DoctorPage | None:
    """Nine statements; None where nobody has the code."""
    found = staff_figures(reading, stretch.first, stretch.last, code=code, with_empty=True)
    if not found:
        return None
    months = months_between(stretch.first, min(stretch.last, today))
    chosen = ExamFilter(stretch.first, stretch.last, taking_part=code)
    exams = list_exams(reading, chosen, after=after, limit=ROWS + 1, newest_first=True)
    known = [row.held for row in shares_rows(reading)]
    shown = exams[:ROWS]
    return DoctorPage(
        line=_line(found[0], stretch, months),
        rows=[own_row(exam, code, shares_on(exam.local_date, known)) for exam in shown],
        next_place=(shown[-1].local_date, shown[-1].id) if len(exams) > ROWS else None,
    )


def own_row(exam: ExamDetails, code: str, shares: Shares) -> OwnRow:
    """What an exam is for somebody who took part in it."""
    got = share_points(
        exam.points_hundredths,
        shares,
        supervised=exam.supervisor is not None,
        assisted=exam.assistant is not None,
    )
    if exam.operator == code:
        return OwnRow(exam, "operator", got.operator)
    if exam.supervisor == code:
        return OwnRow(exam, "supervisor", got.supervisor)
    return OwnRow(exam, "assistant", got.assistant)
