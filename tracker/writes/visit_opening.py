"""Which exams open a visit: of a patient on a day the first that counts, of a file's patient the first of the file.

Exams done here come before those brought in from files, so that putting an import in force or undoing it changes
nothing about ours; those of an import that waits are marked as they will count. The roll-ups are writes/volume's.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tracker.domain.fileexams import patient_of
from tracker.models import Exam, ExamImport, ImportedExam, Patient

Visit = tuple[int, int, date]
"""A patient and 0, or 0 and the import whose exams know no patient; and the day."""
_LATEST = datetime.max.replace(tzinfo=UTC)


def visits_of(exams: Iterable[Exam]) -> set[Visit]:
    """Whose visits on which days exams are."""
    return {
        (exam.patient_id or 0, 0 if exam.patient_id else exam.import_id or 0, exam.local_date)
        for exam in exams
    }


def open_visits(session: Session, visits: Collection[Visit]) -> list[Exam]:
    """Mark anew which exams open these visits; returns those that changed.

    Locks the patients, and the imports of those without: of two who finish exams of one patient the second sees what
    the first one did.
    """
    if not visits:
        return []
    session.flush()
    _lock(session, Patient.id, {patient_id for patient_id, _import_id, _day in visits})
    _lock(session, ExamImport.id, {import_id for _patient_id, import_id, _day in visits})
    changed: list[Exam] = []
    for patient_id, import_id, local_date in sorted(visits):
        if patient_id:
            rows = _exams_on(session, patient_id, local_date)
            changed += _marked([row.Exam for row in rows], _opening(rows))
        else:
            of_file = _exams_of_file(session, import_id, local_date, local_date)
            changed += _marked([row.Exam for row in of_file], _opening_in_file(of_file))
    session.flush()
    return changed


def open_visits_of_file(session: Session, import_id: int, first: date, last: date) -> None:
    """Mark the visits of these days of a file that is being staged, whatever the order of its rows."""
    rows = _exams_of_file(session, import_id, first, last, entities=(Exam.id, Exam.opens_visit))
    opening = _opening_in_file(rows)
    for opens in (True, False):
        wrong = [
            row.id for row in rows if row.opens_visit != opens and (row.id in opening) is opens
        ]
        for place in range(0, len(wrong), 500):
            chosen = Exam.id.in_(wrong[place : place + 500])
            session.execute(update(Exam).where(chosen).values(opens_visit=opens))


def _lock(session: Session, column: Any, ids: set[int]) -> None:
    if ids - {0} and session.get_bind().dialect.name == "postgresql":
        locked = select(column).where(column.in_(ids - {0})).order_by(column)
        session.execute(locked.with_for_update(key_share=True))


def _exams_on(session: Session, patient_id: int, local_date: date) -> Sequence[Any]:
    """Rows of an exam, and when its import came in force and was undone."""
    return session.execute(
        select(Exam, ExamImport.in_force_at, ExamImport.undone_at)
        .outerjoin(ExamImport, ExamImport.id == Exam.import_id)
        .where(Exam.patient_id == patient_id, Exam.local_date == local_date)
    ).all()


def _exams_of_file(
    session: Session, import_id: int, first: date, last: date, *, entities: Sequence[Any] = (Exam,)
) -> Sequence[Any]:
    """The exams of an import that know no patient, and what their file calls him."""
    return session.execute(
        select(
            *entities,
            Exam.id.label("exam_id"),
            Exam.local_date,
            Exam.started_at,
            Exam.voided_at,
            ImportedExam.patient_name,
            ImportedExam.id_number,
            ImportedExam.mrn,
        )
        .join(ImportedExam, ImportedExam.exam_id == Exam.id)
        .where(
            Exam.import_id == import_id,
            Exam.patient_id.is_(None),
            Exam.local_date.between(first, last),
        )
    ).all()


def _marked(exams: Sequence[Exam], opening: Collection[int]) -> list[Exam]:
    changed = [exam for exam in exams if exam.opens_visit != (exam.id in opening)]
    for exam in changed:
        exam.opens_visit = exam.id in opening
    return changed


def _opening(rows: Sequence[Any]) -> set[int]:
    """The ids of the first one that counts; where none does, of the first of each import that waits."""
    alive = [row for row in rows if row.Exam.voided_at is None and row.undone_at is None]
    counting = [row for row in alive if row.Exam.import_id is None or row.in_force_at is not None]
    if counting:
        return {min(counting, key=_place).Exam.id}
    first: dict[int | None, int] = {}
    for row in sorted(alive, key=_place):
        first.setdefault(row.Exam.import_id, row.Exam.id)
    return set(first.values())


def _opening_in_file(rows: Sequence[Any]) -> set[int]:
    """The ids of the first exam of each patient of a file on each day; who is not named has a visit of his own."""
    first: dict[tuple[str | int, date], int] = {}
    alive = [row for row in rows if row.voided_at is None]
    for row in sorted(alive, key=lambda row: (row.started_at, row.exam_id)):
        first.setdefault((patient_of(row) or row.exam_id, row.local_date), row.exam_id)
    return set(first.values())


def _place(row: Any) -> tuple[object, ...]:
    exam = row.Exam
    brought_in = (exam.import_id is not None, row.in_force_at or _LATEST, exam.import_id or 0)
    return (*brought_in, exam.started_at, exam.id)
