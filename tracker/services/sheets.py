"""Taking in a workbook of an administrator's list: first a rehearsal that keeps nothing, then all of it at once.

Each row passes the same steps as its form. How a file becomes rows of text is a matter of the web.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from tracker.db import service
from tracker.domain.errors import N_, DomainError, InvalidError, NotFoundError, StaleError
from tracker.domain.sheets import (
    MOST_CHANGES,
    VALUES,
    WORKBOOKS,
    Sheet,
    key_of,
    read_row,
    shown,
)
from tracker.queries.sheets import StoredRow, stored_rows
from tracker.writes.account_rows import (
    lock_active_accounts,
)
from tracker.writes.booking_rows import Author
from tracker.writes.calendar_rows import clear_days
from tracker.writes.occupancy import lock_days_ahead, lock_supply
from tracker.writes.pressure import refresh_pressure
from tracker.writes.sheet_rows import WRITE_ROW

Cells = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class SheetLine:
    """A line of a sheet by its number, with the text of each cell by column."""

    number: int
    cells: Cells


@dataclass(frozen=True, slots=True)
class CellChange:
    """A value that a row changes, as text; `before` is None where the row is new."""

    column: str
    before: str | None
    after: str


@dataclass(frozen=True, slots=True)
class LineOutcome:
    """What becomes of a line: action add, change, same or refused; refusals name their column as `field`."""

    sheet: str
    number: int
    key: str
    action: str
    changes: tuple[CellChange, ...] = ()
    refusals: tuple[DomainError, ...] = ()


@dataclass(frozen=True, slots=True)
class ImportOutcome:
    """Every line's outcome, and how many bookings stand on days that would not be worked any more."""

    lines: tuple[LineOutcome, ...]
    left: int = 0

    @property
    def is_refused(self) -> bool:
        """Whether any line stands in the way of all."""
        return any(line.action == "refused" for line in self.lines)

    @property
    def digest(self) -> str:
        """One text for what was shown, so that nothing else is confirmed."""
        told = [(each.sheet, each.number, each.action, each.changes) for each in self.lines]
        return hashlib.sha256(repr(told).encode("utf-8", "replace")).hexdigest()


class _RehearsedError(Exception):
    """Ends the transaction of a rehearsal: nothing of it is kept."""

    def __init__(self, outcome: ImportOutcome) -> None:
        super().__init__()
        self.outcome = outcome


def rehearse_import(
    noun: str, sheets: Mapping[str, Sequence[SheetLine]], *, by: int, now: datetime
) -> ImportOutcome:
    """What importing these lines would do, tried out in a transaction that is then taken back.

    Raises NotFoundError for a list that is not imported, InvalidError for too many changes.
    """
    try:
        _rehearse(noun, sheets, by=by, now=now)
    except _RehearsedError as rehearsed:
        return rehearsed.outcome
    raise AssertionError("unreachable")


@service
def _rehearse(
    session: Session,
    noun: str,
    sheets: Mapping[str, Sequence[SheetLine]],
    *,
    by: int,
    now: datetime,
) -> None:
    raise _RehearsedError(_import(session, noun, sheets, Author(by, now)))


@service
def import_sheets(
    session: Session,
    noun: str,
    sheets: Mapping[str, Sequence[SheetLine]],
    *,
    seen: str,
    by: int,
    now: datetime,
) -> ImportOutcome:
    """Import the lines, all or none; what a sheet does not name is left alone. An audit entry for each row.

    `seen` is the digest of the rehearsal that was shown: StaleError when it would do something else by now.
    Raises InvalidError where a line is refused, NotFoundError for a list that is not imported.
    """
    outcome = _import(session, noun, sheets, Author(by, now))
    if outcome.is_refused:
        raise InvalidError(N_("Some rows cannot be taken as they are."), field="file")
    if outcome.digest != seen:
        raise StaleError(N_("Somebody else changed this meanwhile."))
    return outcome


def _import(
    session: Session, noun: str, sheets: Mapping[str, Sequence[SheetLine]], author: Author
) -> ImportOutcome:
    if noun not in WORKBOOKS:
        raise NotFoundError(N_("This entry does not exist."))
    if noun == "accounts":
        lock_active_accounts(session)
    else:
        lock_supply(session)
    lines: list[LineOutcome] = []
    for sheet in WORKBOOKS[noun]:
        lines += _import_sheet(session, sheet, sheets.get(sheet.name, ()), author)
    changed = [line for line in lines if line.action in ("add", "change")]
    left = 0
    if changed and noun in ("devices", "exam-types"):
        refresh_pressure(session)
    if changed and noun == "calendar":
        left = clear_days(
            session, [datetime.fromisoformat(each.key).date() for each in changed], author
        )
    return ImportOutcome(tuple(lines), left)


def _import_sheet(
    session: Session, sheet: Sheet, lines: Sequence[SheetLine], author: Author
) -> list[LineOutcome]:
    stored = {key_of(sheet, row.values): row for row in stored_rows(session, sheet.name)}
    read = [_read_line(sheet, line, stored) for line in lines]
    if sheet.name == "devices":
        _lock_machines(session, read, author)
    outcomes: list[LineOutcome] = []
    done: set[str] = set()
    changes = 0
    for line in read:
        outcome = _import_line(session, sheet, line, author)
        if outcome.key and outcome.key in done:
            twice = InvalidError(N_("This row stands in the sheet twice."), field=sheet.key[0])
            outcome = replace(outcome, action="refused", refusals=(*outcome.refusals, twice))
        done.add(outcome.key)
        outcomes.append(outcome)
        changes += outcome.action in ("add", "change")
        if changes > MOST_CHANGES:
            raise InvalidError(
                N_("At most %(count)s rows can be added or changed at once. Send it in parts."),
                field="file",
                params={"count": MOST_CHANGES},
            )
    return outcomes


@dataclass(frozen=True, slots=True)
class _ReadLine:
    """A line before it is written: the row it changes, if any, and the values it asks for; None: it is refused."""

    outcome: LineOutcome
    present: StoredRow | None
    wanted: Any = None


def _read_line(sheet: Sheet, line: SheetLine, stored: Mapping[str, StoredRow]) -> _ReadLine:
    named = {name: line.cells.get(name, "") for name in sheet.key}
    keyed, refusals = read_row(sheet, named, None)
    key = _key(sheet, keyed) if keyed.keys() >= set(sheet.key) else ""
    present = stored.get(key)
    values, refusals = read_row(sheet, line.cells, present.values if present else None)
    outcome = LineOutcome(sheet.name, line.number, key, "refused", refusals=tuple(refusals))
    wanted = None if refusals else VALUES[sheet.name](**values)
    return _ReadLine(outcome, present, wanted)


def _lock_machines(session: Session, lines: Sequence[_ReadLine], author: Author) -> None:
    """Of every machine whose functions change before the first is written: in the order of all locks, not the sheet's."""
    machines = {
        line.present.id
        for line in lines
        if line.present is not None
        and line.wanted is not None
        and line.wanted.capabilities != line.present.values.capabilities
    }
    if machines:
        lock_days_ahead(session, now=author.now, device_ids=machines)


def _import_line(session: Session, sheet: Sheet, line: _ReadLine, author: Author) -> LineOutcome:
    outcome, present = line.outcome, line.present
    if line.wanted is None:
        return outcome
    changes = _changes(sheet, present, line.wanted)
    if present and not changes:
        return replace(outcome, action="same")
    try:
        with session.begin_nested():
            is_changed = WRITE_ROW[sheet.name](session, present, line.wanted, author)
    except DomainError as refusal:
        return replace(outcome, changes=changes, refusals=(refusal,))
    if not is_changed:
        return replace(outcome, action="same")
    return replace(outcome, action="change" if present else "add", changes=changes)


def _key(sheet: Sheet, keyed: Mapping[str, object]) -> str:
    by_name = {column.name: column for column in sheet.columns}
    return " / ".join(shown(by_name[name], keyed[name]) for name in sheet.key)


def _changes(sheet: Sheet, present: StoredRow | None, wanted: object) -> tuple[CellChange, ...]:
    changes = []
    for column in sheet.columns:
        after = shown(column, getattr(wanted, column.name))
        before = shown(column, getattr(present.values, column.name)) if present else None
        if before != after and (present or after):
            changes.append(CellChange(column.name, before, after))
    return tuple(changes)
