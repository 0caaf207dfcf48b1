"""Closed months as they were kept, beside the month as it is now. What changed in between: closing_changes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, aliased

from tracker.domain.closing import NOTHING, total_of
from tracker.domain.months import last_of_month
from tracker.domain.volume import AMOUNTS, NO_TITLE, Amounts
from tracker.models import (
    Account,
    ClosedMonth,
    ClosedVolume,
    Device,
    ExamType,
    StaffMember,
    Stream,
)
from tracker.queries.volume import VolumeFilter, period_of, volume

DIMENSIONS = ("stream", "exam_type", "device", "operator")
"""By what a closed month is kept, in the order of its keys."""
_PERIODS = ("month", "quarter", "year")
KEPT = (*_PERIODS, *DIMENSIONS, "title")
"""What closed figures can be grouped by; days, weeks and half-days are not kept."""


@dataclass(frozen=True, slots=True)
class ClosedMonthRow:
    """A month that stands as closed: by whom (the account's name), when."""

    id: int
    month: date
    closed_at: datetime
    closed_by: str


@dataclass(frozen=True, slots=True)
class Three:
    """A figure as it was closed, what changed, and as it is now; the first two add up to the third."""

    closed: Amounts = NOTHING
    present: Amounts = NOTHING

    @property
    def changes(self) -> Amounts:
        """The difference, which the listed changes explain."""
        return self.present - self.closed


def _three(many: Iterable[Three]) -> Three:
    every = tuple(many)
    return Three(total_of(one.closed for one in every), total_of(one.present for one in every))


@dataclass(frozen=True, slots=True)
class ClosedPart:
    """What is closed of some days: the months, one after the other, and their figures by `keys`, three times each.

    `groups` has what rows of the volume have for these keys; it is empty where closed figures are not kept by them.
    """

    months: Sequence[ClosedMonthRow]
    keys: Sequence[str]
    groups: Mapping[tuple[Any, ...], Three]
    total: Three

    @property
    def last(self) -> date:
        """The last day of the last month."""
        return last_of_month(self.months[-1].month)

    def is_all_of(self, first: date, last: date) -> bool:
        """Whether these days (inclusive) are the closed months and none besides."""
        return (self.months[0].month, self.last) == (first, last)

    def by(self, key: str) -> dict[str, Three]:
        """The figures by one of `keys`."""
        place = self.keys.index(key)
        found: dict[str, list[Three]] = {}
        for group, three in self.groups.items():
            found.setdefault(group[place], []).append(three)
        return {code: _three(threes) for code, threes in found.items()}


_standing = (
    select(ClosedMonth.id, ClosedMonth.month, ClosedMonth.closed_at, Account.username)
    .join(Account, Account.id == ClosedMonth.closed_by_id)
    .where(ClosedMonth.reopened_at.is_(None))
)


def closed_months(
    session: Session, first: date = date.min, last: date = date.max
) -> dict[date, ClosedMonthRow]:
    """The months that stand as closed and lie whole within these days, by their first day. One statement."""
    rows = session.execute(
        _standing.where(ClosedMonth.month >= first).order_by(ClosedMonth.month)
    ).all()
    found = (ClosedMonthRow(*row) for row in rows)
    return {row.month: row for row in found if last_of_month(row.month) <= last}


def closed_month(session: Session, month: date) -> ClosedMonthRow | None:
    """The closing of the month that begins with this day; None where it is open."""
    row = session.execute(_standing.where(ClosedMonth.month == month)).first()
    return None if row is None else ClosedMonthRow(*row)


def month_figures(session: Session, closing: ClosedMonthRow) -> ClosedPart:
    """A closed month's sums as they were and as they are, by DIMENSIONS."""
    chosen = VolumeFilter(closing.month, last_of_month(closing.month))
    return _part(session, [closing], chosen, DIMENSIONS)


def closed_part(session: Session, chosen: VolumeFilter, by: Sequence[str]) -> ClosedPart | None:
    """The months that are closed and lie whole within the days of a filter, grouped as the volume is; else None.

    None also where half-days are chosen, by which nothing is kept. A handful of statements.
    """
    months = list(closed_months(session, chosen.first, chosen.last).values())
    if not months or chosen.part_of_day is not None:
        return None
    return _part(session, months, chosen, by)


def _part(
    session: Session, months: Sequence[ClosedMonthRow], chosen: VolumeFilter, by: Sequence[str]
) -> ClosedPart:
    keys = tuple(by) if set(by) <= {*KEPT} else ()
    closed = closed_sums(session, months, keys, chosen)
    within = replace(chosen, first=months[0].month, last=last_of_month(months[-1].month))
    found = volume(session, within, keys)
    present = {tuple(row.keys[key] for key in keys): row.amounts for row in found.rows}
    if not keys:
        present = {(): found.total}
    groups = {
        group: Three(closed.get(group, NOTHING), present.get(group, NOTHING))
        for group in (*present, *(group for group in closed if group not in present))
    }
    return ClosedPart(months, keys, groups if keys or not by else {}, _three(groups.values()))


def closed_sums(
    session: Session,
    months: Iterable[ClosedMonthRow],
    by: Sequence[str],
    chosen: VolumeFilter | None = None,
) -> dict[tuple[Any, ...], Amounts]:
    """The sums of months as they were closed, by any of KEPT, with the codes of a filter. One statement."""
    periods = [key for key in by if key in _PERIODS]
    coded = {key: _CODES[key] for key in by if key in _CODES}
    columns = [*([ClosedMonth.month] if periods else []), *coded.values()]
    sums = (func.sum(getattr(ClosedVolume, name)) for name in AMOUNTS)
    asked = _of_months([row.id for row in months], chosen).with_only_columns(*columns, *sums)
    found: dict[tuple[Any, ...], Amounts] = {}
    for row in session.execute(asked.group_by(*columns)):
        values = iter(row)
        shown = dict.fromkeys(periods, next(values)) if periods else {}
        shown = {key: period_of(key, day) for key, day in shown.items()}
        shown |= {key: next(values) for key in coded}
        group = tuple(shown[key] for key in by)
        amounts = Amounts(*(int(value or 0) for value in values))
        found[group] = found.get(group, NOTHING) + amounts
    return found


_CODES: Mapping[str, Any] = {
    "stream": Stream.code,
    "exam_type": ExamType.code,
    "device": Device.code,
    "operator": StaffMember.code,
    "title": func.coalesce(func.nullif(StaffMember.title, ""), NO_TITLE),
}


def _of_months(ids: Sequence[int], chosen: VolumeFilter | None) -> Select[Any]:
    rows = (
        select(ClosedVolume)
        .join(ClosedMonth, ClosedMonth.id == ClosedVolume.closed_month_id)
        .join(Stream, Stream.id == ClosedVolume.stream_id)
        .join(ExamType, ExamType.id == ClosedVolume.exam_type_id)
        .join(Device, Device.id == ClosedVolume.device_id)
        .join(StaffMember, StaffMember.id == ClosedVolume.operator_id)
        .where(ClosedVolume.closed_month_id.in_(ids))
    )
    for key, column in _CODES.items() if chosen else ():
        codes = chosen.codes(key) if chosen else None
        if codes is not None:
            rows = rows.where(column.in_(codes))
    return rows


@dataclass(frozen=True, slots=True)
class Reopening:
    """A closing that was taken back: names are accounts'."""

    closed_at: datetime
    closed_by: str
    reopened_at: datetime
    reopened_by: str
    reason: str


def reopenings(session: Session, month: date) -> list[Reopening]:
    """The closings of a month that were taken back, oldest first. One statement."""
    opener = aliased(Account)
    rows: Iterable[Any] = session.execute(
        select(
            ClosedMonth.closed_at,
            Account.username,
            ClosedMonth.reopened_at,
            opener.username,
            ClosedMonth.reopen_reason,
        )
        .join(Account, Account.id == ClosedMonth.closed_by_id)
        .join(opener, opener.id == ClosedMonth.reopened_by_id)
        .where(ClosedMonth.month == month)
        .order_by(ClosedMonth.id)
    )
    return [Reopening(*row) for row in rows]
