"""Imports as pages and the jobs process read them. What their exams count is told by queries/volume."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from tracker.domain.errors import N_, NotFoundError
from tracker.models import Account, Exam, ExamImport
from tracker.queries.audit import doers_of

WORKED_ON = ("waiting", "reading", "asked", "staging")
"""States in which the page looks again by itself."""


@dataclass(frozen=True, slots=True)
class ImportRow:
    """A file that was brought, with what a preview found and how far it is."""

    id: int
    file_name: str
    sheet: str
    state: str
    rows: int
    staged_at: datetime
    by: str
    by_id: int
    in_force_at: datetime | None
    undone_at: datetime | None
    reason: str
    undo_reason: str
    progress: dict[str, Any]
    findings: dict[str, Any]
    decisions: dict[str, Any]

    @property
    def is_open(self) -> bool:
        """Whether it waits for the jobs process or is worked on."""
        return self.state in WORKED_ON

    @property
    def goes_in(self) -> int:
        """How many rows go in as it is decided now about those that are probably here."""
        of_rows, of_all = self.decisions.get("rows", {}), self.decisions.get("all")
        others = self.findings.get("probable", 0) - len(of_rows)
        decided = sum(of_rows.values()) + (others if of_all else 0)
        return int(self.findings.get("rows_in", 0) + decided)


_ROWS: Select[*tuple[Any, ...]] = select(
    ExamImport.id,
    ExamImport.file_name,
    ExamImport.sheet,
    ExamImport.state,
    ExamImport.rows,
    ExamImport.staged_at,
    Account.username,
    ExamImport.by_id,
    ExamImport.in_force_at,
    ExamImport.undone_at,
    ExamImport.reason,
    ExamImport.undo_reason,
    ExamImport.progress,
    ExamImport.findings,
    ExamImport.decisions,
).join(Account, Account.id == ExamImport.by_id)


def imports(session: Session, *, limit: int, before_id: int | None = None) -> list[ImportRow]:
    """The newest imports first (those before an id), without those that were given up. One statement."""
    chosen = _ROWS.where(ExamImport.state != "forgotten")
    if before_id is not None:
        chosen = chosen.where(ExamImport.id < before_id)
    rows = session.execute(chosen.order_by(ExamImport.id.desc()).limit(limit))
    return [ImportRow(*row) for row in rows]


def one_import(session: Session, import_id: int) -> ImportRow:
    """Raises NotFoundError."""
    row = session.execute(_ROWS.where(ExamImport.id == import_id)).first()
    if row is None:
        raise NotFoundError(N_("There is no such import."))
    return ImportRow(*row)


def days_of_import(session: Session, import_id: int) -> tuple[date, date] | None:
    """The first and the last day of its exams; None without any. Two statements."""
    mine = Exam.import_id == import_id
    first = session.scalar(select(func.min(Exam.local_date)).where(mine))
    last = session.scalar(select(func.max(Exam.local_date)).where(mine))
    return None if first is None or last is None else (first, last)


def who_did(session: Session, import_ids: Collection[int]) -> dict[tuple[int, str], str]:
    """Who put imports in force and undid them (import, `put_in_force` or `undo`), as the audit has it. One statement."""
    return doers_of(session, "exam_import", import_ids, actions=("put_in_force", "undo"))


def is_counting_import(session: Session, import_id: int) -> bool:
    """Whether its exams count. One statement."""
    state = select(ExamImport.state).where(ExamImport.id == import_id)
    return session.scalar(state) == "in_force"


def is_import_waiting(session: Session) -> bool:
    """Whether the jobs process has anything to do for a page. One statement."""
    waiting = select(ExamImport.id).where(ExamImport.state.in_(WORKED_ON))
    return session.scalar(waiting.limit(1)) is not None


def imports_to_clear(session: Session) -> list[int]:
    """Imports that never counted and still have rows. One statement."""
    left = ExamImport.state.in_(("forgotten", "failed")) & (ExamImport.rows > 0)
    return list(session.scalars(select(ExamImport.id).where(left).order_by(ExamImport.id)))
