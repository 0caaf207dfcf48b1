"""What doctors say about their own figures, *not mine* and *missing*, and what the head makes of it."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.db import service
from tracker.domain.errors import (
    N_,
    ConflictError,
    ForbiddenError,
    InvalidError,
    NotFoundError,
)
from tracker.domain.patients import LONGEST_NUMBER
from tracker.domain.texts import LONGEST_REASON, needed_reason, plain_line
from tracker.models import Account, Exam, ExamType, Objection, StaffMember
from tracker.writes.audit import note_row
from tracker.writes.booking_rows import Author
from tracker.writes.entering import ExamEntry, any_device_id, enter_exam, lock_entries
from tracker.writes.exam_rows import correct_exam, lock_exam
from tracker.writes.idempotency import Answer, Claim, answer_once
from tracker.writes.placing import day_of
from tracker.writes.volume import count_exams

_PARTS = ("operator", "supervisor", "assistant")


@service
def object_not_mine(
    session: Session, exam_id: int, *, note: str = "", by: int, now: datetime
) -> int:
    """Say that one did not take part in an exam that names one; returns the objection's id. It counts on.

    Raises NotFoundError, ForbiddenError (it names somebody else), ConflictError (voided, or said already).
    """
    exam = lock_exam(session, exam_id)
    own = _own_staff_id(session, by)
    if own not in {getattr(exam, f"{part}_id") for part in _PARTS}:
        raise ForbiddenError(N_("This exam does not count for you."))
    if exam.voided_at is not None:
        raise ConflictError(N_("This exam is voided already."), code="already_voided")
    said = select(Objection.id).where(Objection.exam_id == exam_id, Objection.decided_at.is_(None))
    if session.scalar(said) is not None:
        raise ConflictError(N_("An objection to this exam waits for the head already."))
    row = Objection(
        kind="not_mine",
        staff_member_id=own,
        exam_id=exam.id,
        exam_type_id=exam.exam_type_id,
        device_id=exam.device_id,
        local_date=exam.local_date,
        note=plain_line(note, field="note", longest=LONGEST_REASON),
    )
    return _add(session, row, Author(by, now))


@dataclass(frozen=True, slots=True)
class MissingExam:
    """An exam that one did and that is not here, as one remembers it; codes, and the patient's number as typed."""

    patient: str
    exam_type: str
    device: str
    day: date
    note: str = ""


@service
def report_missing(
    session: Session, missing: MissingExam, *, by: int, now: datetime, claim: Claim | None = None
) -> int | Answer:
    """Say that an exam of one's own is missing; returns the objection's id. Nothing counts yet.

    A `claim` (see there) has the answer rendered, and one given before under its key again.
    Raises ForbiddenError (the account is no member of staff) and InvalidError with the field.
    """

    def report() -> int:
        return _add(session, _missing(session, missing, by=by, now=now), Author(by, now))

    return answer_once(session, claim, report, now=now)


def _missing(session: Session, missing: MissingExam, *, by: int, now: datetime) -> Objection:
    own = _own_staff_id(session, by)
    if missing.day > day_of(now):
        raise InvalidError(N_("An exam cannot start in the future."), field="day")
    exam_type_id = session.scalar(select(ExamType.id).where(ExamType.code == missing.exam_type))
    if exam_type_id is None:
        raise InvalidError(N_("There is no such exam type."), field="exam_type")
    number = plain_line(missing.patient, field="patient", least=1, longest=LONGEST_NUMBER)
    return Objection(
        kind="missing",
        staff_member_id=own,
        patient_number=number,
        exam_type_id=exam_type_id,
        device_id=any_device_id(session, missing.device),
        local_date=missing.day,
        note=plain_line(missing.note, field="note", longest=LONGEST_REASON),
    )


@service
def hand_exam_on(
    session: Session, objection_id: int, *, to: str | None, reason: str, by: int, now: datetime
) -> None:
    """Agree that an exam is not the doctor's: a new version names another (a code), or nobody in place of a
    supervisor or assistant.

    Raises InvalidError (operator, reason), ConflictError (decided, voided, the exam was corrected meanwhile),
    NotFoundError.
    """
    author = Author(by, now, needed_reason(reason))
    row = _open(session, objection_id, "not_mine")
    exam = lock_exam(session, row.exam_id or 0)
    if exam.voided_at is not None:
        raise ConflictError(N_("This exam is voided already."), code="already_voided")
    correct_exam(session, exam, _change_of(session, exam, row.staff_member_id, to), author)
    _decide(session, row, "corrected", author)


def _change_of(session: Session, exam: Exam, staff_id: int, to: str | None) -> dict[str, object]:
    """The column in which the doctor stands, with somebody else in it."""
    part = next((each for each in _PARTS if getattr(exam, f"{each}_id") == staff_id), None)
    if part is None:
        raise ConflictError(N_("The exam names this doctor no longer. Decline the objection."))
    if not to:
        if part == "operator":
            raise InvalidError(N_("Say who examined."), field="operator")
        return {f"{part}_id": None}
    found = session.execute(
        select(StaffMember.id, StaffMember.kind).where(StaffMember.code == to)
    ).first()
    if found is None:
        raise InvalidError(N_("There is no such staff member."), field="operator")
    if part != "assistant" and found.kind != "doctor":
        raise InvalidError(N_("Only a doctor examines or supervises."), field="operator")
    if found.id in {getattr(exam, f"{each}_id") for each in _PARTS}:
        raise InvalidError(N_("This person already takes part in the exam."), field="operator")
    return {f"{part}_id": found.id}


@service
def enter_missing(
    session: Session, objection_id: int, entry: ExamEntry, *, by: int, now: datetime
) -> int:
    """Agree that an exam is missing and enter it, as any exam that is entered later; returns the exam's id.

    Raises as `enter_exam_later` does, ConflictError (decided) and InvalidError on `reason`, which is needed.
    """
    author = Author(by, now, needed_reason(entry.reason))
    row = _open(session, objection_id, "missing")
    lock_entries(session, [entry], author)
    exam = enter_exam(session, entry, author)
    count_exams(session, [exam])
    row.made_exam_id = exam.id
    _decide(session, row, "entered", author)
    return exam.id


@service
def decline_objection(
    session: Session, objection_id: int, *, reason: str, by: int, now: datetime
) -> None:
    """Leave everything as it is, with a reason. Raises InvalidError (reason), ConflictError (decided), NotFoundError."""
    author = Author(by, now, needed_reason(reason))
    row = _open(session, objection_id, None)
    _decide(session, row, "kept" if row.kind == "not_mine" else "declined", author)


def _own_staff_id(session: Session, by: int) -> int:
    own = session.get_one(Account, by).staff_member_id
    if own is None:
        raise ForbiddenError(N_("This account belongs to no member of staff."))
    return own


def _open(session: Session, objection_id: int, kind: str | None) -> Objection:
    """The objection, locked. Raises NotFoundError, ConflictError."""
    row = session.get(Objection, objection_id, with_for_update=True, populate_existing=True)
    if row is None or (kind is not None and row.kind != kind):
        raise NotFoundError(N_("There is no such objection."))
    if row.decided_at is not None:
        raise ConflictError(N_("This objection is decided already."))
    return row


def _add(session: Session, row: Objection, author: Author) -> int:
    row.made_at, row.made_by_id = author.now, author.by
    session.add(row)
    session.flush()
    # notes and reasons stay out of the audit: somebody may have written a patient's name
    note_row(session, row, "add", author, {"kind": row.kind})
    return row.id


def _decide(session: Session, row: Objection, decision: str, author: Author) -> None:
    row.decision, row.decision_reason = decision, author.reason
    row.decided_at, row.decided_by_id = author.now, author.by
    session.flush()
    note_row(session, row, "decide", author, {"decision": decision})
