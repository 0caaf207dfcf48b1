"""Volume explored: two keys crossed, filtered, one measure at a time; what the address asks for and what is shown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from itertools import starmap
from typing import Any
from urllib.parse import urlencode

from tracker.domain.errors import N_, InvalidError
from tracker.domain.stretches import check_stretch
from tracker.queries import Reading
from tracker.queries.volume import CODED, KEYS, VolumeFilter, sums_by
from tracker.web.arguments import codes_text
from tracker.web.volume_keys import KeyWords, days_of

MEASURES: Mapping[str, str] = {
    "exams": "exams",
    "visits": "visits",
    "parts": "parts",
    "minutes": "live_minutes",
    "points": "points_hundredths",
}
"""Each measure and the sum it shows."""

MOST_FIGURES = 8_000
MOST_SERIES = 9
"""More columns than this are told apart by their place in a heat map, not by a colour."""
MOST_HEAT_ROWS = 45
LONGEST_DAYS = 40 * 366


@dataclass(frozen=True, slots=True)
class Cross:
    """What is asked for: keys of rows and columns (none: the total alone), a measure, days, codes by key."""

    rows: str
    columns: str | None
    measure: str
    first: date
    last: date
    codes: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)

    @property
    def chosen(self) -> VolumeFilter:
        """The exams that are counted."""
        return VolumeFilter(self.first, self.last, **self.codes)

    def address(self, **changes: str | None) -> str:
        """This page with some of it asked for otherwise."""
        given = {
            "rows": self.rows,
            "columns": self.columns or "",
            "measure": self.measure,
            "from": self.first.isoformat(),
            "to": self.last.isoformat(),
            **{key: codes_text(codes) for key, codes in self.codes.items()},
            **changes,
        }
        return "/volume/explore?" + urlencode({k: v for k, v in given.items() if v is not None})

    @property
    def unfiltered(self) -> str:
        """This page without any filter."""
        return replace(self, codes={}).address()

    def exams_address(self, keys: Mapping[str, Any]) -> str:
        """The list of the exams behind a figure: the same filter, narrowed to a row and a column."""
        first, last = self.first, self.last
        codes = dict(self.codes)
        for key, value in keys.items():
            if key in CODED:
                codes[key] = str(value)
            else:
                began, ended = days_of(key, value)
                first, last = max(first, began), min(last, ended)
        return f"/exams?from={first}&to={last}" + "".join(starmap(_written, codes.items()))


@lru_cache(2048)
def _written(key: str, codes: str | tuple[str, ...]) -> str:
    """A code in an address. A table has thousands of them, and few that differ."""
    return "&" + urlencode({key: codes_text(codes)})


def checked(cross: Cross) -> Cross:
    """The cross if it can be shown. Raises InvalidError with the field."""
    if cross.rows not in KEYS:
        raise InvalidError(N_("Volume cannot be grouped by this."), field="rows")
    if cross.columns is not None and (cross.columns not in KEYS or cross.columns == cross.rows):
        raise InvalidError(N_("Choose another key for the columns."), field="columns")
    if cross.measure not in MEASURES:
        raise InvalidError(N_("There is no such measure."), field="measure")
    check_stretch(cross.first, cross.last, longest=LONGEST_DAYS)
    return cross


@dataclass(frozen=True, slots=True)
class Figure:
    """A number of the table (points in hundredths) and the list behind it."""

    value: int
    href: str


@dataclass(frozen=True, slots=True)
class Line:
    """A row: its word, a figure for each column (None: nothing), and their sum."""

    name: str
    figures: Sequence[Figure | None]
    total: Figure


@dataclass(frozen=True, slots=True)
class Pivot:
    """The table; `exams` and `live_exams` say what part of the exams the live minutes leave out."""

    heads: Sequence[str]
    lines: Sequence[Line]
    totals: Sequence[Figure]
    total: Figure
    exams: int
    live_exams: int

    @property
    def chart(self) -> str:
        """How it is drawn: each column a series while colours suffice, a heat map of more, else the totals alone."""
        if not self.heads:
            return "bar"
        if len(self.heads) <= MOST_SERIES:
            return "stack"
        return "heat" if len(self.lines) <= MOST_HEAT_ROWS else "bar"

    @property
    def draws_columns(self) -> bool:
        """Whether the chart shows the columns; else the sums of the rows."""
        return self.chart in {"stack", "heat"}


def read_pivot(reading: Reading, cross: Cross, words: KeyWords) -> Pivot | int:
    """The table, or how many figures it would have where nobody could read them."""
    by = (cross.rows,) if cross.columns is None else (cross.rows, cross.columns)
    found = sums_by(reading, cross.chosen, by, (MEASURES[cross.measure], "exams", "live_exams"))
    if len(found) > MOST_FIGURES:
        return len(found)
    heads = words.ordered(cross.columns, {keys[1] for keys, _ in found}) if cross.columns else []
    cells: dict[Any, dict[Any, int]] = {}
    for keys, sums in found:
        cells.setdefault(keys[0], {})[keys[-1] if heads else None] = sums[0]
    exams, live = (sum(sums[place] for _, sums in found) for place in (1, 2))
    return Pivot(
        heads=[words.word(str(cross.columns), head) for head in heads],
        lines=[_line(cross, words, row, values, heads) for row, values in cells.items()],
        totals=[_total_of(cross, cells, head) for head in heads],
        total=Figure(sum(sums[0] for _, sums in found), cross.exams_address({})),
        exams=exams,
        live_exams=live,
    )


def _line(
    cross: Cross, words: KeyWords, row: Any, values: Mapping[Any, int], heads: Sequence[Any]
) -> Line:
    here = {cross.rows: row}

    def figure(head: Any) -> Figure | None:
        if head not in values:
            return None
        return Figure(values[head], cross.exams_address({**here, str(cross.columns): head}))

    total = Figure(sum(values.values()), cross.exams_address(here))
    return Line(words.word(cross.rows, row), [figure(head) for head in heads], total)


def _total_of(cross: Cross, cells: Mapping[Any, Mapping[Any, int]], head: Any) -> Figure:
    value = sum(values.get(head, 0) for values in cells.values())
    return Figure(value, cross.exams_address({str(cross.columns): head}))
