"""What was looked for and not booked, in a stretch of days: counted, and search by search. No writes."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import Session

from tracker.models import Account, ExamType, ExamTypeStream, Stream, UnmetDemand
from tracker.queries.of_codes import of_codes
from tracker.queries.volume_source import Chosen


@dataclass(frozen=True, slots=True)
class DemandFilter:
    """Which searches: left from `first` to `last` (inclusive), of codes where given; of several of one kind any will do."""

    first: date
    last: date
    exam_type: Chosen = None
    stream: Chosen = None
    reason: Chosen = None


@dataclass(frozen=True, slots=True)
class DemandSums:
    """What the searches of a list come to in all."""

    searches: int
    minutes: int


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
    """One search that was left; `by` is the user name of who left it, `minutes` what it asked for."""

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
    minutes: int


IS_OF_STREAM = and_(
    ExamTypeStream.exam_type_id == UnmetDemand.exam_type_id,
    ExamTypeStream.stream_id == UnmetDemand.stream_id,
)
"""Joins (outer) what a stream has of its own of an exam type."""
_FURTHER = func.coalesce(ExamTypeStream.further_part_minutes, ExamType.further_part_minutes)
SEARCHED_MINUTES: Any = (
    func.coalesce(ExamTypeStream.minutes, ExamType.minutes) + (UnmetDemand.parts - 1) * _FURTHER
)
"""Minutes that a search asked for, by the standard durations of today; for a statement with both joined."""

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
        SEARCHED_MINUTES,
    )
    .join(Account, Account.id == UnmetDemand.by_id)
    .join(ExamType, ExamType.id == UnmetDemand.exam_type_id)
    .join(Stream, Stream.id == UnmetDemand.stream_id)
    .outerjoin(ExamTypeStream, IS_OF_STREAM)
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


def sum_searches(session: Session, chosen: DemandFilter) -> DemandSums:
    """The searches `unmet_searches` has in all, and their minutes. One statement."""
    sums = func.count(UnmetDemand.id), func.sum(SEARCHED_MINUTES)
    statement = (
        select(*sums)
        .join(ExamType, ExamType.id == UnmetDemand.exam_type_id)
        .outerjoin(ExamTypeStream, IS_OF_STREAM)
    )
    searches, minutes = session.execute(statement.where(*_conditions(chosen))).one()
    return DemandSums(searches, int(minutes or 0))


def _conditions(chosen: DemandFilter) -> list[ColumnElement[bool]]:
    conditions = [
        UnmetDemand.local_date.between(chosen.first, chosen.last),
        *of_codes(UnmetDemand.exam_type_id, ExamType, chosen.exam_type),
        *of_codes(UnmetDemand.stream_id, Stream, chosen.stream),
    ]
    if chosen.reason is not None:
        reasons = (chosen.reason,) if isinstance(chosen.reason, str) else tuple(chosen.reason)
        conditions.append(UnmetDemand.reason.in_(reasons))
    return conditions
