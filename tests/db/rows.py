"""Rows written past every service, as a mistake or a stranger with a console would write them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Insert, insert
from sqlalchemy.exc import IntegrityError

from tests.support.databases import SCHEMA, Template
from tracker.db import Base, db
from tracker.models import (
    Account,
    AuditEntry,
    AuditSeal,
    Block,
    Booking,
    BookingHistory,
    Device,
    Exam,
    ExamType,
    ExamVersion,
    Patient,
    StaffMember,
    Stream,
)

EIGHT = datetime(2026, 11, 23, 0, 0, tzinfo=UTC)  # 08:00 in Shanghai


def at(minute: float) -> datetime:
    """So many minutes after eight o'clock."""
    return EIGHT + timedelta(minutes=minute)


def new(model: type[Base], **values: Any) -> Insert:
    """The statement that inserts one row."""
    return insert(model).values(**values)


def booking(start: float = 0, end: float = 10, **changes: Any) -> Insert:
    """A booking of patient 1 on device 1 whose spans all last from `start` to `end`."""
    values = {
        "patient_id": 1, "exam_type_id": 1, "stream_id": 1, "device_id": 1, "parts": 1,
        "starts_at": at(start), "ends_at": at(max(end, start + 1)), "device_ends_at": at(end),
        "patient_ends_at": at(end), "local_date": EIGHT.date(), "status": "booked", "version": 1,
        "is_held": False, "is_added": False, "added_reason": "", "is_flagged": False,
        "flag_reason": "", "created_at": EIGHT, "created_by_id": 1,
    }  # fmt: skip
    return new(Booking, **{**values, **changes})


def block(start: float, end: float, *, device: int = 1, operator: int | None = 1) -> Insert:
    """Working hours of a device and a doctor."""
    return new(
        Block,
        device_id=device,
        operator_id=operator,
        starts_at=at(start),
        ends_at=at(end),
        local_date=EIGHT.date(),
        version=1,
    )


def exam() -> Insert:
    """An exam that was performed."""
    return new(
        Exam, number="E1", patient_id=1, exam_type_id=1, parts=1, stream_id=1, device_id=1,
        operator_id=1, started_at=at(0), ended_at=at(10), local_date=EIGHT.date(), minutes=10,
        points_hundredths=100, entered_later=False, entered_reason="", version=1, logged_at=at(10),
        logged_by_id=1, void_reason="",
    )  # fmt: skip


def history() -> list[Insert]:
    """One row for each table in which no row may ever change, with what those rows need."""
    return [
        booking(),
        exam(),
        new(BookingHistory, booking_id=1, to_status="booked", at=EIGHT, by_id=1, reason="", change={}),
        new(ExamVersion, exam_id=1, version=1, values={}, corrected_at=EIGHT, corrected_by_id=1, reason="x"),
        new(AuditEntry, at=EIGHT, by_id=1, action="book", entity="booking", entity_id="1", change={}),
        new(AuditSeal, last_entry_id=1, entries=1, digest="0" * 64, sealed_at=EIGHT),
    ]  # fmt: skip


def write(*statements: Any) -> None:
    """Run statements in one raw transaction and commit it."""
    with db.engine.begin() as connection:
        for statement in statements:
            connection.execute(statement)


def refusal_of(*statements: Any) -> str | None:
    """The name of the guard that refuses one of the statements; None when all of them are committed."""
    try:
        write(*statements)
    except IntegrityError as error:
        return guard_named(error)
    return None


def guard_named(error: IntegrityError) -> str:
    """The guard's name as either engine tells it."""
    told = getattr(error.orig, "diag", None)
    if told is None:
        return str(error.orig)
    return str(told.constraint_name or told.message_primary)


def _fill() -> None:
    with db.engine.begin() as connection:
        for statement in _cast():
            connection.execute(statement)


def _cast() -> list[Insert]:
    patient = {"sex": "unknown", "birth_date": EIGHT.date(), "phone": "", "created_at": EIGHT}
    exam_type = {"minutes": 10, "further_part_minutes": 5, "points_hundredths": 100}
    return [
        new(Account, username="system", roles=[], created_at=EIGHT),
        *(new(StaffMember, code=f"D{n}", name=f"Doctor {n}", kind="doctor") for n in (1, 2, 3)),
        *(new(Device, code=f"US0{n}", name=f"Machine {n}") for n in (1, 2, 3)),
        *(new(Patient, mrn=f"M{n}", name=f"Patient {n}", **patient) for n in (1, 2, 3)),
        new(
            ExamType, code="abdominal", name_zh="腹部", name_en="Abdominal",
            further_part_points_hundredths=50, **exam_type,
        ),
        new(Stream, code="outpatient", name_zh="门诊", name_en="Outpatient"),
    ]  # fmt: skip


CAST = Template("cast_of_the_guards", _fill, base=SCHEMA)


def count(connection: Connection, model: type[Base]) -> int:
    """How many rows the table holds."""
    return len(connection.execute(model.__table__.select()).all())
