"""One audit entry for every change of a row. Sealing is a job's work, reading belongs to queries."""

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any, Protocol

from sqlalchemy.orm import Session

from tracker.db import core
from tracker.models import AuditEntry

_entry = AuditEntry.__table__.insert()  # type: ignore[attr-defined]


def write_audit(  # noqa: PLR0913 - who, what, which, when: an audit entry has six parts
    session: Session,
    *,
    action: str,
    entity: str,
    entity_id: int | str,
    by: int,
    now: datetime,
    change: Mapping[str, object] | None = None,
) -> None:
    """Note that account `by` did `action` to a row; `change` must be JSON and hold no patient name."""
    values = audit_values(action=action, entity=entity, by=by, now=now)
    core(session).execute(
        _entry, {**values, "entity_id": str(entity_id), "change": dict(change or {})}
    )


class Noted(Protocol):
    """A row with an id of its own; an entry names it by its table."""

    __tablename__: Any

    @property
    def id(self) -> int: ...


class By(Protocol):
    """Who changed it, and when (writes/booking_rows.Author)."""

    @property
    def by(self) -> int: ...
    @property
    def now(self) -> datetime: ...


def note_row(
    session: Session,
    row: Noted,
    action: str,
    author: By,
    change: Mapping[str, object] | None = None,
) -> None:
    """Note that an author did `action` to a row; for `change` holds what `write_audit` says."""
    write_audit(
        session,
        action=action,
        entity=row.__tablename__,
        entity_id=row.id,
        by=author.by,
        now=author.now,
        change=change,
    )


def audit_values(*, action: str, entity: str, by: int, now: datetime) -> dict[str, object]:
    """The columns of an entry, but for which row it is about and what changed in it."""
    return {"at": now, "by_id": by, "action": action, "entity": entity}


def plain(value: object) -> object:
    """A value as JSON has it, the form in which an entry keeps it."""
    if isinstance(value, date | datetime | time):
        return value.isoformat()
    return sorted(value) if isinstance(value, frozenset | set) else value
