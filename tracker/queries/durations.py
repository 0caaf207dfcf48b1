"""Planned against actual minutes of exams clicked live, by exam type and device. No writes."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tracker.domain.spread import Spread, suggested_minutes
from tracker.models import Booking, Exam, ExamTypeStream
from tracker.queries.counting import counts, is_live
from tracker.queries.exam_types import ExamTypeRow, exam_types
from tracker.queries.local_time import seconds_of


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
    """Exams of the days `first` to `last` (inclusive) that were planned, by exam type. Four statements."""
    own = {(row[0], row[1]) for row in session.execute(_own_minutes())}
    rows: dict[int, list[Any]] = defaultdict(list)
    for row in _counted(session, first, last):
        rows[row.exam_type_id].append(row)
    return [
        _of_type(exam_type, rows[exam_type.id], own)
        for exam_type in exam_types(session, include_retired=True)
        if exam_type.id in rows
    ]


def _of_type(exam_type: ExamTypeRow, rows: list[Any], own: set[tuple[int, int]]) -> TypeDuration:
    by_device: dict[int, list[Any]] = defaultdict(list)
    compared: Counter[int] = Counter()
    for row in rows:
        by_device[row.device_id].append(row)
        if row.is_single and (exam_type.id, row.stream_id) not in own:
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


def _own_minutes() -> Any:
    return select(ExamTypeStream.exam_type_id, ExamTypeStream.stream_id).where(
        ExamTypeStream.minutes.is_not(None)
    )


def _counted(session: Session, first: date, last: date) -> Iterable[Any]:
    planned = (seconds_of(session, Booking.ends_at) - seconds_of(session, Booking.starts_at)) // 60
    each = (
        select(
            Exam.exam_type_id,
            Exam.stream_id,
            Exam.device_id,
            (Exam.parts == 1).label("is_single"),
            Exam.minutes,
            planned.label("planned"),
        )
        .join(Booking, Booking.id == Exam.booking_id)
        .where(counts(), is_live(), Exam.local_date.between(first, last))
        .subquery("each_exam")
    ).c
    keys = each.exam_type_id, each.stream_id, each.device_id, each.is_single, each.minutes
    sums = func.count().label("exams"), func.sum(each.planned).label("planned")
    return session.execute(select(*keys, *sums).group_by(*keys))
