"""Which roll-up answers a question about volume: the statements over the smallest rows that hold the days and keys.

Whole months are read from the sums of months, days at the ends from the sums of days; keys that no coarser sums hold
are read from the full ones. What comes back is put together in queries/volume.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    Table,
    func,
    or_,
    select,
    union_all,
)

from tracker.domain.months import whole_months
from tracker.domain.volume import NO_TITLE, SUMS, Grain, coarsest
from tracker.models import (
    Device,
    ExamImport,
    ExamType,
    ExamVolume,
    ExamVolumeSum,
    StaffMember,
    Stream,
)

Chosen = str | Collection[str] | None
"""One code, several of which any will do, or all."""

NAMED: Mapping[str, type[Stream | ExamType | Device | StaffMember]] = {
    "stream": Stream,
    "exam_type": ExamType,
    "device": Device,
    "operator": StaffMember,
}
DATED = ("day", "week", "month", "quarter", "year")
CODED = (*NAMED, "title", "part_of_day")

_COLUMNS = {name: f"{name}_id" for name in NAMED} | {
    "title": "operator_id",
    "part_of_day": "part_of_day",
}
_FULL: Table = ExamVolume.__table__  # type: ignore[assignment]
_COARSER: Table = ExamVolumeSum.__table__  # type: ignore[assignment]
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class VolumeFilter:
    """Which exams are counted: the hospital's days `first` to `last`, both inclusive, and codes.

    Of several codes of one key any will do; all keys given must hold. A title is the operator's, as it is today.
    """

    first: date
    last: date
    stream: Chosen = None
    exam_type: Chosen = None
    device: Chosen = None
    operator: Chosen = None
    title: Chosen = None
    part_of_day: Chosen = None

    def codes(self, key: str) -> tuple[str, ...] | None:
        """The codes chosen for a key; None: all."""
        given: Chosen = getattr(self, key)
        return None if given is None else (given,) if isinstance(given, str) else tuple(given)


@dataclass(frozen=True, slots=True)
class Source:
    """The rows that are read: of the grain, or in full (None), of these days."""

    grain: Grain | None
    first: date
    last: date
    table: Table = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "table", _FULL if self.grain is None else _COARSER)

    @property
    def day(self) -> ColumnElement[Any]:
        """The column of the period's first day."""
        return self.table.c.local_date if self.grain is None else self.table.c.first_date

    def conditions(self) -> Iterator[ColumnElement[bool]]:
        """Which rows of the table these are; those whose exams were all voided stay, and say nothing."""
        if self.grain is not None:
            yield self.table.c.grain == self.grain.number
        yield self.day.between(self.first, self.last)
        yield self.table.c.exams > 0
        in_force = select(ExamImport.id).where(
            ExamImport.in_force_at.is_not(None), ExamImport.undone_at.is_(None)
        )
        yield or_(self.table.c.import_id == 0, self.table.c.import_id.in_(in_force))


def sources(chosen: VolumeFilter, keys: Collection[str]) -> list[Source]:
    """The smallest rows that hold these days and keys: one source, or one for each end and the months between."""
    filtered = [key for key in CODED if getattr(chosen, key) is not None]
    columns = {_COLUMNS[key] for key in (*keys, *filtered) if key in _COLUMNS}
    ids = columns - {"part_of_day"}
    by_day = coarsest("day", ids)
    by_month = None if {"day", "week"} & set(keys) else coarsest("month", ids)
    if by_month is None:
        return [Source(by_day, chosen.first, chosen.last)]
    began, ended = whole_months(chosen.first, chosen.last)
    if ended < began:
        return [Source(by_day, chosen.first, chosen.last)]
    parts = [Source(by_month, began, ended)]
    if chosen.first < began:
        parts.append(Source(by_day, chosen.first, began - _DAY))
    if ended < chosen.last:
        parts.append(Source(by_day, ended + _DAY, chosen.last))
    return parts


def asked(
    chosen: VolumeFilter, keys: Sequence[str], sums: Sequence[str] = SUMS
) -> CompoundSelect[Any]:
    """One statement over all sources of an answer: a group may come once from each of them."""
    return union_all(*(_grouped(source, chosen, keys, sums) for source in sources(chosen, keys)))


def _grouped(
    source: Source, chosen: VolumeFilter, keys: Sequence[str], sums: Sequence[str]
) -> Select[Any]:
    """The sums of a source by keys: first the columns of `keys` (a dated one is the period's first day), then sums."""
    columns = [source.day if key in DATED else source.table.c[_COLUMNS[key]] for key in keys]
    distinct = list({column.name: column for column in columns}.values())
    added = (func.coalesce(func.sum(source.table.c[name]), 0) for name in sums)
    labelled = (column.label(f"key_{place}") for place, column in enumerate(columns))
    return (
        select(*labelled, *added)
        .where(*source.conditions(), *_filters(source.table, chosen))
        .group_by(*distinct)
    )


def titles_of(codes: Collection[str]) -> list[str]:
    """Titles as staff carry them: NO_TITLE is an empty one."""
    return ["" if code == NO_TITLE else code for code in codes]


def _filters(table: Table, chosen: VolumeFilter) -> Iterator[ColumnElement[bool]]:
    for key, model in NAMED.items():
        codes = chosen.codes(key)
        if codes is not None:
            yield table.c[_COLUMNS[key]].in_(select(model.id).where(model.code.in_(codes)))
    titles, parts = chosen.codes("title"), chosen.codes("part_of_day")
    if titles is not None:
        holders = select(StaffMember.id).where(StaffMember.title.in_(titles_of(titles)))
        yield table.c.operator_id.in_(holders)
    if parts is not None:
        yield table.c.part_of_day.in_(parts)
