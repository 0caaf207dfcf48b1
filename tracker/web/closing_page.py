"""What the pages of closed months show: three figures of a month and its changes, in words and with their lists.

Other volume pages take `closing_of` and the macro of macros/closing.html where they show whole closed months.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from tracker.domain.closing import Change, Key
from tracker.domain.months import last_of_month
from tracker.queries import Reading
from tracker.queries.closing import ClosedMonthRow, Three, closed_part
from tracker.queries.month_review import MonthReview, month_review
from tracker.queries.volume import VolumeFilter
from tracker.reports.words import name_of
from tracker.web.exam_choices import Catalogue, read_catalogue


def month_href(month: date) -> str:
    """The page of the month that begins with this day."""
    return f"/volume/months/{month:%Y-%m}"


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
    """Everything the page of a month shows: its review with tables and changes in words."""

    review: MonthReview
    tables: Mapping[str, Sequence[FigureLine]]
    changes: Sequence[ChangeLine]


def closing_of(reading: Reading, chosen: VolumeFilter) -> Closing | None:
    """The three figures of a filter, when its days are whole months and all closed; else None.

    Closed months leave no gap. Four statements at most.
    """
    if chosen.first.day != 1 or chosen.last != last_of_month(chosen.last):
        return None
    part = closed_part(reading, chosen, ())
    if part is None or not part.is_all_of(chosen.first, chosen.last):
        return None
    return Closing(part.months, part.total)


def read_month(reading: Reading, month: date, today: date) -> MonthPage:
    """The page of a month."""
    known = read_catalogue(reading)
    review = month_review(reading, month, today)
    places = _Places(known)
    return MonthPage(
        review=review,
        tables={key: _lines(threes, key, known, month) for key, threes in review.by.items()},
        changes=[ChangeLine(change, places.of(change)) for change in review.changes],
    )


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
        return [(amounts.exams, self._word_of(key)) for key, amounts in effects]

    def _word_of(self, key: Key) -> str:
        stream, exam_type, device, operator = (
            words.get(each, "–") for words, each in zip(self._words, key, strict=True)
        )
        return f"{exam_type} · {stream} · {device} · {operator}"
