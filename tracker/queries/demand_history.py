"""What a forecast is made from: exams performed and bookings standing, per day, part of day, stream and exam type.

The database counts; an exam is taken by the part of day in which it starts. Voided exams never count. No writes.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Date,
    Integer,
    Select,
    and_,
    case,
    column,
    func,
    literal_column,
    select,
    true,
    values,
)
from sqlalchemy.orm import Session

from tracker import clock
from tracker.db import UtcDateTime
from tracker.domain.cellmeans import Cell
from tracker.domain.daylevels import WorkDays
from tracker.domain.forecast import Booked
from tracker.domain.lifecycle import LIVE
from tracker.domain.workcalendar import instant_of
from tracker.models import Booking, CalendarDay, Exam, ExamType, ExamTypeStream, Stream
from tracker.queries.calendar import target_of_year, work_calendar
from tracker.queries.counting import counts
from tracker.queries.streams import PartOfDayRow, parts_of_day

Pair = tuple[int, int]
"""A stream and an exam type, by their ids."""

_LIVE = [status.value for status in LIVE]


@dataclass(frozen=True, slots=True)
class History:
    """Exams of each day and cell, and how many parts an exam of a stream and a type has on average."""

    exams: Mapping[date, Mapping[Cell, float]]
    mean_parts: Mapping[Pair, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Found:
    local_date: date
    cell: Cell
    exams: int
    parts: int


def work_days(session: Session) -> WorkDays:
    """The working calendar with its make-up days. Three statements."""
    make_up = session.scalars(select(CalendarDay.local_date).where(CalendarDay.kind == "make_up"))
    return WorkDays(work_calendar(session), frozenset(make_up))


def demand_history(session: Session, days: Iterable[date]) -> History:
    """Exams performed on these days, of streams and exam types in service. Three statements.

    190,000 exams of a year are counted in about a quarter of a second on either engine.
    """
    exams: dict[date, dict[Cell, float]] = defaultdict(dict)
    parts: dict[Pair, int] = defaultdict(int)
    performed: dict[Pair, int] = defaultdict(int)
    in_service = _terms(session, in_service=True)
    for found in _counted(session, Exam, Exam.started_at, counts(), days):
        pair = found.cell.stream_id, found.cell.exam_type_id
        if pair in in_service:
            exams[found.local_date][found.cell] = found.exams
            parts[pair] += found.parts
            performed[pair] += found.exams
    return History(dict(exams), {pair: parts[pair] / performed[pair] for pair in performed})


def booked_demand(session: Session, days: Iterable[date]) -> dict[tuple[date, Cell], Booked]:
    """What stands on these days, whatever its block, with its planned minutes. Three statements."""
    terms = _terms(session)
    standing: dict[tuple[date, Cell], Booked] = {}
    live = Booking.status.in_(_LIVE)
    for found in _counted(session, Booking, Booking.starts_at, live, days):
        first, further = terms[found.cell.stream_id, found.cell.exam_type_id]
        minutes = found.exams * first + (found.parts - found.exams) * further
        standing[found.local_date, found.cell] = Booked(found.exams, minutes)
    return standing


def supposed_demand(session: Session, year: int) -> dict[Cell, float]:
    """An ordinary working day as the year's target and the shares of all requests have it; nothing without both.

    A part of the day has as much of it as it has of the hours. Five statements.
    """
    target = target_of_year(session, year)
    calendar = work_calendar(session)
    worked = sum(1 for _ in calendar.working_days(date(year, 1, 1), date(year, 12, 31)))
    parts = parts_of_day(session)
    hours = sum(_minutes_of(part) for part in parts)
    if not target or not worked or not hours:
        return {}
    shares = session.execute(
        select(
            ExamTypeStream.stream_id, ExamTypeStream.exam_type_id, ExamTypeStream.demand_permille
        )
        .join(Stream, Stream.id == ExamTypeStream.stream_id)
        .join(ExamType, ExamType.id == ExamTypeStream.exam_type_id)
        .where(Stream.retired_at.is_(None), ExamType.retired_at.is_(None))
    ).all()
    a_day = target / worked / 1000
    return {
        Cell(part.code, stream_id, exam_type_id): a_day * permille * _minutes_of(part) / hours
        for part in parts
        for stream_id, exam_type_id, permille in shares
    }


def _minutes_of(part: PartOfDayRow) -> int:
    hours, minutes = part.ends.hour - part.starts.hour, part.ends.minute - part.starts.minute
    return hours * 60 + minutes


def minutes_each(session: Session, mean_parts: Mapping[Pair, float]) -> dict[Pair, float]:
    """The planned minutes of an exam of each stream and type, at the parts it has on average. One statement."""
    return {
        pair: first + (mean_parts.get(pair, 1.0) - 1) * further
        for pair, (first, further) in _terms(session).items()
    }


def _terms(session: Session, *, in_service: bool = False) -> dict[Pair, tuple[int, int]]:
    """Minutes of the first and of each further part: the pair's own, or else the exam type's."""
    pairs = (
        select(
            Stream.id,
            ExamType.id,
            func.coalesce(ExamTypeStream.minutes, ExamType.minutes),
            func.coalesce(ExamTypeStream.further_part_minutes, ExamType.further_part_minutes),
        )
        .select_from(ExamType)
        .join(Stream, true())
        .outerjoin(
            ExamTypeStream,
            and_(ExamTypeStream.exam_type_id == ExamType.id, ExamTypeStream.stream_id == Stream.id),
        )
    )
    if in_service:
        pairs = pairs.where(Stream.retired_at.is_(None), ExamType.retired_at.is_(None))
    found = session.execute(pairs)
    return {(stream, exam_type): (first, further) for stream, exam_type, first, further in found}


def _counted(
    session: Session,
    source: Any,
    starts_at: Any,
    condition: ColumnElement[bool],
    days: Iterable[date],
) -> Iterable[_Found]:
    """Rows of a table that fulfil the condition, counted by day and cell."""
    parts = sorted(parts_of_day(session), key=lambda part: part.starts)
    wanted = list(days)
    if not wanted or not parts:
        return
    borders = _borders(wanted, [part.starts for part in parts[1:]])
    rows = session.execute(_grouped(source, starts_at, borders).where(condition))
    for day, stream_id, exam_type_id, number, exams, count in rows:
        yield _Found(day, Cell(parts[number].code, stream_id, exam_type_id), exams, int(count))


def _borders(days: Sequence[date], starts: Sequence[Any]) -> CTE:
    """The days, each with the instants at which its later parts begin: right on a day of other clocks, too.

    What begins between two parts (an exam of the morning at 12:10) belongs to the earlier one.
    """
    zone = clock.hospital_zone()
    columns = [column("local_date", Date), *_border_columns(len(starts))]
    rows = [(day, *(instant_of(day, start, zone) for start in starts)) for day in days]
    return values(*columns, name="wanted").data(rows).cte("wanted_day")


def _border_columns(count: int) -> list[Any]:
    return [column(f"border_{number}", UtcDateTime) for number in range(count)]


def _grouped(source: Any, starts_at: Any, borders: CTE) -> Select[Any]:
    later = [each for each in borders.c if each.name != "local_date"]
    number: Any = literal_column("0", Integer)
    if later:
        number = case(
            *((starts_at < border, literal_column(str(n))) for n, border in enumerate(later)),
            else_=literal_column(str(len(later))),
        )
    keys = source.local_date, source.stream_id, source.exam_type_id
    return (
        select(*keys, number.label("part_number"), func.count(), func.sum(source.parts))
        .join(borders, borders.c.local_date == source.local_date)
        .group_by(*keys, "part_number")
    )
