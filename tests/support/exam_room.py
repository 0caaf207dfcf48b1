"""What happens in an exam room, in short words for tests: book, arrive, run, and what is then on record."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import text

from tests.support.department import account_id, at
from tracker.db import db, read_session, transaction
from tracker.queries.bookings import BookingDetails, HistoryStep, booking_details, booking_history
from tracker.queries.exams import ExamDetails, ExamFilter, list_exams
from tracker.queries.volume import VolumeFilter, volume
from tracker.services.booking import Booked, BookingOrder, book_exam
from tracker.services.changing import check_in
from tracker.services.examining import start
from tracker.services.exams import Correction
from tracker.writes.booking_rows import Author, lock_booking, save_change, snapshot

TABLES = ("booking", "booking_history", "exam", "exam_version", "exam_volume", "audit_entry")


def book(patient: int, start_at: datetime, *, device: str = "US07", **more: object) -> int:
    """Book an abdominal exam (or another `exam_type`) early in the morning; returns the booking's id.

    Reception does it, or the account named `by`; what is added the head adds, whose cap is the widest.
    """
    by = account_id(str(more.pop("by", "head" if "added_reason" in more else "reception")))
    wanted = {"exam_type": "abdominal", "stream": "outpatient", **more}
    order = BookingOrder(patient=f"M{patient:05}", device=device, start=start_at, **wanted)
    booked = book_exam(order, by=by, now=at(8))
    assert isinstance(booked, Booked)
    return booked.booking_id


def arrived(patient: int, start_at: datetime, *, device: str = "US07", **more: object) -> int:
    """Book and check in at the time of the booking."""
    booking_id = book(patient, start_at, device=device, **more)
    check_in(booking_id, by=account_id("reception"), now=start_at)
    return booking_id


def arrived_before_its_day(patient: int, start_at: datetime, *, now: datetime) -> int:
    """A booking of a later day whose patient is here: no step makes one any more, but old ones may stand so."""
    booking_id, by = book(patient, start_at), account_id("reception")
    with transaction() as session:
        row, _ = lock_booking(session, booking_id, now=now)
        before = snapshot(row)
        row.status, row.arrived_at = "arrived", now
        save_change(session, row, Author(by, now), action="arrive", before=before)
    return booking_id


def running(patient: int, start_at: datetime, *, device: str = "US07", **more: object) -> int:
    """Book, check in and start by `sonographer`, all in time."""
    booking_id = arrived(patient, start_at, device=device, **more)
    start(booking_id, by=account_id("sonographer"), now=start_at)
    return booking_id


def booking(booking_id: int) -> BookingDetails:
    """The booking as it is now."""
    with read_session() as session:
        return booking_details(session, booking_id)


def history(booking_id: int) -> list[HistoryStep]:
    """Its steps, oldest first."""
    with read_session() as session:
        return booking_history(session, booking_id)


def exams(**chosen: object) -> list[ExamDetails]:
    """The exams on record, voided ones too."""
    with read_session() as session:
        return list_exams(session, ExamFilter(include_voided=True, **chosen))


def correction_of(exam: ExamDetails, **changes: object) -> Correction:
    """A correction that leaves everything as it is but for `changes`."""
    as_it_is = Correction(
        exam_type=exam.exam_type,
        stream=exam.stream,
        device=exam.device,
        operator=exam.operator,
        supervisor=exam.supervisor,
        assistant=exam.assistant,
        started_at=exam.started_at,
        ended_at=exam.ended_at,
        parts=exam.parts,
        number=exam.number,
        patient=exam.mrn,
        reason="wrong sheet",
    )
    return replace(as_it_is, **changes)  # type: ignore[arg-type]


def counted() -> tuple[int, int]:
    """Exams and points (hundredths) in the volume of the day."""
    with read_session() as session:
        total = volume(session, VolumeFilter(at(12).date(), at(12).date())).total
    return total.exams, total.points_hundredths


def row_counts() -> dict[str, int]:
    """How many rows each table has that an exam may touch: equal before and after a refusal."""
    with db.engine.connect() as connection:
        return {
            table: connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()
            for table in TABLES
        }
