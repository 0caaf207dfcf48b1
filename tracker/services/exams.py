"""Exams outside the machine's clicks: entered later, corrected by a new version, voided."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.db import service
from tracker.domain.corrections import Corrector, may_correct
from tracker.domain.errors import (
    N_,
    ConflictError,
    ForbiddenError,
    InvalidError,
    NotFoundError,
)
from tracker.domain.lifecycle import Status
from tracker.domain.texts import needed_reason
from tracker.models import Account, Booking, Exam
from tracker.queries.catalogue import ExamTerms, exam_terms
from tracker.queries.imports import is_counting_import
from tracker.queries.openings import MOST_PARTS, known_terms, patient_id_of
from tracker.queries.weights import points_on
from tracker.writes.booking_rows import Author, lock_booking
from tracker.writes.entering import (
    ExamEntry,
    any_device_id,
    any_staff_id,
    check_times,
    enter_exam,
    lock_entries,
)
from tracker.writes.exam_rows import (
    checked_number,
    correct_exam,
    lock_exam,
    refuse_number_in_use,
    void_exam,
)
from tracker.writes.examining import undo_finish, whole_minutes
from tracker.writes.handing import give_booking
from tracker.writes.idempotency import Answer, Claim, answer_once
from tracker.writes.patient_rows import keep_patient, lock_patient
from tracker.writes.placing import day_of
from tracker.writes.taking_part import taking_part
from tracker.writes.volume import count_exams

__all__ = [
    "Correction",
    "ExamEntry",
    "correct",
    "enter_exam_later",
    "enter_exams_later",
    "void",
]


@service
def enter_exam_later(
    session: Session, entry: ExamEntry, *, by: int, now: datetime, claim: Claim | None = None
) -> int | Answer:
    """Log an exam that was done but not clicked; marked *entered later*. Returns its id.

    The patient's booking for it on that day is completed with these times, so that both count once.
    A `claim` (see there) has the answer rendered, and one given before under its key again. Raises InvalidError with the
    field (codes, times in the future or in the wrong order, a number in use, an exam that
    was entered before; `same_exam_that_day` unless the entry says it is another), NotFoundError (patient).
    """

    def enter() -> int:
        lock_entries(session, [entry], Author(by, now))
        exam = enter_exam(session, entry, Author(by, now))
        count_exams(session, [exam])
        return exam.id

    return answer_once(session, claim, enter, now=now)


@service
def enter_exams_later(
    session: Session, entries: list[ExamEntry], *, by: int, now: datetime
) -> list[int]:
    """Log several exams, all or none. An error's details name the row (`row`, from 0)."""
    lock_entries(session, entries, Author(by, now))
    entered = []
    for row, entry in enumerate(entries):
        try:
            entered.append(enter_exam(session, entry, Author(by, now)))
        except (InvalidError, NotFoundError, ConflictError) as error:
            raise type(error)(
                error.text,
                code=error.code,
                field=error.field,
                params=error.params,
                details={**error.details, "row": row},
            ) from error
    count_exams(session, entered)
    return [exam.id for exam in entered]


@service
def void(
    session: Session,
    exam_id: int,
    *,
    reason: str,
    by: int,
    now: datetime,
    version: int | None = None,
) -> None:
    """Void an exam: it stays on record and counts nothing; its booking is in progress again.

    Raises InvalidError (no reason), ConflictError (it counts nothing already), StaleError, NotFoundError.
    """
    author = Author(by, now, needed_reason(reason))
    found = session.get(Exam, exam_id)
    if found is not None and found.booking_id is not None and found.voided_at is None:
        booking, days = lock_booking(session, found.booking_id, now=now)
        exam = _counting(session, lock_exam(session, exam_id, version=version))
        if booking.status == Status.COMPLETED:
            undo_finish(session, booking, days, author)
            return
    else:
        exam = _counting(session, lock_exam(session, exam_id, version=version))
    void_exam(session, exam, author)


def _counting(session: Session, exam: Exam) -> Exam:
    """An exam that counts: of one that does not, the sums are nobody's."""
    if exam.voided_at is not None:
        raise ConflictError(N_("This exam is voided already."), code="already_voided")
    if exam.import_id is not None and not is_counting_import(session, exam.import_id):
        raise ConflictError(
            N_("The import that brought this exam does not count."), code="import_not_in_force"
        )
    return exam


@dataclass(frozen=True, slots=True)
class Correction:
    """What an exam should have said, in codes, and why it is changed.

    `patient` is not asked for where a file brought the exam: whom its words mean is not known here.
    """

    exam_type: str
    stream: str
    device: str
    operator: str
    started_at: datetime
    ended_at: datetime
    parts: int
    number: str
    patient: int | str | None
    reason: str
    supervisor: str | None = None
    assistant: str | None = None


@service
def correct(
    session: Session,
    exam_id: int,
    correction: Correction,
    *,
    by: int,
    now: datetime,
    version: int | None = None,
) -> None:
    """Make a new version of an exam with a reason; the one before is kept, the volume follows, and so does
    its booking where the patient was the wrong one.

    Raises as `enter_exam_later` and `void` do, and ForbiddenError unless the head does it, or the exam's
    operator on its day.
    """
    author = Author(by, now, needed_reason(correction.reason))
    booking = _booking_of(session, exam_id, now)
    exam = _counting(session, lock_exam(session, exam_id, version=version))
    _refuse_stranger(session, exam, by, now)
    correction = _checked(session, exam, correction, now)
    changes = _changes(session, exam, correction)
    if exam.import_id is None:
        changes["patient_id"] = _patient(session, correction, booking, author)
    correct_exam(session, exam, changes, author)


def _checked(session: Session, exam: Exam, correction: Correction, now: datetime) -> Correction:
    """The correction as it is kept. A file's number may be used twice, and its times be odd: new ones may not."""
    is_ours = exam.import_id is None
    started_at, ended_at = correction.started_at, correction.ended_at
    if is_ours or (started_at, ended_at) != (exam.started_at, exam.ended_at):
        check_times(started_at, ended_at, now, may_lack_end=not is_ours)
    correction = replace(correction, number=checked_number(correction.number))
    if is_ours:
        refuse_number_in_use(session, correction.number, besides=exam.id)
    return correction


def _patient(
    session: Session, correction: Correction, booking: Booking | None, author: Author
) -> int:
    """The id of the right patient, kept as such; the booking is given to another one."""
    patient_id = patient_id_of(session, correction.patient or "")  # locked once, as it is needed
    if booking is not None and booking.patient_id != patient_id:
        lock_patient(session, patient_id)
        give_booking(session, booking, patient_id, author)
    else:
        keep_patient(session, patient_id)
    return patient_id


def _booking_of(session: Session, exam_id: int, now: datetime) -> Booking | None:
    """The booking of an exam, locked before it."""
    booking_id = session.scalar(select(Exam.booking_id).where(Exam.id == exam_id))
    return None if booking_id is None else lock_booking(session, booking_id, now=now)[0]


def _refuse_stranger(session: Session, exam: Exam, by: int, now: datetime) -> None:
    account = session.get_one(Account, by)
    who = Corrector(account.roles, account.staff_member_id)
    today = day_of(now)
    if not may_correct(who, operator_id=exam.operator_id, exam_day=exam.local_date, today=today):
        raise ForbiddenError(
            N_("Its operator corrects an exam on the same day, the head of department afterwards.")
        )


def _terms_for(session: Session, exam: Exam, correction: Correction) -> ExamTerms:
    """The terms of the pair in service; the exam's own pair may have been retired since."""
    codes = (correction.exam_type, correction.stream)
    terms = exam_terms(session, exam_type_code=codes[0], stream_code=codes[1])
    own = (exam.exam_type_id, exam.stream_id)
    is_own = terms is not None and (terms.exam_type_id, terms.stream_id) == own
    if terms is not None and is_own and 1 <= correction.parts <= MOST_PARTS:
        return terms
    return known_terms(session, *codes, correction.parts)


def _changes(session: Session, exam: Exam, correction: Correction) -> dict[str, object]:
    terms = _terms_for(session, exam, correction)
    day = day_of(correction.started_at)
    same = (terms.exam_type_id, terms.stream_id, correction.parts, day) == (
        exam.exam_type_id,
        exam.stream_id,
        exam.parts,
        exam.local_date,
    )
    points = exam.points_hundredths
    if not same:
        points = points_on(session, terms, correction.parts, day)
    is_brought = exam.import_id is not None
    operator_id = any_staff_id(session, correction.operator, may_be_unmatched=is_brought)
    named = {"supervisor": correction.supervisor, "assistant": correction.assistant}
    return taking_part(session, operator_id, **named) | {
        "number": correction.number,
        "exam_type_id": terms.exam_type_id,
        "parts": correction.parts,
        "stream_id": terms.stream_id,
        "device_id": any_device_id(session, correction.device),
        "operator_id": operator_id,
        "started_at": correction.started_at,
        "ended_at": correction.ended_at,
        "local_date": day,
        "minutes": _minutes(exam, correction),
        # points were copied when the exam was logged; only another type, parts or day change them
        "points_hundredths": points,
    }


def _minutes(exam: Exam, correction: Correction) -> int:
    """Those of a file are cut where ours are rounded: they stand while its times do."""
    if (correction.started_at, correction.ended_at) == (exam.started_at, exam.ended_at):
        return exam.minutes
    return whole_minutes(correction.ended_at - correction.started_at)
