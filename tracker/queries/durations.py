"""Planned against actual minutes of exams clicked live, by exam type and device. No writes."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, select
from sqlalchemy.orm import Session

from tracker.domain.spread import Spread, suggested_minutes
from tracker.models import Booking, Exam, ExamTypeStream
from tracker.queries.exam_types import ExamTypeRow, exam_types
from tracker.queries.local_time import seconds_of
from tracker.queries.waits import is_measured


@dataclass(frozen=True, slots=True)
class Duration:
    """Exams with their booking's planned minutes (in all) and the actual minutes of each."""

    planned_minutes: int
    actual: Spread

    @property
    def actual_minutes(self) -> int:
        """Minutes of all."""
        return sum(minutes * exams for minutes, exams in self.actual.counts.items())

    @property
    def ratio(self) -> float | None:
        """Actual ÷ planned minutes."""
        return self.actual_minutes / self.planned_minutes if self.planned_minutes else None


@dataclass(frozen=True, slots=True)
class TypeDuration:
    """An exam type: all its exams, those of each device (id), and those its standard duration is compared with.

    Compared are exams of one part of streams without minutes of their own; `suggested` is None where the
    standard duration is right, or too few were measured.
    """

    exam_type: ExamTypeRow
    whole: Duration
    devices: dict[int, Duration]
    compared: Spread

    @property
    def suggested(self) -> int | None:
        """A new standard duration."""
        return suggested_minutes(self.exam_type.minutes, self.compared)


def durations(session: Session, first: date, last: date) -> list[TypeDuration]:
    """Exams of the days `first` to `last` (inclusive) that were planned, by exam type. Three statements."""
    rows: dict[int, list[Any]] = defaultdict(list)
    for row in _counted(session, first, last):
        rows[row.exam_type_id].append(row)
    return [
        _of_type(exam_type, rows[exam_type.id])
        for exam_type in exam_types(session, include_retired=True)
        if exam_type.id in rows
    ]


def _of_type(exam_type: ExamTypeRow, rows: list[Any]) -> TypeDuration:
    by_device: dict[int, list[Any]] = defaultdict(list)
    compared: Counter[int] = Counter()
    for row in rows:
        by_device[row.device_id].append(row)
        if row.is_compared:
            compared[row.minutes] += row.exams
    devices = {device_id: _sum(found) for device_id, found in by_device.items()}
    return TypeDuration(exam_type, _sum(rows), devices, Spread(compared))


def _sum(rows: Iterable[Any]) -> Duration:
    actual: Counter[int] = Counter()
    planned = 0
    for row in rows:
        actual[row.minutes] += row.exams
        planned += int(row.planned)
    return Duration(planned, Spread(actual))


def is_compared() -> ColumnElement[bool]:
    """An exam of one part, of a stream that has no minutes of its own for the exam type."""
    own = exists().where(
        ExamTypeStream.exam_type_id == Exam.exam_type_id,
        ExamTypeStream.stream_id == Exam.stream_id,
        ExamTypeStream.minutes.is_not(None),
    )
    return and_(Exam.parts == 1, ~own)


def planned_minutes(session: Session) -> Any:
    """Minutes that a booking held."""
    return (seconds_of(session, Booking.ends_at) - seconds_of(session, Booking.starts_at)) // 60


def _counted(session: Session, first: date, last: date) -> Iterable[Any]:
    each = (
        select(
            Exam.exam_type_id,
            Exam.device_id,
            is_compared().label("is_compared"),
            Exam.minutes,
            planned_minutes(session).label("planned"),
        )
        .join(Booking, Booking.id == Exam.booking_id)
        .where(is_measured(), Exam.local_date.between(first, last))
        .subquery("each_exam")
    ).c
    keys = each.exam_type_id, each.device_id, each.is_compared, each.minutes
    sums = func.count().label("exams"), func.sum(each.planned).label("planned")
    return session.execute(select(*keys, *sums).group_by(*keys))
