"""A wrong patient in a booking: it is handed to the right one, with its exam, in one step."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from tracker.db import service
from tracker.domain.corrections import may_hand_over
from tracker.domain.errors import N_, ForbiddenError, InvalidError
from tracker.domain.lifecycle import LIVE, Status, refuse_status
from tracker.domain.texts import needed_reason
from tracker.models import Account, Booking, Exam
from tracker.queries.openings import patient_id_of
from tracker.writes.booking_rows import Author, lock_booking
from tracker.writes.exam_rows import live_exam_of
from tracker.writes.handing import give_booking, give_exam
from tracker.writes.patient_rows import lock_patient
from tracker.writes.placing import day_of


@dataclass(frozen=True, slots=True)
class RightPatient:
    """Whose booking it really is, by id (a number) or MRN (a text), and how it came about."""

    patient: int | str
    reason: str


@service
def hand_over(
    session: Session,
    booking_id: int,
    right: RightPatient,
    *,
    by: int,
    now: datetime,
    version: int | None = None,
) -> None:
    """Give a booking and its exam to the right patient: both or nothing. Time, device and status stay.

    Raises InvalidError (no reason, the same patient), NotFoundError, ConflictError `patient_busy` naming what
    is booked for the right patient at this time, `patient_merged`, IllegalTransitionError for what was
    cancelled or missed, StaleError, and ForbiddenError (domain/corrections says who may).
    """
    author = Author(by, now, needed_reason(right.reason))
    patient_id = patient_id_of(session, right.patient)
    booking, _ = lock_booking(session, booking_id, now=now, version=version)
    exam = live_exam_of(session, booking_id)
    _refuse(session, booking, exam, author)
    if booking.patient_id == patient_id:
        raise InvalidError(N_("The booking is this patient's already."), field="patient")
    lock_patient(session, patient_id)
    give_booking(session, booking, patient_id, author)
    if exam is not None:
        give_exam(session, exam, patient_id, author)


def _refuse(session: Session, booking: Booking, exam: Exam | None, author: Author) -> None:
    status = Status(booking.status)
    if status not in LIVE:
        raise refuse_status(status)
    roles = session.get_one(Account, author.by).roles
    day, today = _day_of_exam(booking, exam), day_of(author.now)
    if not may_hand_over(roles, status=status, day=day, today=today):
        raise ForbiddenError(
            N_("Those who examine change the patient of an exam on its day, the head afterwards.")
        )


def _day_of_exam(booking: Booking, exam: Exam | None) -> date:
    if exam is not None:
        return exam.local_date
    return booking.local_date if booking.started_at is None else day_of(booking.started_at)
