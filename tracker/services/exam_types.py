"""Adding, changing and retiring kinds of examination, with what differs for a stream."""

from datetime import datetime

from sqlalchemy.orm import Session

from tracker.db import service
from tracker.domain.catalogue import ExamTypeValues
from tracker.models.catalogue import ExamType
from tracker.writes.booking_rows import Author
from tracker.writes.catalogue_rows import locked_row, save_row
from tracker.writes.exam_type_rows import insert_exam_type, update_exam_type
from tracker.writes.occupancy import lock_supply
from tracker.writes.pressure import refresh_pressure


@service
def add_exam_type(session: Session, values: ExamTypeValues, *, by: int, now: datetime) -> int:
    """Add an exam type; returns its id. It is booked once weekly blocks name it. Raises InvalidError."""
    lock_supply(session)
    exam_type_id = insert_exam_type(session, values, Author(by, now))
    refresh_pressure(session)
    return exam_type_id


@service
def change_exam_type(
    session: Session,
    exam_type_id: int,
    values: ExamTypeValues,
    *,
    version: int | None = None,
    by: int,
    now: datetime,
) -> None:
    """Change an exam type. What is booked keeps its time, what was examined its points.

    A requirement is refused (ConflictError) while bookings to come stand on devices that lack it.
    Raises InvalidError, NotFoundError, StaleError.
    """
    lock_supply(session)
    if update_exam_type(session, exam_type_id, values, version=version, author=Author(by, now)):
        refresh_pressure(session)


@service
def retire_exam_type(
    session: Session, exam_type_id: int, *, version: int | None = None, by: int, now: datetime
) -> None:
    """Book it no more; what is booked is still examined. Raises NotFoundError, StaleError."""
    _set_retired(session, exam_type_id, version, Author(by, now), retired=True)


@service
def reinstate_exam_type(
    session: Session, exam_type_id: int, *, version: int | None = None, by: int, now: datetime
) -> None:
    """Book a retired exam type again. Raises NotFoundError, StaleError."""
    _set_retired(session, exam_type_id, version, Author(by, now), retired=False)


def _set_retired(
    session: Session, exam_type_id: int, version: int | None, author: Author, *, retired: bool
) -> None:
    lock_supply(session)
    exam_type = locked_row(session, ExamType, exam_type_id, version=version)
    if (exam_type.retired_at is not None) == retired:
        return
    exam_type.retired_at = author.now if retired else None
    save_row(session, exam_type, author, action="retire" if retired else "reinstate")
    refresh_pressure(session)
