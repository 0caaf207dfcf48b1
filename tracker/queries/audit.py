"""The audit as people read it: who did what to which row, newest first. Its seals: queries/agreement."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session

from tracker import clock
from tracker.domain.workcalendar import DAY, day_start
from tracker.models import (
    Account,
    AuditEntry,
    Capability,
    Device,
    ExamType,
    PartOfDay,
    StaffMember,
    Stream,
)

RowKey = tuple[str, str]
"""A kind of row and its id, as an entry has them."""

_CODED: Mapping[
    str,
    type[Capability]
    | type[Device]
    | type[ExamType]
    | type[PartOfDay]
    | type[StaffMember]
    | type[Stream],
] = {
    "capability": Capability,
    "device": Device,
    "exam_type": ExamType,
    "part_of_day": PartOfDay,
    "staff_member": StaffMember,
    "stream": Stream,
}
"""Rows that people know by a code."""


_ENTRIES: Select[*tuple[Any, ...]] = select(
    AuditEntry.id,
    AuditEntry.at,
    Account.username.label("by"),
    AuditEntry.action,
    AuditEntry.entity,
    AuditEntry.entity_id,
    AuditEntry.change,
).join(Account, Account.id == AuditEntry.by_id)


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which entries: all conditions given must hold; `local_date` is a hospital day, `besides` are actions left out."""

    entity: str | None = None
    entity_id: str | None = None
    username: str | None = None
    local_date: date | None = None
    besides: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One entry; `what` is the row's code where it has one, else its number."""

    id: int
    at: datetime
    by: str
    action: str
    entity: str
    entity_id: str
    what: str
    change: dict[str, object]


def audit_entries(
    session: Session, chosen: AuditFilter, *, before_id: int | None, limit: int
) -> list[AuditRow]:
    """Entries older than the one of `before_id` (None: from the newest), newest first.

    One statement, and one for each kind of row among them that has codes.
    """
    rows = session.execute(entries_newest_first(chosen, before_id=before_id).limit(limit)).all()
    codes = codes_of_rows(session, [(row.entity, row.entity_id) for row in rows])
    return [
        AuditRow(**{**row._mapping, "what": codes.get((row.entity, row.entity_id), row.entity_id)})
        for row in rows
    ]


def entries_newest_first(chosen: AuditFilter, *, before_id: int | None) -> Select[*tuple[Any, ...]]:
    """The statement of `audit_entries`, without its limit."""
    conditions = _conditions(chosen)
    if before_id is not None:
        conditions.append(AuditEntry.id < before_id)
    return _ENTRIES.where(*conditions).order_by(AuditEntry.id.desc())


def _conditions(chosen: AuditFilter) -> list[ColumnElement[bool]]:
    wanted = (
        (AuditEntry.entity, chosen.entity),
        (AuditEntry.entity_id, chosen.entity_id),
        (Account.username, chosen.username),
    )
    conditions: list[ColumnElement[bool]] = [
        column == value for column, value in wanted if value is not None
    ]
    if chosen.besides:
        conditions.append(AuditEntry.action.not_in(chosen.besides))
    if chosen.local_date is not None:
        first = day_start(chosen.local_date, clock.hospital_zone())
        last = day_start(chosen.local_date + DAY, clock.hospital_zone())
        conditions += [AuditEntry.at >= first, AuditEntry.at < last]
    return conditions


def doers_of(
    session: Session, entity: str, ids: Collection[int], *, actions: Collection[str]
) -> dict[tuple[int, str], str]:
    """Who did which of these things to rows of a kind, by id and action: rows themselves do not say. One statement."""
    if not ids:
        return {}
    told = _ENTRIES.with_only_columns(AuditEntry.entity_id, AuditEntry.action, Account.username)
    rows = session.execute(
        told.where(
            AuditEntry.entity == entity,
            AuditEntry.entity_id.in_([str(each) for each in ids]),
            AuditEntry.action.in_(actions),
        )
    )
    return {(int(entity_id), action): username for entity_id, action, username in rows}


def codes_of_rows(session: Session, wanted: Collection[RowKey]) -> dict[RowKey, str]:
    """The codes of those rows that have one. One statement for each kind among them."""
    codes: dict[RowKey, str] = {}
    for entity, table in _CODED.items():
        ids = {int(key) for kind, key in wanted if kind == entity and key.isdigit()}
        if ids:
            rows = session.execute(select(table.id, table.code).where(table.id.in_(ids)))
            codes |= {(entity, str(row.id)): row.code for row in rows}
    return codes
