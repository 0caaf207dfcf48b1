"""How the devices are used: minutes examined of the minutes open, by weekday and hour; overtime; what was closed.

Examined minutes and overtime are those of exams clicked live; what was entered later is counted as left out.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, and_, case, func, or_, select
from sqlalchemy.orm import Session

from tracker.domain.opentime import HOUR, minutes_by_hour
from tracker.models import Block, Exam
from tracker.queries.counting import counts, is_live
from tracker.queries.device_time import DeviceTime, Shut, closures_between, device_times
from tracker.queries.local_time import local_seconds_of, minute_of_day, seconds_of, weekday_of

HourKey = tuple[int, int]
"""A weekday (Monday 0) and an hour of the day; what runs past midnight has hours from 24."""


@dataclass(frozen=True, slots=True)
class Use:
    """Minutes of a device, an hour or all: blocks = way + closed + open; `exams` are those clicked live.

    `overtime` are the minutes after the device's last block of the day (all, on a day without one; none before
    the first block that is known);
    `left_out` are exams whose times nobody clicked.
    """

    block_minutes: int = 0
    way_minutes: int = 0
    closed_minutes: int = 0
    open_minutes: int = 0
    examined_minutes: int = 0
    overtime_minutes: int = 0
    exams: int = 0
    left_out: int = 0

    @property
    def share(self) -> float | None:
        """Examined ÷ open minutes; None where nothing was open."""
        return self.examined_minutes / self.open_minutes if self.open_minutes else None

    def __add__(self, other: "Use") -> "Use":
        return Use(*(getattr(self, name) + getattr(other, name) for name in _FIELDS))


_FIELDS = tuple(Use.__dataclass_fields__)


@dataclass(frozen=True, slots=True)
class Cause:
    """Why minutes were closed: the reason as it was given, its closures (ids), the minutes it took."""

    reason: str
    closures: tuple[int, ...]
    minutes: int


@dataclass(frozen=True, slots=True)
class DeviceUse:
    """The use of the devices (by id), of the hours of a week, and why minutes were closed (most first)."""

    devices: Mapping[int, Use]
    hours: Mapping[HourKey, Use]
    causes: tuple[Cause, ...]

    @property
    def total(self) -> Use:
        """All devices together."""
        return sum(self.devices.values(), Use())


def device_use(
    session: Session, first: date, last: date, *, now: datetime, device_id: int | None = None
) -> DeviceUse:
    """The use from `first` to `last` (inclusive), as far as it is over; of one device or of all.

    Four statements at most, summed by the database.
    """
    times = [
        each
        for each in device_times(session, first, last, now=now)
        if device_id in (None, each.device_id)
    ]
    devices = _opened(times)
    opened, examined = _opened_hours(times), Counter[HourKey]()
    for row in _examined(session, first, last, device_id):
        devices[row.device_id] += _of_row(row)
        if row.is_live:
            for hour, minutes in _by_hour(row):
                examined[row.weekday, hour] += minutes
    hours = {
        key: Use(open_minutes=opened[key], examined_minutes=examined[key])
        for key in opened | examined
    }
    return DeviceUse(devices, hours, causes_of(times, closures_between(session, first, last)))


def _opened(times: Iterable[DeviceTime]) -> dict[int, Use]:
    sums: dict[int, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for each in times:
        time, of_device = each.time, sums[each.device_id]
        minutes = time.block_minutes, time.way_minutes, sum(time.closed.values()), time.minutes
        for place, count in enumerate(minutes):
            of_device[place] += count
    return defaultdict(Use, {device: Use(*minutes) for device, minutes in sums.items()})


def _opened_hours(times: Iterable[DeviceTime]) -> Counter[HourKey]:
    """Open minutes by weekday and hour; most days are open alike, and are taken apart once."""
    alike = Counter((each.local_date.weekday(), each.time.open) for each in times)
    opened: Counter[HourKey] = Counter()
    for (weekday, mask), often in alike.items():
        for hour, minutes in minutes_by_hour(mask):
            opened[weekday, hour] += often * minutes
    return opened


def _of_row(row: Any) -> Use:
    if not row.is_live:
        return Use(left_out=row.exams)
    return Use(
        examined_minutes=int(row.minutes), overtime_minutes=int(row.overtime), exams=row.exams
    )


def _by_hour(row: Any) -> Iterable[tuple[int, int]]:
    """The minutes of exams that begin in one hour and end in another (or the same), hour by hour."""
    begins, ends, starts, minutes = row.begins, row.ends, int(row.starts), int(row.minutes)
    if begins == ends:
        return [(begins, minutes)]
    between = [(hour, row.exams * HOUR) for hour in range(begins + 1, ends)]
    first = row.exams * HOUR * (begins + 1) - starts
    last = starts + minutes - row.exams * HOUR * ends
    return [(begins, first), *between, (ends, last)] if last else [(begins, first), *between]


def _examined(session: Session, first: date, last: date, device_id: int | None) -> Iterable[Any]:
    """Exams that count by device, weekday and the hours in which they begin and end. One statement."""
    begins = local_seconds_of(session, Exam.started_at, first, last)
    weekday, start = weekday_of(begins).label("weekday"), minute_of_day(begins).label("start")
    each = _each_exam(session, first, last, Exam.device_id, weekday, start)
    if device_id is not None:
        each = each.where(Exam.device_id == device_id)
    # worked out once for each exam: SQLite would repeat what it reads from a subquery for every use
    exam = each.cte("each_exam").prefix_with("MATERIALIZED").c
    keys = (
        exam.device_id,
        exam.is_live,
        exam.weekday,
        (exam.start // HOUR).label("begins"),
        ((exam.start + exam.minutes) // HOUR).label("ends"),
    )
    sums = (
        func.count().label("exams"),
        func.sum(exam.start).label("starts"),
        func.sum(exam.minutes).label("minutes"),
        func.sum(exam.overtime).label("overtime"),
    )
    return session.execute(
        select(*keys, *sums).group_by("device_id", "is_live", "weekday", "begins", "ends")
    )


def in_hours(
    session: Session, days: tuple[date, date], *, weekday: int | None, hour: int | None
) -> list[ColumnElement[bool]]:
    """The conditions on exams of these days that have minutes in an hour of a weekday: the rows behind DeviceUse.hours.

    None: any. What runs past midnight has hours from 24, of the weekday on which it began.
    """
    if weekday is None and hour is None:
        return []
    begins = local_seconds_of(session, Exam.started_at, *days)
    conditions: list[ColumnElement[bool]] = []
    if weekday is not None:
        conditions.append(weekday_of(begins) == weekday)
    if hour is not None:
        start, opens = minute_of_day(begins), hour * HOUR
        conditions += [start < opens + HOUR, start + Exam.minutes > opens]
    return conditions


def exam_minutes_by_type(session: Session, first: date, last: date) -> Mapping[int, Use]:
    """Exam type (id) → examined minutes, overtime and exams, live or left out; nothing of the machines. One statement."""
    exam = _each_exam(session, first, last, Exam.exam_type_id).subquery("each_exam").c
    sums = (
        func.count().label("exams"),
        func.sum(exam.minutes).label("minutes"),
        func.sum(exam.overtime).label("overtime"),
    )
    keys = exam.exam_type_id, exam.is_live
    found: dict[int, Use] = defaultdict(Use)
    for row in session.execute(select(*keys, *sums).group_by(*keys)):
        found[row.exam_type_id] += _of_row(row)
    return found


def _each_exam(session: Session, first: date, last: date, *columns: Any) -> Select[Any]:
    """The exams that count, with these columns, their minutes and their overtime, and whether they are live."""
    past = PastBlock.of(session, first, last)
    return (
        select(*columns, is_live().label("is_live"), Exam.minutes, past.minutes.label("overtime"))
        .outerjoin(past.last_blocks, past.is_of_exam)
        .where(counts(), Exam.local_date.between(first, last))
    )


@dataclass(frozen=True, slots=True)
class PastBlock:
    """Whole minutes of an exam past the block, for a statement that joins `last_blocks` (outer) on `is_of_exam`.

    They are those after the last block of its device and day; all where there was none. Before the first block that
    is known of any device nobody can say what was past one.
    """

    last_blocks: Subquery
    is_of_exam: ColumnElement[bool]
    minutes: Any

    @classmethod
    def of(cls, session: Session, first: date, last: date) -> "PastBlock":
        """For exams of the days `first` to `last` (inclusive)."""
        blocks = (
            select(Block.device_id, Block.local_date, func.max(Block.ends_at).label("ends_at"))
            .where(Block.local_date.between(first, last))
            .group_by(Block.device_id, Block.local_date)
            .subquery("closing")
        )
        there = and_(blocks.c.device_id == Exam.device_id, blocks.c.local_date == Exam.local_date)
        return cls(blocks, there, _overtime(session, blocks.c.ends_at))


def _overtime(session: Session, closes: Any) -> Any:
    known_from = select(func.min(Block.local_date)).scalar_subquery()
    is_unknown = or_(known_from.is_(None), Exam.local_date < known_from)
    begins = case(
        (Exam.started_at > closes, seconds_of(session, Exam.started_at)),
        else_=seconds_of(session, closes),
    )
    past = (seconds_of(session, Exam.ended_at) - begins) // 60
    return case(
        (and_(closes.is_(None), is_unknown), 0),
        (closes.is_(None), Exam.minutes),
        (Exam.ended_at > closes, past),
        else_=0,
    )


def causes_of(times: Iterable[DeviceTime], shuts: Iterable[Shut]) -> tuple[Cause, ...]:
    """Why minutes of these device days were closed, by the words of the closures; most minutes first."""
    minutes: Counter[int] = Counter()
    for each in times:
        minutes.update(each.time.closed)
    by_reason: dict[str, list[int]] = defaultdict(list)
    for shut in shuts:
        if shut.id in minutes:
            by_reason[shut.reason].append(shut.id)
    causes = [
        Cause(reason, tuple(ids), sum(minutes[each] for each in ids))
        for reason, ids in by_reason.items()
    ]
    return tuple(sorted(causes, key=lambda cause: (-cause.minutes, cause.reason)))
