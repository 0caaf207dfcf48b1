"""Volume read from the roll-up: counts, parts, minutes and points of exams, in any grouping. No writes.

The rows behind a number are listed by queries/exams; both count what is not voided.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, extract, func, select
from sqlalchemy.orm import Session

from tracker.domain.errors import N_, InvalidError
from tracker.models import Booking, Device, ExamType, ExamVolume, StaffMember, Stream
from tracker.queries.calendar import target_of_year

KEYS = ("day", "month", "year", "stream", "exam_type", "device", "operator")
"""What volume may be grouped by, in the order in which rows carry it."""

_SUMS = ("exams", "parts", "minutes", "points_hundredths")
_NAMED: Mapping[str, type[Stream | ExamType | Device | StaffMember]] = {
    "stream": Stream,
    "exam_type": ExamType,
    "device": Device,
    "operator": StaffMember,
}
_IDS: Mapping[str, Any] = {
    "stream": ExamVolume.stream_id,
    "exam_type": ExamVolume.exam_type_id,
    "device": ExamVolume.device_id,
    "operator": ExamVolume.operator_id,
}


@dataclass(frozen=True, slots=True)
class Amounts:
    """How much: exams, their parts, their minutes, their points (hundredths)."""

    exams: int = 0
    parts: int = 0
    minutes: int = 0
    points_hundredths: int = 0

    def __add__(self, other: "Amounts") -> "Amounts":
        return Amounts(
            self.exams + other.exams,
            self.parts + other.parts,
            self.minutes + other.minutes,
            self.points_hundredths + other.points_hundredths,
        )


@dataclass(frozen=True, slots=True)
class VolumeRow:
    """One group. `keys`: day a date, month "2026-11", year a number, everything else a code."""

    keys: Mapping[str, Any]
    amounts: Amounts


@dataclass(frozen=True, slots=True)
class Volume:
    """The groups and their sum."""

    rows: tuple[VolumeRow, ...]
    total: Amounts


@dataclass(frozen=True, slots=True)
class VolumeFilter:
    """Which exams are counted: the hospital's days `first` to `last`, both inclusive, and codes."""

    first: date
    last: date
    stream: str | None = None
    exam_type: str | None = None
    device: str | None = None
    operator: str | None = None


def volume(session: Session, chosen: VolumeFilter, by: Sequence[str] = ()) -> Volume:
    """The volume of the days, grouped by any of KEYS (none: the total alone). One statement.

    Rows come in the order of `by`: days ascending, everything else in the department's order.
    Raises InvalidError on `by` for a key that does not exist.
    """
    keys = tuple(dict.fromkeys(by))
    if not set(keys) <= set(KEYS):
        raise InvalidError(N_("Volume cannot be grouped by this."), field="by")
    rows = tuple(_row(keys, found) for found in session.execute(_grouped(chosen, keys)))
    total = sum((row.amounts for row in rows), Amounts())
    return Volume(rows if keys else (), total)


def _grouped(chosen: VolumeFilter, keys: Sequence[str]) -> Select[Any]:
    """The sums per group first, by ids; only the few groups are then given their codes."""
    columns = [column for key in keys for column in _columns_of(key)]
    sums = [func.coalesce(func.sum(getattr(ExamVolume, name)), 0).label(name) for name in _SUMS]
    counted = (
        select(*columns, *sums)
        .where(*_conditions(chosen))
        .group_by(*(column.element for column in columns))
        .subquery("counted")
    )
    statement: Select[Any] = select(*(counted.c[name] for name in _SUMS)).select_from(counted)
    for key in keys:
        statement = _with_key(statement, counted, key)
    return statement


def _columns_of(key: str) -> list[Any]:
    if key in _IDS:
        return [_IDS[key].label(key)]
    day = ExamVolume.local_date
    if key == "day":
        return [day.label("day")]
    parts = ["year"] if key == "year" else ["year", "month"]
    return [extract(part, day).label(f"{key}_{part}") for part in parts]


def _with_key(statement: Select[Any], counted: Subquery, key: str) -> Select[Any]:
    if key in _NAMED:
        named: Any = _NAMED[key]
        return (
            statement.add_columns(named.code.label(key))
            .join(named, named.id == counted.c[key])
            .order_by(named.sort_order, named.id)
        )
    columns = [counted.c[column.name] for column in _columns_of(key)]
    return statement.add_columns(*columns).order_by(*columns)


def _conditions(chosen: VolumeFilter) -> list[ColumnElement[bool]]:
    conditions = [
        ExamVolume.local_date.between(chosen.first, chosen.last),
        ExamVolume.exams > 0,  # a row whose exams were all voided stays, and says nothing
    ]
    for key, column in _IDS.items():
        code = getattr(chosen, key)
        if code is not None:
            named = _NAMED[key]
            conditions.append(
                column == select(named.id).where(named.code == code).scalar_subquery()
            )
    return conditions


_VALUES: Mapping[str, Callable[[Any], object]] = {
    "year": lambda found: int(found.year_year),
    "month": lambda found: f"{int(found.month_year):04}-{int(found.month_month):02}",
}


def _row(keys: Sequence[str], found: Any) -> VolumeRow:
    values = {key: _VALUES[key](found) if key in _VALUES else getattr(found, key) for key in keys}
    return VolumeRow(values, Amounts(*(int(getattr(found, name)) for name in _SUMS)))


@dataclass(frozen=True, slots=True)
class Standing:
    """Today, this month and this year so far, with what was planned.

    `target` is the year's for all streams, None where nobody set one; `booked_today` counts the day's
    bookings by status.
    """

    today: Amounts
    month: Amounts
    year: Amounts
    target: int | None
    booked_today: Mapping[str, int]


def standing(session: Session, today: date, *, operator: str | None = None) -> Standing:
    """Where the department, or one operator (code), stands. Four statements."""
    months = volume(session, _year_of(today, operator), ["month"])
    days = volume(session, VolumeFilter(today, today, operator=operator))
    this_month = f"{today:%Y-%m}"
    month = sum((r.amounts for r in months.rows if r.keys["month"] == this_month), Amounts())
    return Standing(
        today=days.total,
        month=month,
        year=months.total,
        target=target_of_year(session, today.year),
        booked_today=_booked(session, today, operator),
    )


def _year_of(day: date, operator: str | None) -> VolumeFilter:
    return VolumeFilter(date(day.year, 1, 1), date(day.year, 12, 31), operator=operator)


def _booked(session: Session, day: date, operator: str | None) -> dict[str, int]:
    statement = (
        select(Booking.status, func.count().label("bookings"))
        .where(Booking.local_date == day)
        .group_by(Booking.status)
    )
    if operator is not None:
        statement = statement.join(StaffMember, StaffMember.id == Booking.operator_id).where(
            StaffMember.code == operator
        )
    return {row.status: row.bookings for row in session.execute(statement)}
