"""A table to take away: titled columns of one kind each, and rows that come one after the other. Writing: csv_file, workbook."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

Value = str | int | float | date | datetime | None


class Kind(StrEnum):
    """What a column holds."""

    TEXT = "text"
    NUMBER = "number"
    POINTS = "points"
    SHARE = "share"
    DAY = "day"
    INSTANT = "instant"


@dataclass(frozen=True, slots=True)
class Column:
    """A title, what the cells below it are, and how wide in characters."""

    title: str
    kind: Kind = Kind.TEXT
    width: int = 14


@dataclass(frozen=True, slots=True)
class Table:
    """Rows may be a generator: they are read once, and never all kept. Instants are local and naive, points are not hundredths."""

    title: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[Value]]


@dataclass(frozen=True, slots=True)
class Definition:
    """A word and what it means here, or a filter and its value."""

    word: str
    meaning: str
