"""What the pages of closed months show: three figures of a month, its changes, the months of a year.

Other volume pages take `closing_of` and the macro of macros/closing.html where they show whole closed months.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from tracker.domain.closing import (
    NOTHING,
    Change,
    Figures,
    Key,
    may_close,
    total_of,
)
from tracker.domain.months import last_of_month, month_end
from tracker.queries import Reading
from tracker.queries.closing import (
    DIMENSIONS,
    ClosedMonthRow,
    Reopening,
    Three,
    closed_month,
    closed_months,
    closed_totals,
    month_figures,
    reopenings,
)
from tracker.queries.closing_changes import changes_since_closing
from tracker.queries.volume import VolumeFilter, volume
from tracker.reports.words import name_of
from tracker.web.exam_choices import Catalogue, read_catalogue


def month_href(month: date) -> str:
    """The page of the month that begins with this day."""
    return f"/volume/months/{month:%Y-%m}"


@dataclass(frozen=True, slots=True)
class MonthOfYear:
    """A month in the list; `three.closed` is nothing where it is open."""

    month: date
    closing: ClosedMonthRow | None
    three: Three
    is_over: bool
    may_be_closed: bool

    @property
    def href(self) -> str:
        """The month's own page."""
        return month_href(self.month)


@dataclass(frozen=True, slots=True)
class Closing:
    """The three figures of a stretch whose months are all closed, for any page that shows that stretch."""

    months: Sequence[ClosedMonthRow]
    three: Three

    @property
    def href(self) -> str:
        """Where its changes are listed."""
        month = self.months[0].month
        return month_href(month) if len(self.months) == 1 else f"/volume/months?year={month.year}"


@dataclass(frozen=True, slots=True)
class FigureLine:
    """A line of a month's table: its words, its three figures, the list behind the present one."""

    name: str
    three: Three
    href: str


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """A change with the words of where it took away and where it put."""

    change: Change
    places: Sequence[tuple[int, str]]


@dataclass(frozen=True, slots=True)
class MonthPage:
    """Everything the page of a month shows; an open month has its present figures alone."""

    month: date
    closing: ClosedMonthRow | None
    total: Three
    tables: Mapping[str, Sequence[FigureLine]]
    changes: Sequence[ChangeLine]
    taken_back: Sequence[Reopening]
    may_be_closed: bool
    is_over: bool

    @property
    def code(self) -> str:
        """2026-10."""
        return f"{self.month:%Y-%m}"

    @property
    def first(self) -> date:
        """The first day."""
        return self.month

    @property
    def last(self) -> date:
        """The last day."""
        return last_of_month(self.month)


def closing_of(reading: Reading, first: date, last: date) -> Closing | None:
    """The three figures of the days `first` to `last`, when they are whole months and all closed; else None.

    For one month or a year that is over: two statements, or four.
    """
    if first.day != 1 or last != last_of_month(last):
        return None
    found = closed_months(reading, first, last)
    wanted = list(_months_between(first, last))
    if not found or any(month not in found for month in wanted):
        return None
    rows = [found[month] for month in wanted]
    closed = total_of(closed_totals(reading, [row.id for row in rows]).values())
    present = Figures.of(volume(reading, VolumeFilter(first, last)).total)
    return Closing(rows, Three(closed, present))


def _months_between(first: date, last: date) -> Iterable[date]:
    month = first
    while month <= last:
        yield month
        month = month_end(month)


def months_of_year(reading: Reading, year: int, today: date) -> list[MonthOfYear]:
    """The months of a year, newest first, those that have begun. Three statements."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    closed = closed_months(reading)
    totals = closed_totals(reading, [row.id for row in closed.values() if row.month.year == year])
    found = volume(reading, VolumeFilter(first, last), ["month"])
    present = {row.keys["month"]: Figures.of(row.amounts) for row in found.rows}
    lines = []
    for month in _months_between(first, min(last, today)):
        closing = closed.get(month)
        kept = totals.get(closing.id, NOTHING) if closing else NOTHING
        three = Three(kept, present.get(f"{month:%Y-%m}", NOTHING))
        over = month_end(month) <= today
        lines.append(MonthOfYear(month, closing, three, over, may_close(month, closed, today)))
    return lines[::-1]


def read_month(reading: Reading, month: date, today: date) -> MonthPage:
    """The page of a month."""
    known = read_catalogue(reading)
    closing = closed_month(reading, month)
    standing = closed_months(reading)
    by_dimension, total = _figures(reading, month, closing)
    changes = [] if closing is None else changes_since_closing(reading, closing)
    places = _Places(known)
    return MonthPage(
        month=month,
        closing=closing,
        total=total,
        tables={key: _lines(threes, key, known, month) for key, threes in by_dimension.items()},
        changes=[ChangeLine(change, places.of(change)) for change in changes],
        taken_back=reopenings(reading, month),
        may_be_closed=may_close(month, standing, today),
        is_over=month_end(month) <= today,
    )


def _figures(
    reading: Reading, month: date, closing: ClosedMonthRow | None
) -> tuple[dict[str, dict[str, Three]], Three]:
    if closing is not None:
        figures = month_figures(reading, closing)
        return {key: figures.by(key) for key in DIMENSIONS}, figures.total
    found = volume(reading, VolumeFilter(month, last_of_month(month)), DIMENSIONS)
    by: dict[str, dict[str, Three]] = {key: {} for key in DIMENSIONS}
    for row in found.rows:
        for key in DIMENSIONS:
            before = by[key].get(row.keys[key], Three()).present
            by[key][row.keys[key]] = Three(NOTHING, before + Figures.of(row.amounts))
    return by, Three(NOTHING, Figures.of(found.total))


def _rows_of(known: Catalogue) -> dict[str, Sequence[Any]]:
    return {
        "stream": known.streams,
        "exam_type": known.exam_types,
        "device": known.devices,
        "operator": known.doctors,
    }


def _lines(
    threes: Mapping[str, Three], key: str, known: Catalogue, month: date
) -> list[FigureLine]:
    """In the department's order; whoever is no doctor here still has a line."""
    names = {row.code: name_of(row) for row in _rows_of(known)[key]}
    codes = [code for code in names if code in threes] + [c for c in threes if c not in names]
    days = {"from": month.isoformat(), "to": last_of_month(month).isoformat()}
    return [
        FigureLine(names.get(code, code), threes[code], "/exams?" + urlencode({**days, key: code}))
        for code in codes
    ]


class _Places:
    """The words for the keys of changes."""

    def __init__(self, known: Catalogue) -> None:
        self._words = [{row.id: name_of(row) for row in rows} for rows in _rows_of(known).values()]

    def of(self, change: Change) -> list[tuple[int, str]]:
        """Exams more or less, and where; what was taken away first."""
        effects = sorted(change.effects.items(), key=lambda each: each[1].exams)
        return [(figures.exams, self._word_of(key)) for key, figures in effects]

    def _word_of(self, key: Key) -> str:
        stream, exam_type, device, operator = (
            words.get(each, "–") for words, each in zip(self._words, key, strict=True)
        )
        return f"{exam_type} · {stream} · {device} · {operator}"
