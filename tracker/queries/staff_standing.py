"""How doctors stand beside each other in some days, and the rows behind one's own figures. No writes."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from tracker.domain.comparison import Comparison, comparison_of, months_between
from tracker.domain.shares import Shares, share_points, shares_on
from tracker.queries.exams import ExamDetails, ExamFilter, Place, list_exams
from tracker.queries.shares import shares_rows
from tracker.queries.staff import doctors_in_service
from tracker.queries.staff_volume import StaffFigures, staff_figures
from tracker.queries.unmatched import UnmatchedName, not_matched


@dataclass(frozen=True, slots=True)
class PersonStanding:
    """One person's figures, and the own exams ÷ the months of the days as far as they are over."""

    figures: StaffFigures
    reports_a_month: float


@dataclass(frozen=True, slots=True)
class StaffStanding:
    """Everybody; how doctors who examined compare, by figure; `unmatched`: names of files and their exams.

    `shares` are those of the last day; `doctors` of the department were in service at its end (or are today).
    """

    people: list[PersonStanding]
    comparisons: Mapping[str, Comparison]
    unmatched: list[UnmatchedName]
    months: float
    shares: Shares
    doctors: int


_COMPARED: Mapping[str, Callable[[PersonStanding], float | None]] = {
    "exams": lambda one: one.figures.own.exams,
    "points": lambda one: one.figures.points_hundredths / 100,
    "points_a_day": lambda one: one.figures.points_a_day,
    "reports_a_month": lambda one: one.reports_a_month,
}
COMPARED = tuple(_COMPARED)
"""The figures that are compared."""


def staff_standing(session: Session, first: date, last: date, *, today: date) -> StaffStanding:
    """Both days inclusive. Nine statements, whatever the days."""
    months = months_between(first, min(last, today))
    people = [_standing(figures, months) for figures in staff_figures(session, first, last)]
    return StaffStanding(
        people=people,
        comparisons=_comparisons(people),
        unmatched=not_matched(session, first, last),
        months=months,
        shares=shares_on(last, [row.held for row in shares_rows(session)]),
        doctors=doctors_in_service(session, min(last, today)),
    )


def person_standing(
    session: Session, code: str, first: date, last: date, *, today: date
) -> PersonStanding | None:
    """One person (a code), with or without figures; None where nobody has the code. Six statements."""
    found = staff_figures(session, first, last, code=code, with_empty=True)
    return _standing(found[0], months_between(first, min(last, today))) if found else None


def _standing(figures: StaffFigures, months: float) -> PersonStanding:
    return PersonStanding(figures, figures.own.exams / months if months else 0.0)


def _comparisons(people: Iterable[PersonStanding]) -> dict[str, Comparison]:
    """Of doctors who examined: whoever only assisted is no measure for them."""
    examined = [one for one in people if one.figures.own.exams and one.figures.kind == "doctor"]
    found = {
        name: comparison_of(value for one in examined if (value := value_of(one)) is not None)
        for name, value_of in _COMPARED.items()
    }
    return {name: each for name, each in found.items() if each is not None}


@dataclass(frozen=True, slots=True)
class OwnRow:
    """An exam in which one person took part: as what, and the points (hundredths) that brought."""

    exam: ExamDetails
    role: str
    points_hundredths: int


def own_rows(
    session: Session, code: str, first: date, last: date, *, after: Place | None, limit: int
) -> list[OwnRow]:
    """The exams of the days in which somebody (a code) took part, newest first. Two statements."""
    chosen = ExamFilter(first, last, taking_part=code)
    exams = list_exams(session, chosen, after=after, limit=limit, newest_first=True)
    known = [row.held for row in shares_rows(session)]
    return [_own_row(exam, code, shares_on(exam.local_date, known)) for exam in exams]


def _own_row(exam: ExamDetails, code: str, shares: Shares) -> OwnRow:
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
