"""Which exams count: the one expression by which every list and every figure chooses them. No statements of its own."""

from sqlalchemy import ColumnElement, Select, and_, or_, select

from tracker.models import Exam, ExamImport


def counts() -> ColumnElement[bool]:
    """An exam counts unless it was voided; one brought in from a file while its import is in force."""
    return and_(Exam.voided_at.is_(None), or_(Exam.import_id.is_(None), is_in_force()))


def is_in_force() -> ColumnElement[bool]:
    """Whether the import of an exam is in force; false for an exam that no import brought."""
    return Exam.import_id.in_(imports_in_force())


def imports_in_force() -> Select[int]:
    """The ids of the imports whose exams count."""
    return select(ExamImport.id).where(
        ExamImport.in_force_at.is_not(None), ExamImport.undone_at.is_(None)
    )


def is_live() -> ColumnElement[bool]:
    """Whether somebody clicked the times of an exam while it ran: minutes and waits are made of these alone."""
    return and_(Exam.entered_later.is_(False), Exam.import_id.is_(None))
