"""Volume read from the roll-ups: exams, visits, parts, minutes and points, in any grouping. No writes.

Which roll-up answers is volume_source's. The rows behind a number are listed by queries/exams; both count what
queries/counting says.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tracker.domain.catalogue import TITLES
from tracker.domain.errors import N_, InvalidError
from tracker.domain.volume import AMOUNTS, NO_TITLE, SUMS, Amounts
from tracker.models import Booking, PartOfDay, StaffMember
from tracker.queries.volume_source import CODED, DATED, NAMED, VolumeFilter, asked

__all__ = [
    "CODED",
    "DATED",
    "KEYS",
    "Amounts",
    "Standing",
    "Volume",
    "VolumeFilter",
    "VolumeRow",
    "period_of",
    "standing",
    "sums_by",
    "volume",
]

KEYS = (*DATED, *CODED)
"""What volume may be grouped by, in the order in which rows carry it."""

MOST_GROUPS = 150_000
"""More than each doctor on each day of ten years; a question for every key at once would fill a process's memory."""

_Named = Mapping[Any, tuple[Any, Any]]
"""What stands in a row for a key → by what it is sorted, and how it is shown."""


@dataclass(frozen=True, slots=True)
class VolumeRow:
    """One group. `keys`: day a date, week "2026-W47", month "2026-11", quarter "2026-Q4", year a number, else a code."""

    keys: Mapping[str, Any]
    amounts: Amounts


@dataclass(frozen=True, slots=True)
class Volume:
    """The groups and their sum."""

    rows: tuple[VolumeRow, ...]
    total: Amounts


def volume(session: Session, chosen: VolumeFilter, by: Sequence[str] = ()) -> Volume:
    """The volume of the days, grouped by any of KEYS (none: the total alone).

    Rows come in the order of `by`: time ascending, everything else in the department's order. One statement for all
    roll-ups that are read and one for each key's names. Raises InvalidError on `by` for a key that does not exist.
    """
    keys = tuple(dict.fromkeys(by))
    found = sums_by(session, chosen, keys, AMOUNTS)
    rows = tuple(
        VolumeRow(dict(zip(keys, shown, strict=True)), Amounts(*sums)) for shown, sums in found
    )
    total = Amounts(*(sum(each) for each in zip(*(sums for _, sums in found), strict=True)))
    return Volume(rows if keys else (), total)


def sums_by(
    session: Session, chosen: VolumeFilter, by: Sequence[str], sums: Sequence[str] = SUMS
) -> list[tuple[tuple[Any, ...], Sequence[int]]]:
    """The same as bare tuples, and only the sums asked for (of domain/volume.SUMS): (keys as shown, sums), in order."""
    keys = tuple(dict.fromkeys(by))
    if not set(keys) <= set(KEYS):
        raise InvalidError(N_("Volume cannot be grouped by this."), field="by")
    names = [_names_of(session, key) for key in keys]
    groups: dict[tuple[Any, ...], list[int]] = {}
    shown: dict[tuple[Any, ...], tuple[Any, ...]] = {}
    count = len(keys)
    for row in _found(session, chosen, keys, sums):
        places = [named[value] for named, value in zip(names, row[:count], strict=True)]
        rank = tuple([place[0] for place in places])
        so_far = groups.get(rank)
        if so_far is None:
            groups[rank] = [int(value) for value in row[count:]]
            shown[rank] = tuple([place[1] for place in places])
        else:
            for place, value in enumerate(row[count:]):
                so_far[place] += int(value)
    return [(shown[rank], groups[rank]) for rank in sorted(groups)]


def _found(
    session: Session, chosen: VolumeFilter, keys: Sequence[str], sums: Sequence[str]
) -> Sequence[Any]:
    """The groups of all roll-ups that are read, in one statement. Raises InvalidError on `by` for too many."""
    found = session.execute(asked(chosen, keys, sums).limit(MOST_GROUPS + 1)).all()
    if len(found) > MOST_GROUPS:
        raise InvalidError(N_("These are too many figures. Choose fewer days or keys."), field="by")
    return found


class _Made(dict[Any, tuple[Any, Any]]):
    """Names that are made when they are first asked for."""

    def __init__(self, make: Callable[[Any], tuple[Any, Any]]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, value: Any) -> tuple[Any, Any]:
        self[value] = self._make(value)
        return self[value]


def _day(day: date) -> tuple[Any, Any]:
    return day, day


def _week(day: date) -> tuple[Any, Any]:
    year, week, _weekday = day.isocalendar()
    return (year, week), f"{year}-W{week:02}"


def _month(day: date) -> tuple[Any, Any]:
    return (day.year, day.month), f"{day:%Y-%m}"


def _quarter(day: date) -> tuple[Any, Any]:
    quarter = (day.month + 2) // 3
    return (day.year, quarter), f"{day.year}-Q{quarter}"


def _year(day: date) -> tuple[Any, Any]:
    return day.year, day.year


def period_of(key: str, day: date) -> Any:
    """The day, week, month, quarter or year of a day, as rows carry it."""
    return _PERIODS[key](day)[1]


_PERIODS = {"day": _day, "week": _week, "month": _month, "quarter": _quarter, "year": _year}


def _names_of(session: Session, key: str) -> _Named:
    if key in _PERIODS:
        return _Made(_PERIODS[key])
    if key == "part_of_day":
        return _parts_of_day(session)
    if key == "title":
        ranks = {code: rank for rank, code in enumerate(TITLES)}
        held = session.execute(select(StaffMember.id, StaffMember.title))
        return {
            row.id: ((ranks.get(row.title, len(ranks)), row.title), row.title or NO_TITLE)
            for row in held
        }
    model: Any = NAMED[key]
    rows = session.execute(select(model.id, model.code, model.sort_order))
    return {row.id: ((row.sort_order, row.id), row.code) for row in rows}


def _parts_of_day(session: Session) -> _Named:
    codes: Iterable[str] = session.scalars(
        select(PartOfDay.code).order_by(PartOfDay.sort_order, PartOfDay.id)
    )
    names = _Made(
        lambda code: ((True, code), code)
    )  # outside of all, or of a half-day that is gone
    names.update({code: ((False, f"{rank:03}"), code) for rank, code in enumerate(codes)})
    return names


@dataclass(frozen=True, slots=True)
class Standing:
    """Today, this month and this year so far.

    `months` are the months of the year that have exams; `not_over` their exams of today and of days to come (a file
    may bring some); `booked_today` counts the day's bookings by status.
    """

    today: Amounts
    month: Amounts
    year: Amounts
    months: Mapping[str, Amounts]
    not_over: Mapping[str, int]
    booked_today: Mapping[str, int]


def standing(session: Session, today: date) -> Standing:
    """Where the department stands. Three statements."""
    year = VolumeFilter(date(today.year, 1, 1), date(today.year, 12, 31))
    found = volume(session, year, ["month"])
    months = {row.keys["month"]: row.amounts for row in found.rows}
    days = volume(session, VolumeFilter(today, year.last), ["day"]).rows
    not_over = Counter[str]()
    for row in days:
        not_over[f"{row.keys['day']:%Y-%m}"] += row.amounts.exams
    return Standing(
        today=next((row.amounts for row in days if row.keys["day"] == today), Amounts()),
        month=months.get(f"{today:%Y-%m}", Amounts()),
        year=found.total,
        months=months,
        not_over=not_over,
        booked_today=_booked(session, today),
    )


def _booked(session: Session, day: date) -> dict[str, int]:
    statement = (
        select(Booking.status, func.count().label("bookings"))
        .where(Booking.local_date == day)
        .group_by(Booking.status)
    )
    return {row.status: row.bookings for row in session.execute(statement)}
