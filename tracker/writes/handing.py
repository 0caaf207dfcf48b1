"""Giving bookings and exams to another patient: the rows, and the refusal where that one is busy.

Who may do it, and when, is in domain/corrections; the patient is locked by the caller.
"""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from tracker.domain.errors import N_, ConflictError, Params, Reason
from tracker.models import Booking, Exam
from tracker.queries.clashes import Clash, clashes_of_booking
from tracker.writes.booking_rows import Author, save_change, snapshot
from tracker.writes.exam_rows import correct_exam

BUSY = "patient_busy"


def give_booking(session: Session, booking: Booking, patient_id: int, author: Author) -> None:
    """Give a locked booking to another patient, with its history. Raises ConflictError `patient_busy`."""
    clashes = clashes_of_booking(session, booking.id, patient_id)
    if clashes:
        raise busy(clashes)
    rename_booking(session, booking, patient_id, author)


def rename_booking(session: Session, booking: Booking, patient_id: int, author: Author) -> None:
    """The same where nothing is known to clash."""
    before = snapshot(booking)
    booking.patient_id = patient_id
    save_change(session, booking, author, action="hand over", before=before)


def give_exam(session: Session, exam: Exam, patient_id: int, author: Author) -> None:
    """Give a locked exam to another patient by a new version."""
    correct_exam(session, exam, {"patient_id": patient_id}, author)


def busy(clashes: Sequence[Clash]) -> ConflictError:
    """The refusal that names every booking in the way."""
    return ConflictError(
        N_("The right patient is booked elsewhere at this time: %(bookings)s."),
        code=BUSY,
        field="patient",
        params={"bookings": [_named(clash) for clash in clashes]},
    )


def _named(clash: Clash) -> Reason:
    places = {"number": clash.other_id, "start": clash.starts_at, "device": clash.device}
    return Reason(BUSY, N_("booking %(number)s (%(start)s, %(device)s)"), Params(places))
