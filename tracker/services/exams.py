"""Exams outside the machine's clicks: entered later, corrected by a new version, voided."""

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.db import service
from tracker.domain.corrections import Corrector, may_correct
from tracker.domain.errors import (
    N_,
    ConflictError,
    DomainError,
    ForbiddenError,
    InvalidError,
    NotFoundError,
)
from tracker.domain.lifecycle import Status
from tracker.domain.texts import LONGEST_REASON, needed_reason, plain_line
from tracker.models import Account, Booking, Device, Exam, StaffMember
from tracker.queries.catalogue import ExamTerms, exam_terms
from tracker.queries.openings import MOST_PARTS, known_terms, patient_id_of
from tracker.writes.afterwards import complete_booking_of, lock_examined
from tracker.writes.booking_rows import Author, lock_booking
from tracker.writes.exam_rows import (
    LONGEST_EXAM,
    checked_number,
    correct_exam,
    insert_exam,
    lock_exam,
    refuse_number_in_use,
    void_exam,
)
from tracker.writes.examining import undo_finish, whole_minutes
from tracker.writes.handing import give_booking
from tracker.writes.idempotency import Answer, Claim, answer_once
from tracker.writes.patient_rows import keep_patient, lock_patient
from tracker.writes.placing import day_of
from tracker.writes.volume import count_exams


@dataclass(frozen=True, slots=True)
class ExamEntry:
    """An exam entered later, in codes; `patient` is an id (number) or MRN (text), instants are aware.

    `number` None: one is issued. `booking`: the id of the booking it was done for, where it is known.
    """

    patient: int | str
    exam_type: str
    stream: str
    device: str
    operator: str
    started_at: datetime
    ended_at: datetime
    parts: int = 1
    number: str | None = None
    reason: str = ""
    booking: int | None = None


@service
def enter_exam_later(
    session: Session, entry: ExamEntry, *, by: int, now: datetime, claim: Claim | None = None
) -> int | Answer:
    """Log an exam that was done but not clicked; marked *entered later*. Returns its id.

    The patient's booking for it on that day is completed with these times, so that both count once.
    A `claim` (see there) has the answer rendered, and one given before under its key again. Raises InvalidError with the
    field (codes, times in the future or in the wrong order, a number in use, an exam that was entered before), NotFoundError (patient).
    """

    def enter() -> int:
        _lock(session, [entry], by=by, now=now)
        exam = _enter(session, entry, by=by, now=now)
        count_exams(session, [exam])
        return exam.id

    return answer_once(session, claim, enter, now=now)


@service
def enter_exams_later(
    session: Session, entries: list[ExamEntry], *, by: int, now: datetime
) -> list[int]:
    """Log several exams, all or none. An error's details name the row (`row`, from 0)."""
    _lock(session, entries, by=by, now=now)
    entered = []
    for row, entry in enumerate(entries):
        try:
            entered.append(_enter(session, entry, by=by, now=now))
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


def _lock(session: Session, entries: list[ExamEntry], *, by: int, now: datetime) -> None:
    """Of every row before the first is entered: nobody can wait for us in another order."""
    examined = []
    for entry in entries:
        with suppress(DomainError):  # whoever is unknown is refused in the row's turn
            examined.append((patient_id_of(session, entry.patient), day_of(entry.started_at)))
    lock_examined(session, examined, author=Author(by, now))


def _enter(session: Session, entry: ExamEntry, *, by: int, now: datetime) -> Exam:
    author = Author(by, now, plain_line(entry.reason, field="reason", longest=LONGEST_REASON))
    number = None if entry.number is None else checked_number(entry.number)
    check_times(entry.started_at, entry.ended_at, author.now)
    terms = known_terms(session, entry.exam_type, entry.stream, entry.parts)
    exam = Exam(
        patient_id=keep_patient(session, entry.patient),
        exam_type_id=terms.exam_type_id,
        parts=entry.parts,
        stream_id=terms.stream_id,
        device_id=any_device_id(session, entry.device),
        operator_id=any_staff_id(session, entry.operator),
        started_at=entry.started_at,
        ended_at=entry.ended_at,
        local_date=day_of(entry.started_at),
        minutes=whole_minutes(entry.ended_at - entry.started_at),
        points_hundredths=terms.points_of(entry.parts),
        entered_later=True,
        entered_reason=author.reason,
    )
    if number is not None:
        refuse_number_in_use(session, number, besides=None)
    complete_booking_of(session, exam, entry.booking, author)
    return insert_exam(session, exam, author, number=number)


def any_device_id(session: Session, code: str) -> int:
    """The id of a device, in service or retired: an exam of last year keeps its machine."""
    found = session.scalar(select(Device.id).where(Device.code == code))
    if found is None:
        raise InvalidError(N_("There is no such device."), field="device")
    return found


def any_staff_id(session: Session, code: str) -> int:
    """The id of a staff member, here or gone: whoever left did the exams of last week all the same."""
    found = session.scalar(select(StaffMember.id).where(StaffMember.code == code))
    if found is None:
        raise InvalidError(N_("There is no such staff member."), field="operator")
    return found


def check_times(started_at: datetime, ended_at: datetime, now: datetime) -> None:
    """Raises InvalidError unless start < end ≤ now and the exam is of a believable length."""
    if started_at > now:
        raise InvalidError(N_("An exam cannot start in the future."), field="start")
    if ended_at <= started_at:
        raise InvalidError(N_("The end lies before the start."), field="end")
    if ended_at > now:
        raise InvalidError(N_("An exam cannot end in the future."), field="end")
    if ended_at - started_at > LONGEST_EXAM:
        raise InvalidError(N_("An exam takes at most twelve hours."), field="end")


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

    Raises InvalidError (no reason), ConflictError (voided already), StaleError, NotFoundError.
    """
    author = Author(by, now, needed_reason(reason))
    found = session.get(Exam, exam_id)
    if found is not None and found.booking_id is not None and found.voided_at is None:
        booking, days = lock_booking(session, found.booking_id, now=now)
        exam = _live(lock_exam(session, exam_id, version=version))
        if booking.status == Status.COMPLETED:
            undo_finish(session, booking, days, author)
            return
    else:
        exam = _live(lock_exam(session, exam_id, version=version))
    void_exam(session, exam, author)


def _live(exam: Exam) -> Exam:
    if exam.voided_at is not None:
        raise ConflictError(N_("This exam is voided already."), code="already_voided")
    return exam


@dataclass(frozen=True, slots=True)
class Correction:
    """What an exam should have said, in codes, and why it is changed."""

    exam_type: str
    stream: str
    device: str
    operator: str
    started_at: datetime
    ended_at: datetime
    parts: int
    number: str
    patient: int | str
    reason: str


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
    exam = _live(lock_exam(session, exam_id, version=version))
    _refuse_stranger(session, exam, by, now)
    check_times(correction.started_at, correction.ended_at, now)
    correction = replace(correction, number=checked_number(correction.number))
    refuse_number_in_use(session, correction.number, besides=exam.id)
    changes = _changes(session, exam, correction)
    patient_id = int(str(changes["patient_id"]))
    if booking is not None and booking.patient_id != patient_id:
        lock_patient(session, patient_id)
        give_booking(session, booking, patient_id, author)
    else:
        keep_patient(session, patient_id)
    correct_exam(session, exam, changes, author)


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
    same = (terms.exam_type_id, terms.stream_id, correction.parts) == (
        exam.exam_type_id,
        exam.stream_id,
        exam.parts,
    )
    return {
        "number": correction.number,
        "patient_id": patient_id_of(session, correction.patient),  # locked once, as it is needed
        "exam_type_id": terms.exam_type_id,
        "parts": correction.parts,
        "stream_id": terms.stream_id,
        "device_id": any_device_id(session, correction.device),
        "operator_id": any_staff_id(session, correction.operator),
        "started_at": correction.started_at,
        "ended_at": correction.ended_at,
        "local_date": day_of(correction.started_at),
        "minutes": whole_minutes(correction.ended_at - correction.started_at),
        # points were copied when the exam was logged; only another type or more parts change them
        "points_hundredths": exam.points_hundredths if same else terms.points_of(correction.parts),
    }
