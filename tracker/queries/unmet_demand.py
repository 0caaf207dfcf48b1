"""What was looked for and not booked, in a stretch of days: counted, and search by search. No writes."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from tracker.models import Account, ExamType, Stream, UnmetDemand


@dataclass(frozen=True, slots=True)
class DemandFilter:
    """Which searches: left from `first` to `last` (inclusive), of codes where given."""

    first: date
    last: date
    exam_type: str | None = None
    stream: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class DemandCount:
    """How many searches of an exam type and a stream were left for a reason."""

    exam_type: str
    exam_type_zh: str
    exam_type_en: str
    stream: str
    stream_zh: str
    stream_en: str
    reason: str
    searches: int


@dataclass(frozen=True, slots=True)
class DemandRow:
    """One search that was left; `by` is the user name of who left it."""

    id: int
    at: datetime
    by: str
    exam_type: str
    exam_type_zh: str
    exam_type_en: str
    stream: str
    stream_zh: str
    stream_en: str
    parts: int
    wanted_from: date
    wanted_to: date
    reason: str


_NAMES = (ExamType.code, ExamType.name_zh, ExamType.name_en, Stream.code, Stream.name_zh, Stream.name_en)  # fmt: skip

_COUNTS = (
    select(*_NAMES, UnmetDemand.reason, func.count(UnmetDemand.id))
    .select_from(UnmetDemand)
    .join(ExamType, ExamType.id == UnmetDemand.exam_type_id)
    .join(Stream, Stream.id == UnmetDemand.stream_id)
    .group_by(ExamType.id, Stream.id, *_NAMES, UnmetDemand.reason)
    .order_by(ExamType.sort_order, ExamType.id, Stream.sort_order, Stream.id, UnmetDemand.reason)
)
_ROWS: Select[*tuple[Any, ...]] = (
    select(
        UnmetDemand.id,
        UnmetDemand.at,
        Account.username,
        *_NAMES,
        UnmetDemand.parts,
        UnmetDemand.wanted_from,
        UnmetDemand.wanted_to,
        UnmetDemand.reason,
    )
    .join(Account, Account.id == UnmetDemand.by_id)
    .join(ExamType, ExamType.id == UnmetDemand.exam_type_id)
    .join(Stream, Stream.id == UnmetDemand.stream_id)
    .order_by(UnmetDemand.id.desc())
)


def unmet_counts(session: Session, first: date, last: date) -> list[DemandCount]:
    """Searches left from `first` to `last` (inclusive) by exam type, stream and reason, in the department's order."""
    days = UnmetDemand.local_date.between(first, last)
    return [DemandCount(*row) for row in session.execute(_COUNTS.where(days))]


def unmet_searches(
    session: Session, chosen: DemandFilter, *, before_id: int | None, limit: int
) -> list[DemandRow]:
    """The searches themselves, older than the one of `before_id` (None: from the newest), newest first."""
    conditions = _conditions(chosen)
    if before_id is not None:
        conditions.append(UnmetDemand.id < before_id)
    rows = session.execute(_ROWS.where(*conditions).limit(limit))
    return [DemandRow(*row) for row in rows]


def _conditions(chosen: DemandFilter) -> list[ColumnElement[bool]]:
    wanted = (
        (ExamType.code, chosen.exam_type),
        (Stream.code, chosen.stream),
        (UnmetDemand.reason, chosen.reason),
    )
    days = UnmetDemand.local_date.between(chosen.first, chosen.last)
    return [days, *(column == value for column, value in wanted if value is not None)]
