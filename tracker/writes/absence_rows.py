"""Rows of absences, each with its audit entry. Whether one makes sense is its service's to say."""

from sqlalchemy.orm import Session

from tracker.models.plan import Absence
from tracker.queries.plan_facts import AbsenceSpan
from tracker.writes.audit import note_row
from tracker.writes.booking_rows import Author


def insert_absence(session: Session, span: AbsenceSpan, author: Author, *, note: str = "") -> int:
    """Add an absence with its audit entry; returns its id."""
    absence = Absence(
        staff_member_id=span.operator_id,
        first_date=span.first,
        last_date=span.last,
        part=span.part,
        kind=span.kind,
        note=note,
        recorded_at=author.now,
        recorded_by_id=author.by,
    )
    session.add(absence)
    session.flush()
    note_row(
        session,
        absence,
        "add",
        author,
        {
            "operator_id": span.operator_id,
            "first_date": span.first.isoformat(),
            "last_date": span.last.isoformat(),
            "part": span.part,
            "kind": span.kind,
        },
    )
    return absence.id
