"""Which of a patient's exams on a day opens the visit: the first that counts. The roll-ups are writes/volume's.

Exams done here come before those brought in from files, so that putting an import in force or undoing it changes
nothing about ours; those of an import that waits are marked as they will count.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.models import Exam, ExamImport, Patient

PatientDay = tuple[int, date]
_LATEST = datetime.max.replace(tzinfo=UTC)


def patient_days(exams: Iterable[Exam]) -> set[PatientDay]:
    """The patients and days of exams; one brought in without a patient has its visit from its file."""
    return {(exam.patient_id, exam.local_date) for exam in exams if exam.patient_id is not None}


def open_visits(session: Session, days: Collection[PatientDay]) -> list[Exam]:
    """Mark anew which exams open the visits of these patients on these days; returns those that changed.

    Locks the patients: of two who finish exams of one patient the second sees what the first one did.
    """
    if not days:
        return []
    session.flush()
    if session.get_bind().dialect.name == "postgresql":
        ids = {patient_id for patient_id, _ in days}
        locked = select(Patient.id).where(Patient.id.in_(ids)).order_by(Patient.id)
        session.execute(locked.with_for_update(key_share=True))
    changed: list[Exam] = []
    for patient_id, local_date in sorted(days):
        changed += _marked(_exams_on(session, patient_id, local_date))
    session.flush()
    return changed


def _exams_on(session: Session, patient_id: int, local_date: date) -> Sequence[Any]:
    """Rows of an exam, and when its import came in force and was undone."""
    return session.execute(
        select(Exam, ExamImport.in_force_at, ExamImport.undone_at)
        .outerjoin(ExamImport, ExamImport.id == Exam.import_id)
        .where(Exam.patient_id == patient_id, Exam.local_date == local_date)
    ).all()


def _marked(rows: Sequence[Any]) -> list[Exam]:
    opening = _opening(rows)
    changed = [row.Exam for row in rows if row.Exam.opens_visit != (row.Exam.id in opening)]
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


def _place(row: Any) -> tuple[object, ...]:
    exam = row.Exam
    brought_in = (exam.import_id is not None, row.in_force_at or _LATEST, exam.import_id or 0)
    return (*brought_in, exam.started_at, exam.id)
