"""Volume read from the roll-up: counts, parts, minutes and points of exams, in any grouping. No writes.

The rows behind a number are listed by queries/exams; both count what is not voided.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
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
_DATED = frozenset({"day", "month", "year"})
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
    groups: dict[tuple[Any, ...], _Group] = {}
    for found in session.execute(_grouped(chosen, keys)):
        places = tuple(_PLACES[key](found) for key in keys)
        group = groups.setdefault(tuple(shown for _rank, shown in places), _Group(places))
        group.add(found)
    ordered = sorted(groups.values(), key=lambda group: [rank for rank, _shown in group.places])
    rows = tuple(group.as_row(keys) for group in ordered)
    total = sum((row.amounts for row in rows), Amounts())
    return Volume(rows if keys else (), total)


class _Group:
    """Sums of what falls together: the months of several days."""

    __slots__ = ("places", "sums")

    def __init__(self, places: tuple[tuple[Any, Any], ...]) -> None:
        self.places = places
        self.sums = [0] * len(_SUMS)

    def add(self, found: Any) -> None:
        self.sums = [
            so_far + int(more) for so_far, more in zip(self.sums, found[: len(_SUMS)], strict=True)
        ]

    def as_row(self, keys: Sequence[str]) -> VolumeRow:
        shown = (each for _rank, each in self.places)
        return VolumeRow(dict(zip(keys, shown, strict=True)), Amounts(*self.sums))


def _grouped(chosen: VolumeFilter, keys: Sequence[str]) -> Select[Any]:
    """The sums per group first, by ids; only the few groups are then given their codes.

    Months and years are made of their days in Python: the rows lie in the order of days, so that the
    database groups by them without sorting, and needs no date arithmetic that engines disagree about.
    """
    columns = [_IDS[key].label(key) for key in keys if key in _IDS]
    if not _DATED.isdisjoint(keys):
        columns.append(ExamVolume.local_date.label("day"))
    sums = [func.coalesce(func.sum(getattr(ExamVolume, name)), 0).label(name) for name in _SUMS]
    counted = (
        select(*columns, *sums)
        .where(*_conditions(chosen))
        .group_by(*(column.element for column in columns))
        .subquery("counted")
    )
    statement: Select[Any] = select(*(counted.c[name] for name in _SUMS)).select_from(counted)
    if not _DATED.isdisjoint(keys):
        statement = statement.add_columns(counted.c.day)
    for key in (each for each in keys if each in _NAMED):
        named: Any = _NAMED[key]
        statement = statement.add_columns(
            named.code.label(key),
            named.sort_order.label(f"{key}_sort"),
            named.id.label(f"{key}_id"),
        ).join(named, named.id == counted.c[key])
    return statement


def _place_of_code(key: str) -> Callable[[Any], tuple[Any, Any]]:
    def place(found: Any) -> tuple[Any, Any]:
        rank = getattr(found, f"{key}_sort"), getattr(found, f"{key}_id")
        return rank, getattr(found, key)

    return place


# What a row of the statement says for a key: by what it is sorted, and how it is shown.
_PLACES: Mapping[str, Callable[[Any], tuple[Any, Any]]] = {
    "day": lambda found: (found.day, found.day),
    "month": lambda found: (month := f"{found.day:%Y-%m}", month),
    "year": lambda found: (found.day.year, found.day.year),
    **{key: _place_of_code(key) for key in _NAMED},
}


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


@dataclass(frozen=True, slots=True)
class Standing:
    """Today, this month and this year so far, with what was planned.

    `months` are the months of the year that have exams. `target` is the year's for all streams, None
    where nobody set one; `booked_today` counts the day's bookings by status.
    """

    today: Amounts
    month: Amounts
    year: Amounts
    months: Mapping[str, Amounts]
    target: int | None
    booked_today: Mapping[str, int]


def standing(session: Session, today: date, *, operator: str | None = None) -> Standing:
    """Where the department, or one operator (code), stands. Three statements."""
    year = VolumeFilter(date(today.year, 1, 1), date(today.year, 12, 31), operator=operator)
    found = volume(session, year, ["day"])
    months: dict[str, Amounts] = {}
    for row in found.rows:
        month = f"{row.keys['day']:%Y-%m}"
        months[month] = months.get(month, Amounts()) + row.amounts
    on_day = (row.amounts for row in found.rows if row.keys["day"] == today)
    return Standing(
        today=next(on_day, Amounts()),
        month=months.get(f"{today:%Y-%m}", Amounts()),
        year=found.total,
        months=months,
        target=target_of_year(session, today.year),
        booked_today=_booked(session, today) if operator is None else {},
    )


def _booked(session: Session, day: date) -> dict[str, int]:
    statement = (
        select(Booking.status, func.count().label("bookings"))
        .where(Booking.local_date == day)
        .group_by(Booking.status)
    )
    return {row.status: row.bookings for row in session.execute(statement)}
