"""What the volume pages show: where the department stands, the months against the target, a stretch by each key."""

from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from urllib.parse import urlencode

from tracker.domain.lifecycle import Status
from tracker.queries import Reading
from tracker.queries.calendar import work_calendar
from tracker.queries.volume import Amounts, Standing, Volume, VolumeFilter, standing, volume
from tracker.web.exam_choices import Catalogue, read_catalogue
from tracker.web.filters import localised


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days (both inclusive) and perhaps one doctor (code): what the tables count."""

    first: date
    last: date
    operator: str | None = None

    def exams_address(self, **chosen: object) -> str:
        """The list of the exams behind a number of this stretch."""
        given = {"from": self.first.isoformat(), "to": self.last.isoformat(), **chosen}
        if self.operator:
            given["operator"] = self.operator
        return "/exams?" + urlencode(given)


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a table: its words, its sums, its share of the exams, the list behind it."""

    name: str
    amounts: Amounts
    share: float
    href: str


@dataclass(frozen=True, slots=True)
class MonthLine:
    """A month: exams, and what the year's target means for its working days (None: no target)."""

    first: date
    amounts: Amounts
    planned: int | None
    href: str


@dataclass(frozen=True, slots=True)
class Pace:
    """How far the year is: working days that are over (today included) of all, and the target's part."""

    days_over: int
    days: int
    expected: int | None


@dataclass(frozen=True, slots=True)
class VolumePage:
    """Everything the page shows; `tables` holds lines by key (stream, exam_type, device, operator)."""

    standing: Standing
    planned_today: int
    target: int | None
    months: list[MonthLine]
    pace: Pace
    tables: Mapping[str, list[Line]]
    total: Amounts


def read_volume(reading: Reading, stretch: Stretch, *, today: date) -> VolumePage:
    """Fourteen statements, whatever the stretch and however many exams."""
    known = read_catalogue(reading)
    found = standing(reading, today, operator=stretch.operator)
    chosen = VolumeFilter(stretch.first, stretch.last, operator=stretch.operator)
    # two pairs cost half of four passes over the rows
    parts = [
        volume(reading, chosen, pair) for pair in (("stream", "exam_type"), ("device", "operator"))
    ]
    days, over = _plan_of(reading, today)
    target = None if stretch.operator else found.target  # the target is the department's
    planned = {status: found.booked_today.get(status, 0) for status in Status}
    return VolumePage(
        standing=found,
        planned_today=sum(planned.values()) - planned[Status.CANCELLED],
        target=target,
        months=_months(found, days, stretch, target),
        pace=_pace(days, over, target),
        tables=_tables(parts, known, stretch),
        total=parts[0].total,
    )


def _tables(parts: Sequence[Volume], known: Catalogue, stretch: Stretch) -> dict[str, list[Line]]:
    of_key = {
        "stream": (parts[0], known.streams),
        "exam_type": (parts[0], known.exam_types),
        "device": (parts[1], known.devices),
        "operator": (parts[1], known.doctors),
    }
    return {
        key: _lines(_sums(counted, key), key, rows, stretch)
        for key, (counted, rows) in of_key.items()
    }


def _sums(counted: Volume, key: str) -> dict[str, Amounts]:
    sums: dict[str, Amounts] = {}
    for row in counted.rows:
        code = row.keys[key]
        sums[code] = sums.get(code, Amounts()) + row.amounts
    return sums


def _lines(
    sums: Mapping[str, Amounts], key: str, rows: Sequence[Any], stretch: Stretch
) -> list[Line]:
    """In the department's order; an exam by somebody who is no doctor here still has its line."""
    names = {row.code: _name(row) for row in rows}
    total = sum(amounts.exams for amounts in sums.values()) or 1
    codes = [code for code in names if code in sums] + [code for code in sums if code not in names]
    return [
        Line(
            names.get(code, code),
            sums[code],
            sums[code].exams / total,
            stretch.exams_address(**{key: code}),
        )
        for code in codes
    ]


def _name(row: Any) -> str:
    if hasattr(row, "name_zh"):
        return localised(row)
    return f"{row.name} {row.code}" if hasattr(row, "title") else str(row.code)


def _plan_of(reading: Reading, today: date) -> tuple[dict[date, int], int]:
    """The first of each month → its working days; and how many of the year are over, today included."""
    calendar = work_calendar(reading)
    firsts = [date(today.year, month, 1) for month in range(1, 13)]
    days = {
        first: sum(1 for _day in calendar.working_days(first, last_of(first))) for first in firsts
    }
    return days, sum(1 for _day in calendar.working_days(firsts[0], today))


def _pace(days: Mapping[date, int], over: int, target: int | None) -> Pace:
    year = sum(days.values())
    return Pace(over, year, None if target is None or not year else target * over // year)


def _months(
    found: Standing, days: Mapping[date, int], stretch: Stretch, target: int | None
) -> list[MonthLine]:
    """Each month with its part of the target, by working days; the parts add up to the target."""
    lines, year, before = [], sum(days.values()), 0
    for first, worked in days.items():
        planned = None
        if target is not None and year:
            so_far = before + worked
            planned = target * so_far // year - target * before // year
            before = so_far
        month = replace(stretch, first=first, last=last_of(first))
        amounts = found.months.get(f"{first:%Y-%m}", Amounts())
        lines.append(MonthLine(first, amounts, planned, month.exams_address()))
    return lines


def last_of(day: date) -> date:
    """The last day of the month in which a day lies."""
    return day.replace(day=monthrange(day.year, day.month)[1])
