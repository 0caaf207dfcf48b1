"""Naming the doctor of exams that files brought for somebody unknown: many at once, each by a new version.

What one exam says is corrected by exam_rows; whose visit it opens does not depend on its doctor.
"""

from collections.abc import Sequence

from sqlalchemy import and_, insert, or_, select
from sqlalchemy.orm import Session

from tracker.domain.fileexams import NOT_MATCHED
from tracker.models import AuditEntry, Exam, ExamVersion, ImportedExam, StaffMember
from tracker.queries.counting import counts
from tracker.queries.exams import Place
from tracker.writes.audit import audit_values
from tracker.writes.booking_rows import Author
from tracker.writes.closing import touch_months
from tracker.writes.exam_rows import as_it_stands
from tracker.writes.volume import counted_as, move_exams


def name_operator(
    session: Session, name: str, staff_id: int, author: Author, *, after: Place | None, limit: int
) -> Place | None:
    """Give the next exams of a name, by day and id from behind `after`, to a staff member; returns the place of the last.

    None when no more is to come. Exams in which that person takes part otherwise stay as they are. Raises InvalidError and StaleError of closed months.
    """
    exams = _next(session, name, after, limit)
    named = [exam for exam in exams if staff_id not in (exam.supervisor_id, exam.assistant_id)]
    if named:
        _give(session, named, staff_id, author)
    return (exams[-1].local_date, exams[-1].id) if len(exams) == limit else None


def _next(session: Session, name: str, after: Place | None, limit: int) -> Sequence[Exam]:
    day, number = Exam.local_date, Exam.id
    unknown = select(StaffMember.id).where(StaffMember.code == NOT_MATCHED).scalar_subquery()
    chosen = (
        select(Exam)
        .join(ImportedExam, ImportedExam.exam_id == Exam.id)
        .where(Exam.operator_id == unknown, ImportedExam.operator_text == name, counts())
    )
    if after is not None:
        chosen = chosen.where(or_(day > after[0], and_(day == after[0], number > after[1])))
    ordered = chosen.order_by(day, number).limit(limit)
    return session.scalars(ordered.with_for_update(of=Exam)).all()


def _give(session: Session, exams: Sequence[Exam], staff_id: int, author: Author) -> None:
    touch_months(session, {exam.local_date for exam in exams}, author)
    session.execute(insert(ExamVersion), [as_it_stands(exam, author) for exam in exams])
    before = [counted_as(exam) for exam in exams]
    for exam in exams:
        exam.operator_id = staff_id
        exam.version += 1
    session.flush()
    move_exams(session, before, exams)
    entry = audit_values(action="correct", entity="exam", by=author.by, now=author.now)
    change = {"operator_id": staff_id}
    entries = [{**entry, "entity_id": str(exam.id), "change": change} for exam in exams]
    session.execute(insert(AuditEntry), entries)
