"""Entering an exam that was done but not clicked: its values checked, its booking completed, its row written.

Who may enter what, and when it counts, is a service's matter; clicks at the machine are in examining.
"""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.domain.errors import N_, DomainError, InvalidError
from tracker.domain.fileexams import NOT_MATCHED
from tracker.domain.texts import LONGEST_REASON, plain_line
from tracker.models import Booking, Device, Exam, StaffMember
from tracker.queries.catalogue import ExamTerms
from tracker.queries.openings import known_terms, patient_id_of
from tracker.queries.same_exam import same_exam_that_day
from tracker.queries.weights import points_on
from tracker.writes.afterwards import complete_booking, complete_booking_of, lock_examined
from tracker.writes.booking_rows import Author
from tracker.writes.exam_rows import (
    LONGEST_EXAM,
    checked_number,
    insert_exam,
    refuse_number_in_use,
)
from tracker.writes.examining import terms_of, whole_minutes
from tracker.writes.patient_rows import keep_patient
from tracker.writes.placing import day_of
from tracker.writes.taking_part import record_taking_part


@dataclass(frozen=True, slots=True)
class ExamEntry:
    """An exam entered later, in codes; `patient` is an id (number) or MRN (text), instants are aware.

    `number` None: one is issued. `booking`: the id of the booking it was done for, where it is known.
    `is_another`: somebody has said that it is not the exam of this type which the patient already has on that day.
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
    is_another: bool = False
    supervisor: str | None = None
    assistant: str | None = None


def lock_entries(session: Session, entries: Iterable[ExamEntry], author: Author) -> None:
    """Of every row before the first is entered: nobody can wait for us in another order."""
    examined = []
    for entry in entries:
        with suppress(DomainError):  # whoever is unknown is refused in the row's turn
            examined.append((patient_id_of(session, entry.patient), day_of(entry.started_at)))
    lock_examined(session, examined, author=author)


def enter_exam(session: Session, entry: ExamEntry, author: Author) -> Exam:
    """Write the exam of an entry whose patient and day are locked; the caller counts it.

    Raises InvalidError with the field, NotFoundError and ConflictError (patient).
    """
    entry = _checked(entry, author.now)
    author = replace(author, reason=entry.reason)
    terms = known_terms(session, entry.exam_type, entry.stream, entry.parts)
    exam = _exam_of(session, entry, terms, author)
    complete_booking_of(session, exam, entry.booking, author)
    if not entry.is_another:
        _refuse_same_that_day(session, exam)
    return insert_exam(session, exam, author, number=entry.number)


def enter_exam_of(session: Session, booking: Booking, entry: ExamEntry, author: Author) -> Exam:
    """The same for a locked booking that is open, whose exam type may have been retired meanwhile."""
    entry = _checked(entry, author.now)
    author = replace(author, reason=entry.reason)
    exam = _exam_of(session, entry, terms_of(session, booking), author)
    complete_booking(session, booking.id, exam, author)
    if not entry.is_another:
        _refuse_same_that_day(session, exam)
    return insert_exam(session, exam, author, number=entry.number)


def _checked(entry: ExamEntry, now: datetime) -> ExamEntry:
    """The entry as it is kept."""
    check_times(entry.started_at, entry.ended_at, now)
    reason = plain_line(entry.reason, field="reason", longest=LONGEST_REASON)
    number = None if entry.number is None else checked_number(entry.number)
    return replace(entry, reason=reason, number=number)


def _exam_of(session: Session, entry: ExamEntry, terms: ExamTerms, author: Author) -> Exam:
    if entry.number is not None:
        refuse_number_in_use(session, entry.number, besides=None)
    day = day_of(entry.started_at)
    exam = Exam(
        patient_id=keep_patient(session, entry.patient),
        exam_type_id=terms.exam_type_id,
        parts=entry.parts,
        stream_id=terms.stream_id,
        device_id=any_device_id(session, entry.device),
        operator_id=any_staff_id(session, entry.operator),
        started_at=entry.started_at,
        ended_at=entry.ended_at,
        local_date=day,
        minutes=whole_minutes(entry.ended_at - entry.started_at),
        points_hundredths=points_on(session, terms, entry.parts, day),
        entered_later=True,
        entered_reason=author.reason,
    )
    named = {"supervisor": entry.supervisor, "assistant": entry.assistant}
    record_taking_part(session, exam, **named)
    return exam


def _refuse_same_that_day(session: Session, exam: Exam) -> None:
    """Of one clicked at the machine and written on paper too the times need not meet: then somebody has to say.

    Even with a booking of its own: who was examined elsewhere without it stands on the paper list all the same.
    """
    found = same_exam_that_day(session, exam)
    if found is None:
        return
    raise InvalidError(
        N_(
            "The patient already has this exam on that day: %(number)s, %(start)s, on %(device)s. "
            "If this is another one, say so."
        ),
        code="same_exam_that_day",
        field="is_another",
        params={"number": found.number, "start": found.started_at, "device": found.device},
    )


def any_device_id(session: Session, code: str) -> int:
    """The id of a device, in service or retired: an exam of last year keeps its machine."""
    found = session.scalar(select(Device.id).where(Device.code == code))
    if found is None:
        raise InvalidError(N_("There is no such device."), field="device")
    return found


def any_staff_id(session: Session, code: str, *, may_be_unmatched: bool = False) -> int:
    """The id of a staff member, here or gone: whoever left did the exams of last week all the same.

    Who stands for the unknown doctors of files is meant by exams from files alone (`may_be_unmatched`).
    """
    found = session.scalar(select(StaffMember.id).where(StaffMember.code == code))
    if found is None or (code == NOT_MATCHED and not may_be_unmatched):
        raise InvalidError(N_("There is no such staff member."), field="operator")
    return found


def check_times(
    started_at: datetime, ended_at: datetime, now: datetime, *, may_lack_end: bool = False
) -> None:
    """Raises InvalidError unless start < end ≤ now and the exam is of a believable length.

    `may_lack_end`: a file that tells no end has the exam end as it starts.
    """
    if started_at > now:
        raise InvalidError(N_("An exam cannot start in the future."), field="start")
    if ended_at < started_at or (ended_at == started_at and not may_lack_end):
        raise InvalidError(N_("The end lies before the start."), field="end")
    if ended_at > now:
        raise InvalidError(N_("An exam cannot end in the future."), field="end")
    if ended_at - started_at > LONGEST_EXAM:
        raise InvalidError(N_("An exam takes at most twelve hours."), field="end")
