"""Settling the booking of an exam that was done but not clicked: it is completed with the times that were entered.

Each step goes by the table of the lifecycle, so that its history has no gap. Clicks at the machine: examining.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from tracker.db import RetryTransactionError
from tracker.domain.errors import N_, InvalidError
from tracker.domain.lifecycle import Status, Step, next_status
from tracker.domain.supply import MINUTE
from tracker.models import Booking, Exam, Patient
from tracker.queries.counting import counts
from tracker.queries.occupancy import DayKey
from tracker.writes.booking_rows import Author, lock_booking, save_change, snapshot
from tracker.writes.booking_steps import Days, key_of
from tracker.writes.examining import terms_of
from tracker.writes.occupancy import lock_device_days, save_device_days
from tracker.writes.placing import resized, retaken

OPEN = frozenset({Status.BOOKED, Status.ARRIVED, Status.IN_PROGRESS, Status.NO_SHOW})
"""From these a booking is completed afterwards. While the server was gone nobody could check in, and the job
may have marked a patient who was there."""

_STEPS = {Status.BOOKED: Step.ARRIVE, Status.NO_SHOW: Step.RETURN}
"""How who was not checked in arrives."""


def lock_examined(
    session: Session, examined: Iterable[tuple[int, date]], *, author: Author
) -> None:
    """Lock what exams of these patients on these days depend on, before the first of them is looked at.

    The device days of their bookings, the bookings, then the patients: of two who enter the same exam the
    second one sees the first one's. Raises RetryTransactionError when a booking went elsewhere meanwhile.
    """
    wanted = sorted(set(examined))
    keys = {_key(row) for each in wanted for row in _bookings(session, *each)}
    if keys:
        lock_device_days(session, keys, now=author.now)
    for each in wanted:
        if not keys.issuperset(map(_key, _bookings(session, *each, lock=True))):
            raise RetryTransactionError
    ids = {patient_id for patient_id, _ in wanted}
    patients = select(Patient.id).where(Patient.id.in_(ids)).order_by(Patient.id)
    session.execute(patients.with_for_update(key_share=True)).all()


def complete_booking_of(session: Session, exam: Exam, wanted: int | None, author: Author) -> None:
    """Complete the booking that an exam was done for, and name it in the exam; do nothing where there is none.

    It is the `wanted` one, if it is the patient's on that day; else of his bookings for this exam type the
    nearest in time. Raises InvalidError when it has its exam already: no exam is counted twice.
    """
    if exam.patient_id is None:
        return
    rows = _bookings(session, exam.patient_id, exam.local_date)
    booking_id = wanted if _is_meant(rows, wanted) else None
    if booking_id is None:
        _refuse_second(session, exam)
        booking_id = _nearest(rows, exam)
    if booking_id is not None:
        complete_booking(session, booking_id, exam, author)


def complete_booking(session: Session, booking_id: int, exam: Exam, author: Author) -> None:
    """Complete an open booking with the times of its exam, and name it there. Raises InvalidError if it has one."""
    booking, days = lock_booking(session, booking_id, now=author.now)
    if booking.status == Status.COMPLETED:
        raise _entered_already()
    _arrive(session, booking, days, exam, author)
    _start(session, booking, exam, author)
    _finish(session, booking, days, exam, author)
    exam.booking_id = booking.id


def _bookings(
    session: Session, patient_id: int, local_date: date, *, lock: bool = False
) -> Sequence[Any]:
    columns = (Booking.id, Booking.status, Booking.exam_type_id, Booking.starts_at)
    found = (
        select(*columns, Booking.device_id, Booking.local_date)
        .where(Booking.patient_id == patient_id, Booking.local_date == local_date)
        .order_by(Booking.id)
    )
    return session.execute(found.with_for_update() if lock else found).all()


def _key(row: Any) -> DayKey:
    return row.device_id, row.local_date


def _is_meant(rows: Sequence[Any], wanted: int | None) -> bool:
    return any(row.id == wanted and row.status in OPEN | {Status.COMPLETED} for row in rows)


def _nearest(rows: Sequence[Any], exam: Exam) -> int | None:
    same = [row for row in rows if row.exam_type_id == exam.exam_type_id and row.status in OPEN]
    nearest = min(same, key=lambda row: abs(row.starts_at - exam.started_at), default=None)
    return None if nearest is None else nearest.id


def _refuse_second(session: Session, exam: Exam) -> None:
    """The same exam of the patient was entered with this start before, or is that of a booking at this time."""
    found = session.scalar(
        select(Exam.id)
        .where(
            Exam.patient_id == exam.patient_id,
            Exam.exam_type_id == exam.exam_type_id,
            Exam.device_id == exam.device_id,
            counts(),
            Exam.started_at < exam.ended_at,
            Exam.ended_at > exam.started_at,
            or_(Exam.started_at == exam.started_at, Exam.booking_id.is_not(None)),
        )
        .limit(1)
    )
    if found is not None:
        raise _entered_already()


def _entered_already() -> InvalidError:
    return InvalidError(
        N_("This exam of the patient is entered already."), code="entered_already", field="patient"
    )


def _arrive(session: Session, booking: Booking, days: Days, exam: Exam, author: Author) -> None:
    """Arrived when the exam began, whatever day it is now: a check-in of today is another thing."""
    status, before = Status(booking.status), snapshot(booking)
    if status not in _STEPS:
        return
    booking.status = next_status(status, _STEPS[status]).to.value
    if status is Status.NO_SHOW:
        # its time was given back, and somebody else may have it: it holds none again
        booking.device_ends_at = booking.patient_ends_at = booking.starts_at
        days[key_of(booking)] = retaken(days[key_of(booking)], booking)
        save_device_days(session, [days[key_of(booking)]])
    booking.arrived_at = exam.started_at
    save_change(session, booking, author, action=_STEPS[status].value, before=before)


def _start(session: Session, booking: Booking, exam: Exam, author: Author) -> None:
    before = snapshot(booking)
    booking.started_at = exam.started_at
    booking.started_device_id, booking.started_operator_id = exam.device_id, exam.operator_id
    if booking.status == Status.ARRIVED:
        booking.status = next_status(Status.ARRIVED, Step.START).to.value
        save_change(session, booking, author, action=Step.START.value, before=before)


def _finish(session: Session, booking: Booking, days: Days, exam: Exam, author: Author) -> None:
    """Completed; what the exam did not need of the device's and the patient's time is free."""
    before = snapshot(booking)
    booking.status = next_status(Status.IN_PROGRESS, Step.FINISH).to.value
    booking.is_flagged, booking.flag_reason = False, ""
    if not booking.is_added:
        elsewhere = exam.device_id != booking.device_id
        until = booking.starts_at if elsewhere else min(exam.ended_at, booking.device_ends_at)
        save_device_days(session, [resized(days[key_of(booking)], booking, until)])
    observed = exam.ended_at + terms_of(session, booking).observation_minutes * MINUTE
    booking.patient_ends_at = max(booking.starts_at, min(booking.patient_ends_at, observed))
    save_change(session, booking, author, action=Step.FINISH.value, before=before)
