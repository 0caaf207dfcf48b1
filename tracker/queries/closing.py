"""Closed months as they were kept, beside the month as it is now. What changed in between: closing_changes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from tracker.domain.closing import NOTHING, Figures, total_of
from tracker.domain.months import last_of_month
from tracker.models import (
    Account,
    ClosedMonth,
    ClosedVolume,
    Device,
    ExamType,
    StaffMember,
    Stream,
)
from tracker.queries.volume import VolumeFilter, volume

DIMENSIONS = ("stream", "exam_type", "device", "operator")
"""By what a closed month is kept, in the order of its keys."""

Codes = tuple[str, str, str, str]
"""The codes of DIMENSIONS."""


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

    closed: Figures = NOTHING
    present: Figures = NOTHING

    @property
    def changes(self) -> Figures:
        """The difference, which the listed changes explain."""
        return self.present - self.closed


@dataclass(frozen=True, slots=True)
class MonthFigures:
    """Every sum of a closed month three times: in all, and by key (codes)."""

    closing: ClosedMonthRow
    keys: Mapping[Codes, Three]

    @property
    def total(self) -> Three:
        """The month in all."""
        return _three(self.keys.values())

    def by(self, dimension: str) -> dict[str, Three]:
        """The sums by one of DIMENSIONS."""
        place = DIMENSIONS.index(dimension)
        codes = dict.fromkeys(key[place] for key in self.keys)
        return {
            code: _three(three for key, three in self.keys.items() if key[place] == code)
            for code in codes
        }


def _three(many: Iterable[Three]) -> Three:
    every = tuple(many)
    return Three(total_of(one.closed for one in every), total_of(one.present for one in every))


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


def month_figures(session: Session, closing: ClosedMonthRow) -> MonthFigures:
    """A closed month's sums as they were and as they are. Two statements."""
    month = closing.month
    chosen = VolumeFilter(month, last_of_month(month))
    present: dict[Codes, Figures] = {}
    for found in volume(session, chosen, DIMENSIONS).rows:
        stream, exam_type, device, operator = (str(found.keys[each]) for each in DIMENSIONS)
        present[stream, exam_type, device, operator] = Figures.of(found.amounts)
    closed = _closed_figures(session, closing.id)
    keys = {
        key: Three(closed.get(key, NOTHING), present.get(key, NOTHING))
        for key in (*closed, *(key for key in present if key not in closed))
    }
    return MonthFigures(closing, keys)


def _closed_figures(session: Session, closed_id: int) -> dict[Codes, Figures]:
    rows = session.execute(
        select(
            Stream.code,
            ExamType.code,
            Device.code,
            StaffMember.code,
            ClosedVolume.exams,
            ClosedVolume.parts,
            ClosedVolume.minutes,
            ClosedVolume.points_hundredths,
        )
        .select_from(ClosedVolume)
        .join(Stream, Stream.id == ClosedVolume.stream_id)
        .join(ExamType, ExamType.id == ClosedVolume.exam_type_id)
        .join(Device, Device.id == ClosedVolume.device_id)
        .join(StaffMember, StaffMember.id == ClosedVolume.operator_id)
        .where(ClosedVolume.closed_month_id == closed_id)
        .order_by(Stream.sort_order, ExamType.sort_order, Device.sort_order, StaffMember.sort_order)
    )
    return {(row[0], row[1], row[2], row[3]): Figures(*row[4:]) for row in rows}


def closed_totals(session: Session, closed_ids: Iterable[int]) -> dict[int, Figures]:
    """The sums of several closed months, by the id of the closing. One statement."""
    sums = (
        func.sum(getattr(ClosedVolume, name))
        for name in ("exams", "parts", "minutes", "points_hundredths")
    )
    rows = session.execute(
        select(ClosedVolume.closed_month_id, *sums)
        .where(ClosedVolume.closed_month_id.in_(list(closed_ids)))
        .group_by(ClosedVolume.closed_month_id)
    )
    return {row[0]: Figures(*(int(value) for value in row[1:])) for row in rows}


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
