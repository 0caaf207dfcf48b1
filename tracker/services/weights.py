"""Points of an exam type from a day on: what was examined before that day keeps its points."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.db import service
from tracker.domain.catalogue import MOST_POINTS_HUNDREDTHS, whole_number
from tracker.domain.errors import N_, ConflictError, InvalidError, NotFoundError
from tracker.models import Exam, ExamType, ExamTypePoints, Stream
from tracker.queries.counting import counts
from tracker.writes.audit import write_audit
from tracker.writes.booking_rows import Author
from tracker.writes.catalogue_rows import ids_of_codes
from tracker.writes.occupancy import lock_supply
from tracker.writes.placing import day_of


@dataclass(frozen=True, slots=True, kw_only=True)
class PointsFrom:
    """Points (hundredths) from a day of the hospital on; `stream` by code, None: of every stream."""

    valid_from: date
    points_hundredths: int
    further_part_points_hundredths: int
    stream: str | None = None


@service
def set_points_from(
    session: Session, exam_type_id: int, wanted: PointsFrom, *, by: int, now: datetime
) -> int:
    """Let points hold from a day on; returns the row's id. Exams of earlier days keep theirs.

    Raises NotFoundError, and InvalidError with the field: a day that is over, one that has a row already, or
    today, once an exam of this type is counted.
    """
    for name in ("points_hundredths", "further_part_points_hundredths"):
        whole_number(getattr(wanted, name), field=name, high=MOST_POINTS_HUNDREDTHS)
    lock_supply(session)
    if session.get(ExamType, exam_type_id) is None:
        raise NotFoundError(N_("This entry does not exist."))
    stream_id = _stream_id(session, wanted.stream)
    _check_day(session, exam_type_id, stream_id, wanted.valid_from, day_of(now))
    row = ExamTypePoints(
        exam_type_id=exam_type_id,
        stream_id=stream_id,
        valid_from=wanted.valid_from,
        points_hundredths=wanted.points_hundredths,
        further_part_points_hundredths=wanted.further_part_points_hundredths,
        made_at=now,
        made_by_id=by,
    )
    session.add(row)
    session.flush()
    _note(session, row, "add", Author(by, now))
    return row.id


def _stream_id(session: Session, code: str | None) -> int | None:
    return None if code is None else ids_of_codes(session, Stream, [code], field="stream")[code]


def _check_day(
    session: Session, exam_type_id: int, stream_id: int | None, day: date, today: date
) -> None:
    if day < today:
        raise InvalidError(
            N_("Points change from today on at the earliest: days that are over keep theirs."),
            field="valid_from",
        )
    taken = select(ExamTypePoints.id).where(
        ExamTypePoints.exam_type_id == exam_type_id,
        ExamTypePoints.stream_id.is_not_distinct_from(stream_id),
        ExamTypePoints.valid_from == day,
    )
    if session.scalar(taken) is not None:
        raise InvalidError(
            N_("From this day other points are entered already."), field="valid_from"
        )
    counted = select(Exam.id).where(Exam.exam_type_id == exam_type_id, Exam.local_date == day)
    if stream_id is not None:
        counted = counted.where(Exam.stream_id == stream_id)
    if session.scalar(counted.where(counts()).limit(1)) is not None:
        raise InvalidError(
            N_("Exams of this type are counted today already. Choose a later day."),
            field="valid_from",
        )


@service
def drop_points_from(
    session: Session, exam_type_id: int, points_id: int, *, by: int, now: datetime
) -> None:
    """Take back points that have not begun. Raises NotFoundError, ConflictError (begun: exams count by them)."""
    lock_supply(session)
    row = session.get(ExamTypePoints, points_id)
    if row is None or row.exam_type_id != exam_type_id:
        raise NotFoundError(N_("This entry does not exist."))
    if row.valid_from <= day_of(now):
        raise ConflictError(N_("These points hold already; enter others from a later day."))
    _note(session, row, "remove", Author(by, now))
    session.delete(row)
    session.flush()


def _note(session: Session, row: ExamTypePoints, action: str, author: Author) -> None:
    """The entry stands with the exam type, whose history the page shows."""
    names = ("stream_id", "points_hundredths", "further_part_points_hundredths")
    values = {name: getattr(row, name) for name in names if getattr(row, name) is not None}
    write_audit(
        session,
        action=action,
        entity=ExamType.__tablename__,
        entity_id=row.exam_type_id,
        by=author.by,
        now=author.now,
        change={"valid_from": row.valid_from.isoformat(), **values},
    )
