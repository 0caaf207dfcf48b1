"""A temporary record whose true number is on another record: everything of it goes there, in one step."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.db import RetryTransactionError, service
from tracker.domain.errors import N_, ConflictError, InvalidError
from tracker.domain.texts import needed_reason
from tracker.models import Booking, Exam, Patient
from tracker.queries.clashes import clashes_of_patients
from tracker.writes.booking_rows import Author
from tracker.writes.handing import busy, give_exam, rename_booking
from tracker.writes.patient_keys import move_keys
from tracker.writes.patient_rows import lock_patient, note_patient, save_patient


@dataclass(frozen=True, slots=True)
class Merge:
    """The record that stays, and how it was found out."""

    into_id: int
    reason: str


@service
def merge_patient(
    session: Session,
    patient_id: int,
    merge: Merge,
    *,
    by: int,
    now: datetime,
    version: int | None = None,
) -> None:
    """Give every booking and exam of a temporary record to the true one, all or none, and mark it as merged.

    The temporary number then finds the true record. Raises InvalidError (no reason, the same record),
    ConflictError (`not_temporary`, `patient_merged`, `patient_busy` naming every booking in the way),
    StaleError, NotFoundError.
    """
    author = Author(by, now, needed_reason(merge.reason))
    if merge.into_id == patient_id:
        raise InvalidError(N_("Choose another record than this one."), field="patient")
    bookings, exams = _bookings(session, patient_id), _exams(session, patient_id)
    temporary, true = _both(session, patient_id, merge.into_id, version)
    if (bookings, exams) != (_bookings(session, patient_id), _exams(session, patient_id)):
        raise RetryTransactionError  # something was booked or examined before the patient was locked
    clashes = clashes_of_patients(session, patient_id, merge.into_id)
    if clashes:
        raise busy(clashes)
    for booking in bookings:
        rename_booking(session, booking, true.id, author)
    for exam in exams:
        give_exam(session, exam, true.id, author)
    temporary.merged_into_id = true.id
    save_patient(session, temporary)
    move_keys(session, temporary, true)
    _note(session, (temporary, true), (bookings, exams), author)


def _bookings(session: Session, patient_id: int) -> Sequence[Booking]:
    """Every booking of a patient, cancelled ones too, locked."""
    chosen = select(Booking).where(Booking.patient_id == patient_id).order_by(Booking.id)
    return session.scalars(chosen.with_for_update()).all()


def _exams(session: Session, patient_id: int) -> Sequence[Exam]:
    """Every exam of a patient, voided ones too, locked."""
    chosen = select(Exam).where(Exam.patient_id == patient_id).order_by(Exam.id)
    return session.scalars(chosen.with_for_update()).all()


def _both(
    session: Session, patient_id: int, into_id: int, version: int | None
) -> tuple[Patient, Patient]:
    """Both records, locked in the order of their ids."""
    seen = {patient_id: version, into_id: None}
    locked = {each: lock_patient(session, each, version=seen[each]) for each in sorted(seen)}
    temporary, true = locked[patient_id], locked[into_id]
    if not temporary.mrn_is_temporary:
        raise ConflictError(
            N_("Only a record with a temporary number is merged into another."),
            code="not_temporary",
        )
    if true.mrn_is_temporary:
        raise ConflictError(
            N_("The record that stays has its true number; this one is temporary as well."),
            code="not_temporary",
            field="patient",
        )
    return temporary, true


def _note(
    session: Session,
    records: tuple[Patient, Patient],
    given: tuple[Sequence[Booking], Sequence[Exam]],
    author: Author,
) -> None:
    temporary, true = records
    bookings, exams = ([row.id for row in rows] for rows in given)
    moved = {"bookings": bookings, "exams": exams, "reason": author.reason}
    note_patient(session, temporary, "merge", author, {"into": true.id, **moved})
    note_patient(session, true, "take over", author, {"from": temporary.id, **moved})
