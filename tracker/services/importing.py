"""Bringing exams in from files: a file is staged in short steps, put in force by one, and undone as a whole by one.

Staged exams count nothing. Reading a file is drivers/import_reading, the order of the steps drivers/importing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from tracker.db import service
from tracker.domain.errors import N_, ConflictError, StaleError
from tracker.domain.examfile import Words
from tracker.domain.texts import needed_reason
from tracker.models import ExamImport
from tracker.writes.booking_rows import Author
from tracker.writes.closing import touch_months
from tracker.writes.idempotency import Answer, Claim, answer_once
from tracker.writes.import_words import remember_words
from tracker.writes.imported_rows import (
    ImportTerms,
    StagedExam,
    clear_exams,
    clear_sums,
    ever_in_force,
    import_terms,
    insert_staged,
    lock_coming_in_force,
    lock_import,
    note_import,
    staged_days,
)
from tracker.writes.visit_opening import open_visits_of_file
from tracker.writes.volume_rebuild import rebuild_day_sums, rebuild_month_sums

LONGEST_NAME = 200
CLEARED_AT_ONCE = 2000
UNDECIDED = ("waiting", "previewed", "asked", "failed")
"""States of an import that somebody may still forget."""


@dataclass(frozen=True, slots=True)
class NewImport:
    """A file to be brought in: its name and SHA-256, and the sheet that is meant.

    `waiting`: the jobs process reads it; `staging`: whoever registers it does.
    """

    file_name: str
    sha256: str
    sheet: str = ""
    state: str = "waiting"


@service
def register_import(
    session: Session, new: NewImport, *, by: int, now: datetime, claim: Claim | None = None
) -> int | Answer:
    """Note a file; returns the import's id. A `claim` (see there) has the answer rendered, and one given before under
    its key again.
    """

    def register() -> int:
        row = ExamImport(
            file_name="".join(filter(str.isprintable, new.file_name))[-LONGEST_NAME:] or "?",
            sha256=new.sha256,
            sheet=new.sheet[:80],
            rows=0,
            staged_at=now,
            by_id=by,
            state=new.state,
        )
        session.add(row)
        session.flush()
        note_import(session, row, "add", Author(by, now))
        return row.id

    return answer_once(session, claim, register, now=now)


@service
def begin_staging(session: Session, import_id: int, *, by: int, now: datetime) -> ImportTerms:
    """What staging needs to know; from now on another import that is put in force stands in the way."""
    row = lock_import(session, import_id)
    if (
        row.state not in ("staging", "asked") or row.rows
    ):  # nothing of an earlier attempt may be left
        raise ConflictError(N_("This import is not waiting to be brought in."))
    row.state, row.staged_at = "staging", now
    row.progress = {**row.progress, "earlier": ever_in_force(session)}
    return import_terms(session, Author(by, now))


@service
def stage_exams(
    session: Session,
    import_id: int,
    rows: Sequence[dict[str, Any]],
    staged: Sequence[StagedExam],
) -> None:
    """Write a batch of exams; none of them counts. At most a thousand, so that nobody waits."""
    insert_staged(session, rows, staged)
    row = session.get_one(ExamImport, import_id)
    row.rows += len(staged)
    row.progress = {**row.progress, "step": "rows", "done": row.rows}


@service
def stage_sums(
    session: Session, import_id: int, first: date, last: date, *, is_ordered: bool = False
) -> None:
    """Make the sums of an import's own days; keep the stretch to a few thousand exams.

    `is_ordered`: each visit was opened by its earliest exam, as in a file that is sorted by time.
    """
    if not is_ordered:
        open_visits_of_file(session, import_id, first, last)
    rebuild_day_sums(session, first, last, import_id=import_id)
    _note_sums(session, import_id, last)


@service
def stage_month_sums(session: Session, import_id: int, month: date) -> None:
    """Make the sums of a month from those of its days, once all of them are there."""
    rebuild_month_sums(session, month, month, import_id=import_id)
    _note_sums(session, import_id, month)


def _note_sums(session: Session, import_id: int, through: date) -> None:
    row = session.get_one(ExamImport, import_id)
    row.progress = {**row.progress, "step": "sums", "through": through.isoformat()}


@service
def put_in_force(
    session: Session,
    import_id: int,
    findings: Mapping[str, Any],
    *,
    by: int,
    now: datetime,
    reason: str = "",
) -> None:
    """Let all staged exams of an import count from now on. One small step.

    Raises InvalidError on `reason` where a closed month gets others and no reason is given, StaleError when another
    import was put in force since this one was staged: it may have brought the same exams.
    """
    lock_coming_in_force(session)
    row = lock_import(session, import_id)
    if row.state != "staging":
        raise ConflictError(N_("This import is not waiting to be brought in."))
    # counted and not compared by their times: one that was on its way is older than what was read without it
    if ever_in_force(session) != row.progress.get("earlier"):
        raise StaleError(N_("Another file was brought in meanwhile. Read this one again."))
    author = Author(by, now, reason)
    touch_months(session, [day for day, _count in staged_days(session, import_id)], author)
    row.state, row.in_force_at, row.reason, row.progress = "in_force", now, reason, {}
    row.findings = dict(findings)
    note_import(session, row, "put_in_force", author, rows=row.rows)


@service
def undo_import(session: Session, import_id: int, *, reason: str, by: int, now: datetime) -> None:
    """Let no exam of an import count any more; its rows stay on record. One small step.

    Raises InvalidError without a reason, ConflictError unless it is in force.
    """
    author = Author(by, now, needed_reason(reason))
    row = lock_import(session, import_id)
    if row.state != "in_force":
        raise ConflictError(N_("Only an import that counts can be undone."))
    touch_months(session, [day for day, _count in staged_days(session, import_id)], author)
    row.state, row.undone_at, row.undo_reason = "undone", now, author.reason
    note_import(session, row, "undo", author, rows=row.rows)


@service
def forget_import(session: Session, import_id: int, *, by: int, now: datetime) -> None:
    """Give up an import that never counted; what was staged is cleared away later. Doing it twice changes nothing."""
    row = lock_import(session, import_id)
    if row.state == "forgotten":
        return
    if row.state not in (*UNDECIDED, "staging"):
        raise ConflictError(N_("This import cannot be given up now."))
    row.state = "forgotten"
    note_import(session, row, "forget", Author(by, now))


@service
def clear_import(session: Session, import_id: int) -> int:
    """Delete some of what a forgotten or failed import has staged; returns how many exams, 0 when none is left."""
    row = lock_import(session, import_id)
    if row.state not in ("forgotten", "failed") or row.in_force_at is not None:
        raise ConflictError(N_("Only an import that never counted is cleared away."))
    cleared = clear_exams(session, import_id, limit=CLEARED_AT_ONCE)
    if not cleared:
        clear_sums(session, import_id)
        row.rows = 0
    return cleared


@service
def fail_import(session: Session, import_id: int, error: Mapping[str, Any]) -> None:
    """Note that a file was refused, or that bringing it in ended; `error` has `text` and `params`."""
    row = lock_import(session, import_id)
    if row.in_force_at is None:
        row.state, row.progress = "failed", {"error": dict(error)}


@service
def save_words(session: Session, words: Words, *, by: int, now: datetime) -> int:
    """Remember what words mean: kind → word → code; returns how many were new or changed.

    Raises InvalidError on `words` for a kind that is not known, and for a code that is not there.
    """
    return remember_words(session, words, Author(by, now))
