"""Another exam of its type that the patient has on the same day: perhaps one exam, written down twice. No writes."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.models import Device, Exam
from tracker.queries.counting import counts


@dataclass(frozen=True, slots=True)
class SameExam:
    """The exam that counts already, with what people know it by."""

    id: int
    number: str
    started_at: datetime
    device: str


def same_exam_that_day(session: Session, exam: Exam) -> SameExam | None:
    """The first other exam of this patient, type and day that counts; `exam` need not be stored. One statement."""
    if exam.patient_id is None:
        return None
    found = session.execute(
        select(Exam.id, Exam.number, Exam.started_at, Device.code)
        .join(Device, Device.id == Exam.device_id)
        .where(
            Exam.patient_id == exam.patient_id,
            Exam.exam_type_id == exam.exam_type_id,
            Exam.local_date == exam.local_date,
            Exam.id.is_distinct_from(exam.id),
            counts(),
        )
        .order_by(Exam.started_at, Exam.id)
        .limit(1)
    ).first()
    return None if found is None else SameExam(*found)


def same_exam_as(session: Session, exam_id: int) -> SameExam | None:
    """The same for a stored exam."""
    return same_exam_that_day(session, session.get_one(Exam, exam_id))
