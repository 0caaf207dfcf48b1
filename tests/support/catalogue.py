"""The catalogue as tests change it: a row as entered values, a booking to stand in the way, the audit's last word."""

from dataclasses import fields
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import select

from tests.support.department import SYSTEM, at
from tracker.db import read_session
from tracker.models import AuditEntry, Patient
from tracker.queries.devices import DeviceRow, device_by_code
from tracker.queries.exam_types import ExamTypeRow, exam_type_by_code
from tracker.queries.staff import StaffRow, staff_member_by_code
from tracker.queries.streams import StreamRow, streams
from tracker.services.booking import BookingOrder, book_exam

Values = TypeVar("Values")


def values_of(row: object, kind: type[Values], **changes: Any) -> Values:
    """The values an administrator would send for a row, some of them changed."""
    names = [each.name for each in fields(kind)]  # type: ignore[arg-type]
    return kind(**{name: getattr(row, name) for name in names if hasattr(row, name)} | changes)


def device(code: str) -> DeviceRow:
    with read_session() as session:
        found = device_by_code(session, code)
    assert found is not None
    return found


def exam_type(code: str) -> ExamTypeRow:
    with read_session() as session:
        found = exam_type_by_code(session, code)
    assert found is not None
    return found


def stream(code: str) -> StreamRow:
    with read_session() as session:
        return next(each for each in streams(session, include_retired=True) if each.code == code)


def person(code: str) -> StaffRow:
    with read_session() as session:
        found = staff_member_by_code(session, code)
    assert found is not None
    return found


def book(exam_type_code: str, device_code: str, start: datetime, *, patient: int = 1) -> int:
    """Book an exam for outpatients; returns the booking's id."""
    with read_session() as session:
        mrn = session.scalars(select(Patient.mrn).order_by(Patient.id)).all()[patient - 1]
    order = BookingOrder(mrn, exam_type_code, "outpatient", device_code, start)
    booked = book_exam(order, by=SYSTEM, now=at(7))
    assert hasattr(booked, "booking_id")
    return booked.booking_id


def last_entry() -> tuple[str, str, dict[str, object]]:
    """Action, entity and change of the latest audit entry."""
    with read_session() as session:
        entry = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
        assert entry is not None
        return entry.action, entry.entity, entry.change


def entries_of(entity: str, entity_id: int) -> list[tuple[str, dict[str, object]]]:
    """Action and change of each audit entry of a row, oldest first."""
    with read_session() as session:
        rows = session.execute(
            select(AuditEntry.action, AuditEntry.change)
            .where(AuditEntry.entity == entity, AuditEntry.entity_id == str(entity_id))
            .order_by(AuditEntry.id)
        )
        return [(row.action, row.change) for row in rows]
