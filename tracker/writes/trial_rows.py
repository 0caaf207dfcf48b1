"""Rows of trial data in bulk: exams that were performed, and the bookings they came from with every step.

What they say is made up elsewhere (drivers/trial_*); guards refuse here what they refuse everywhere.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from tracker import clock
from tracker.domain.volume import part_of_day_at
from tracker.models import AuditEntry, Booking, BookingHistory, Exam
from tracker.queries.streams import PartOfDayRow, parts_of_day
from tracker.writes.audit import audit_values, plain
from tracker.writes.numbering import continue_numbering


@dataclass(frozen=True, slots=True)
class PerformedExam:
    """An exam to be written as performed; columns as in the table. With `entered_reason` it was entered later."""

    number: str
    patient_id: int
    exam_type_id: int
    stream_id: int
    device_id: int
    operator_id: int
    started_at: datetime
    ended_at: datetime
    local_date: date
    minutes: int
    points_hundredths: int
    booking_id: int | None = None
    entered_reason: str = ""


@dataclass(frozen=True, slots=True)
class PastStep:
    """A step of a booking's history: to which status, when, as which action (audit), why."""

    status: str
    at: datetime
    action: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PastBooking:
    """A booking that is over, to be written under an id; `steps` from the first, which books it.

    `block` is its place among the blocks that are written with it. Instants are aware, spans as in the table.
    """

    id: int
    block: int
    patient_id: int
    exam_type_id: int
    stream_id: int
    device_id: int
    operator_id: int
    local_date: date
    starts_at: datetime
    ends_at: datetime
    device_ends_at: datetime
    steps: tuple[PastStep, ...]
    arrived_at: datetime | None = None
    started_at: datetime | None = None


def insert_performed(session: Session, exams: Iterable[PerformedExam], *, by: int) -> list[date]:
    """Insert exams of whole days; returns the day of each. The caller makes the roll-ups."""
    parts = parts_of_day(session)
    rows = [_exam_row(exam, by, parts) for exam in exams]
    if rows:
        _open_visits(rows)
        session.execute(insert(Exam.__table__), rows)  # type: ignore[arg-type]
    return [row["local_date"] for row in rows]


def _open_visits(rows: list[dict[str, Any]]) -> None:
    """The first exam of a patient on a day opens the visit; the days of a batch are whole."""
    seen = set()
    for row in sorted(rows, key=lambda row: row["started_at"]):
        visit = row["patient_id"], row["local_date"]
        row["opens_visit"] = visit not in seen
        seen.add(visit)


def _exam_row(exam: PerformedExam, by: int, parts: Sequence[PartOfDayRow]) -> dict[str, Any]:
    start = exam.started_at.astimezone(clock.hospital_zone()).time()
    return {
        "part_of_day": part_of_day_at(start, parts),
        "number": exam.number,
        "booking_id": exam.booking_id,
        "patient_id": exam.patient_id,
        "exam_type_id": exam.exam_type_id,
        "parts": 1,
        "stream_id": exam.stream_id,
        "device_id": exam.device_id,
        "operator_id": exam.operator_id,
        "started_at": exam.started_at,
        "ended_at": exam.ended_at,
        "local_date": exam.local_date,
        "minutes": exam.minutes,
        "points_hundredths": exam.points_hundredths,
        "entered_later": bool(exam.entered_reason),
        "entered_reason": exam.entered_reason,
        "version": 1,
        "logged_at": exam.ended_at,
        "logged_by_id": by,
        "void_reason": "",
    }


def insert_past_bookings(
    session: Session, bookings: Sequence[PastBooking], block_ids: Sequence[int], *, by: int
) -> None:
    """Insert bookings with their history and audit. The caller makes the days of the devices anew."""
    if not bookings:
        return
    session.execute(
        insert(Booking.__table__),  # type: ignore[arg-type]
        [_booking_row(booking, block_ids[booking.block], by) for booking in bookings],
    )
    continue_numbering(session.connection(), Booking.__table__)
    steps = [row for booking in bookings for row in _step_rows(booking, by)]
    session.execute(insert(BookingHistory.__table__), [note for note, _ in steps])  # type: ignore[arg-type]
    session.execute(insert(AuditEntry.__table__), [entry for _, entry in steps])  # type: ignore[arg-type]


def _booking_row(booking: PastBooking, block_id: int, by: int) -> dict[str, Any]:
    completed = booking.started_at is not None
    return {
        "id": booking.id,
        "patient_id": booking.patient_id,
        "exam_type_id": booking.exam_type_id,
        "parts": 1,
        "stream_id": booking.stream_id,
        "device_id": booking.device_id,
        "block_id": block_id,
        "operator_id": booking.operator_id,
        "starts_at": booking.starts_at,
        "ends_at": booking.ends_at,
        "device_ends_at": booking.device_ends_at,
        "patient_ends_at": booking.device_ends_at,
        "local_date": booking.local_date,
        "status": booking.steps[-1].status,
        "is_held": False,
        "is_added": False,
        "added_reason": "",
        "is_flagged": False,
        "flag_reason": "",
        "arrived_at": booking.arrived_at,
        "started_at": booking.started_at,
        "started_device_id": booking.device_id if completed else None,
        "started_operator_id": booking.operator_id if completed else None,
        "version": len(booking.steps),
        "created_at": booking.steps[0].at,
        "created_by_id": by,
    }


def _step_rows(
    booking: PastBooking, by: int
) -> Iterable[tuple[dict[str, object], dict[str, object]]]:
    """The rows of the history and of the audit, step by step."""
    origin = None
    for step in booking.steps:
        change: dict[str, object] = {"status": [origin, step.status]}
        if origin is None:
            told = ("device_id", "starts_at", "exam_type_id")
            change = {name: plain(getattr(booking, name)) for name in told}
        note: dict[str, object] = {
            "booking_id": booking.id,
            "from_status": origin,
            "to_status": step.status,
            "at": step.at,
            "by_id": by,
            "reason": step.reason,
            "change": change,
        }
        entry = audit_values(action=step.action, entity="booking", by=by, now=step.at)
        yield note, {**entry, "entity_id": str(booking.id), "change": change}
        origin = step.status
