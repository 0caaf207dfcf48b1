"""The doctors of files whom nobody here is known to be: their names, and how many exams each did. No writes."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from tracker.domain.errors import N_, NotFoundError
from tracker.domain.fileexams import NOT_MATCHED
from tracker.models import Exam, ImportedExam, StaffMember
from tracker.queries.counting import counts


@dataclass(frozen=True, slots=True)
class UnmatchedName:
    """A name as files have it ("": an empty cell), its exams that count, and the newest of them."""

    name: str
    exams: int
    exam_id: int


def not_matched(session: Session, first: date, last: date) -> list[UnmatchedName]:
    """The names of these days, with most exams first. One statement."""
    number = func.count().label("exams")
    rows = session.execute(
        _unmatched(ImportedExam.operator_text, number, func.max(Exam.id))
        .where(Exam.local_date.between(first, last))
        .group_by(ImportedExam.operator_text)
        .order_by(number.desc(), ImportedExam.operator_text)
    )
    return [UnmatchedName(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class NameInFiles:
    """A name with all its exams that are not matched, and the days of the first and the last (None without any)."""

    name: str
    exams: int
    first: date | None
    last: date | None


def name_in_files(session: Session, exam_id: int) -> NameInFiles:
    """The name that a file has for the doctor of an exam. Raises NotFoundError for one that no file brought. Two statements."""
    said = select(ImportedExam.operator_text).where(ImportedExam.exam_id == exam_id)
    name = session.scalar(said)
    if name is None:
        raise NotFoundError(N_("No file brought this exam."))
    days = (func.min(Exam.local_date), func.max(Exam.local_date))
    row = session.execute(
        _unmatched(func.count(), *days).where(ImportedExam.operator_text == name)
    ).one()
    return NameInFiles(name, *row)


def _unmatched(*columns: Any) -> Select[Any]:
    return (
        select(*columns)
        .select_from(ImportedExam)
        .join(Exam, Exam.id == ImportedExam.exam_id)
        .join(StaffMember, StaffMember.id == Exam.operator_id)
        .where(StaffMember.code == NOT_MATCHED, counts())
    )
