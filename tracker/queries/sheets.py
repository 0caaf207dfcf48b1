"""The administrator's lists as they go out to a sheet and as an import finds them. No writes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.domain.catalogue import (
    DeviceValues,
    ExamTypeValues,
    PairValues,
    StaffValues,
    StreamValues,
)
from tracker.domain.sheets import AccountValues, DayValues, StreamPair
from tracker.models.calendar import CalendarDay
from tracker.queries.accounts import accounts
from tracker.queries.devices import devices
from tracker.queries.exam_types import ExamTypeRow, exam_type_streams, exam_types
from tracker.queries.staff import staff_members
from tracker.queries.streams import streams


@dataclass(frozen=True, slots=True)
class StoredRow:
    """A row as a form would send it; `id` is what its table knows it by."""

    id: int
    values: Any
    is_retired: bool = False


def stored_rows(session: Session, sheet: str) -> list[StoredRow]:
    """All rows of a sheet (its name), retired ones too, in the department's order."""
    return _STORED[sheet](session)


def exam_type_values(row: ExamTypeRow, of_streams: Mapping[str, PairValues]) -> ExamTypeValues:
    """A stored exam type as its form would send it."""
    return ExamTypeValues(**_named(row, ExamTypeValues), of_streams=of_streams)


def _devices(session: Session) -> list[StoredRow]:
    rows = devices(session, include_retired=True)
    return [_row(each, DeviceValues) for each in rows]


def _exam_types(session: Session) -> list[StoredRow]:
    pairs: dict[str, dict[str, PairValues]] = {}
    for pair in exam_type_streams(session):
        pairs.setdefault(pair.exam_type, {})[pair.stream] = PairValues(**_named(pair, PairValues))
    return [
        StoredRow(each.id, exam_type_values(each, pairs.get(each.code, {})), each.is_retired)
        for each in exam_types(session, include_retired=True)
    ]


def _pairs(session: Session) -> list[StoredRow]:
    rows = exam_type_streams(session)
    return [StoredRow(0, StreamPair(**_named(each, StreamPair))) for each in rows]


def _streams(session: Session) -> list[StoredRow]:
    return [_row(each, StreamValues) for each in streams(session, include_retired=True)]


def _staff(session: Session) -> list[StoredRow]:
    return [_row(each, StaffValues) for each in staff_members(session, include_retired=True)]


def _days(session: Session) -> list[StoredRow]:
    rows = session.execute(
        select(CalendarDay.local_date, CalendarDay.kind, CalendarDay.name).order_by(
            CalendarDay.local_date
        )
    )
    return [StoredRow(0, DayValues(**row._mapping)) for row in rows]


def _accounts(session: Session) -> list[StoredRow]:
    return [
        StoredRow(
            each.id,
            AccountValues(
                username=each.username,
                roles=frozenset(each.roles),
                staff=each.staff_code or "",
                is_active=each.is_active,
            ),
        )
        for each in accounts(session)
    ]


_STORED: Mapping[str, Callable[[Session], list[StoredRow]]] = {
    "devices": _devices,
    "exam_types": _exam_types,
    "of_streams": _pairs,
    "streams": _streams,
    "staff": _staff,
    "calendar": _days,
    "accounts": _accounts,
}


def _row(row: Any, kind: type[Any]) -> StoredRow:
    return StoredRow(row.id, kind(**_named(row, kind)), row.is_retired)


def _named(row: object, kind: type[Any]) -> dict[str, Any]:
    return {each.name: getattr(row, each.name) for each in fields(kind) if hasattr(row, each.name)}
