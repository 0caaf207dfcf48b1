"""Settling what an earlier day left open: the patient was examined then, and somebody says how."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from tracker.db import RetryTransactionError, service
from tracker.domain.corrections import is_left_open
from tracker.domain.errors import N_, ConflictError, InvalidError
from tracker.domain.lifecycle import Status
from tracker.models import Booking, ExamType, Stream
from tracker.writes.afterwards import lock_examined
from tracker.writes.booking_rows import Author, find_booking, lock_booking
from tracker.writes.entering import ExamEntry, enter_exam_of
from tracker.writes.placing import day_of
from tracker.writes.volume import count_exams


@dataclass(frozen=True, slots=True)
class Examined:
    """How the exam of a booking went, in codes; instants are aware. `number` None: one is issued, `parts` None: as booked."""

    device: str
    operator: str
    started_at: datetime
    ended_at: datetime
    parts: int | None = None
    number: str | None = None
    reason: str = ""
    is_another: bool = False
    supervisor: str | None = None
    assistant: str | None = None


@service
def settle_as_examined(
    session: Session,
    booking_id: int,
    examined: Examined,
    *,
    by: int,
    now: datetime,
    version: int | None = None,
) -> int:
    """Complete a booking that an earlier day left open with the exam as it was; returns the exam's id.

    The exam counts on its own day, is marked as entered later, and names the account that entered it beside
    the doctor who examined. Raises ConflictError `not_left_open`, InvalidError with the field as entering
    an exam later does, StaleError, NotFoundError.
    """
    author = Author(by, now)
    known = find_booking(session, booking_id)
    who = (known.patient_id, known.local_date)
    lock_examined(session, [who], author=author)
    booking, _ = lock_booking(session, booking_id, now=now, version=version)
    if (booking.patient_id, booking.local_date) != who:
        raise RetryTransactionError
    if not is_left_open(Status(booking.status), day=booking.local_date, today=day_of(now)):
        text = N_("This booking is not left open by an earlier day.")
        raise ConflictError(text, code="not_left_open")
    _refuse_before_arrival(booking, examined)
    exam = enter_exam_of(session, booking, _entry(session, booking, examined), author)
    count_exams(session, [exam])
    return exam.id


def _refuse_before_arrival(booking: Booking, examined: Examined) -> None:
    """Nobody is examined on a day before he was checked in; who came early was checked in then."""
    here = booking.local_date if booking.arrived_at is None else day_of(booking.arrived_at)
    if day_of(examined.started_at) < min(here, booking.local_date):
        raise InvalidError(N_("The patient had not been checked in by that day."), field="start")


def _entry(session: Session, booking: Booking, examined: Examined) -> ExamEntry:
    return ExamEntry(
        patient=booking.patient_id,
        exam_type=session.get_one(ExamType, booking.exam_type_id).code,
        stream=session.get_one(Stream, booking.stream_id).code,
        device=examined.device,
        operator=examined.operator,
        started_at=examined.started_at,
        ended_at=examined.ended_at,
        parts=examined.parts or booking.parts,
        number=examined.number,
        reason=examined.reason,
        booking=booking.id,
        is_another=examined.is_another,
        supervisor=examined.supervisor,
        assistant=examined.assistant,
    )
