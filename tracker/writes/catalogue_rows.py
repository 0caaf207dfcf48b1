"""Steps that all rows of the catalogue share: locking one, checking codes, saving a change with its audit entry."""

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.domain.errors import N_, InvalidError, NotFoundError, StaleError
from tracker.models.block import Block, WeeklyBlock
from tracker.models.catalogue import Capability, Device, ExamType, Stream
from tracker.models.plan import Absence
from tracker.models.staff import StaffMember
from tracker.writes.audit import note_row, plain
from tracker.writes.booking_rows import Author

Versioned = TypeVar("Versioned", Device, ExamType, Stream, StaffMember, Block, WeeklyBlock, Absence)
WithCode = TypeVar("WithCode", Device, ExamType, Stream, StaffMember)
Coded = type[Capability] | type[Device] | type[ExamType] | type[Stream] | type[StaffMember]


def locked_row(
    session: Session, table: type[Versioned], row_id: int, *, version: int | None
) -> Versioned:
    """The row, locked. Raises NotFoundError, or StaleError when `version` is not the present one."""
    # bookings may go on to refer to it: one that holds its device day would wait for us, and we for that day
    row = session.get(table, row_id, with_for_update={"key_share": True})
    if row is None:
        raise NotFoundError(N_("This entry does not exist."))
    if version is not None and row.version != version:
        raise StaleError(N_("Somebody else changed this meanwhile."))
    return row


def refuse_taken_code(
    session: Session, table: Coded, code: str, *, besides: int | None = None
) -> None:
    """Raises InvalidError on `code` when another row, retired or not, has it."""
    found = session.scalar(select(table.id).where(table.code == code))
    if found is not None and found != besides:
        raise InvalidError(N_("This code is taken."), field="code")


def ids_of_codes(
    session: Session, table: Coded, codes: Iterable[str], *, field: str
) -> dict[str, int]:
    """Code → id. Raises InvalidError on `field` when one of the codes is unknown."""
    wanted = set(codes)
    rows = session.execute(select(table.code, table.id).where(table.code.in_(wanted)))
    ids = {row.code: row.id for row in rows}
    if unknown := sorted(wanted - ids.keys()):
        raise InvalidError(N_("There is no %(code)s."), field=field, params={"code": unknown[0]})
    return ids


def change_row(row: Versioned, values: Mapping[str, object]) -> dict[str, object]:
    """Set columns of a locked row; returns [before, after] of each that differs, as the audit keeps it."""
    change: dict[str, object] = {}
    for name, value in values.items():
        before = getattr(row, name)
        if before != value:
            setattr(row, name, value)
            change[name] = [plain(before), plain(value)]
    return change


def add_coded(
    session: Session, table: type[WithCode], values: Any, columns: Iterable[str], author: Author
) -> int:
    """Add a row of these columns under its own code, with its audit entry; returns its id. Raises InvalidError."""
    refuse_taken_code(session, table, values.code)
    row = table(**{name: getattr(values, name) for name in columns})
    return add_row(session, row, author, {"code": values.code})


def change_coded(
    session: Session, row: WithCode, values: Any, columns: Iterable[str]
) -> dict[str, object]:
    """`change_row` for a locked row with a code, which stays its own. Raises InvalidError."""
    refuse_taken_code(session, type(row), values.code, besides=row.id)
    return change_row(row, {name: getattr(values, name) for name in columns})


def add_row(session: Session, row: Versioned, author: Author, change: Mapping[str, object]) -> int:
    """Insert a row with its audit entry; returns its id."""
    session.add(row)
    session.flush()
    note_row(session, row, "add", author, change)
    return row.id


def save_row(
    session: Session,
    row: Versioned,
    author: Author,
    *,
    action: str = "change",
    change: Mapping[str, object] | None = None,
) -> None:
    """Write a changed row under its next version, with its audit entry."""
    row.version += 1
    session.flush()
    note_row(session, row, action, author, change or {})
