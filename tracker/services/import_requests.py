"""What a page asks of an import and what the jobs process takes up: reading a file anew, decisions, bringing it in.

The steps that write exams are services/importing.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.db import service
from tracker.domain.errors import N_, ConflictError, InvalidError
from tracker.domain.examfile import Words
from tracker.domain.texts import LONGEST_REASON, plain_line
from tracker.models import ExamImport
from tracker.writes.booking_rows import Author
from tracker.writes.import_words import remember_words
from tracker.writes.imported_rows import lock_import, note_import

READING, STAGING = "reading", "staging"
ENDED_EARLY = N_("The jobs process ended before the file was read. Ask again.")


@service
def explain_words(
    session: Session, import_id: int, words: Words, *, by: int, now: datetime
) -> None:
    """Remember what words and titles mean (kind → word → code) and let the file be read again; decisions are kept.

    Raises ConflictError unless it was previewed or has failed, NotFoundError, and InvalidError on `words` for a code
    that is not there.
    """
    row = lock_import(session, import_id)
    if row.state not in ("previewed", "failed"):
        raise ConflictError(N_("This file is not waiting for you."))
    if row.rows:
        raise ConflictError(
            N_("What was staged is still being cleared away. Ask again in a minute.")
        )
    remember_words(session, words, Author(by, now))
    row.state, row.progress = "waiting", {}


@service
def decide(
    session: Session, import_id: int, rows: Mapping[int, bool | None], *, of_all: bool | None
) -> None:
    """Say which rows that are probably here already go in (True), stay out (False), or are left open (None).

    `of_all` is for those rows that are not named. Raises ConflictError unless the file was previewed, InvalidError on
    `rows` for one that its preview does not list to be decided.
    """
    row = lock_import(session, import_id)
    if row.state != "previewed":
        raise ConflictError(N_("This file is not waiting for you."))
    for number in sorted({*rows} - _to_decide(row.findings)):
        raise InvalidError(
            N_("Row %(row)s is not one to be decided by itself."),
            field="rows",
            params={"row": number},
        )
    decided = {
        str(number): goes_in for number, goes_in in sorted(rows.items()) if goes_in is not None
    }
    row.decisions = {"rows": decided, "all": of_all}


def _to_decide(findings: Mapping[str, Any]) -> set[int]:
    return {each["row"] for each in findings.get("probable_rows", ())}


@service
def ask_bringing(session: Session, import_id: int, *, reason: str, by: int, now: datetime) -> None:
    """Let a previewed file be brought in. Raises ConflictError unless it was previewed, InvalidError on `reason`."""
    row = lock_import(session, import_id)
    if row.state != "previewed":
        raise ConflictError(N_("This file is not waiting for you."))
    row.state, row.progress = "asked", {}
    row.reason = plain_line(reason, field="reason", longest=LONGEST_REASON)
    note_import(session, row, "ask", Author(by, now))


# --- the jobs process --------------------------------------------------------------------------------


@service
def claim_import(session: Session) -> tuple[int, str] | None:
    """The oldest import that waits, and what is asked of it: READING or STAGING; None when nothing is.

    Whoever claims is the only one who works for pages: what is still being worked on was left by a process that
    ended, and has failed. A command's own import is not its business.
    """
    for left in session.scalars(
        select(ExamImport).where(ExamImport.state.in_((READING, STAGING))).with_for_update()
    ):
        if left.progress.get("by") == "jobs":
            left.state, left.progress = "failed", {"error": {"text": ENDED_EARLY, "params": {}}}
    row = session.scalars(
        select(ExamImport)
        .where(ExamImport.state.in_(("waiting", "asked")))
        .order_by(ExamImport.id)
        .limit(1)
        .with_for_update()
    ).first()
    if row is None:
        return None
    row.state = READING if row.state == "waiting" else STAGING
    row.progress = {"by": "jobs"}
    return row.id, row.state


@service
def keep_progress(session: Session, import_id: int, rows: int) -> None:
    """Note how many rows were read."""
    row = lock_import(session, import_id)
    row.progress = {**row.progress, "step": "reading", "done": rows}


@service
def keep_preview(session: Session, import_id: int, findings: Mapping[str, Any]) -> None:
    """Keep what a reading found; it waits for a person now. Decisions about rows that need none any more are dropped."""
    row = lock_import(session, import_id)
    if row.state != READING:
        return
    row.state, row.progress, row.findings = "previewed", {}, dict(findings)
    left = _to_decide(findings)
    decided = row.decisions.get("rows", {})
    still = {number: goes_in for number, goes_in in decided.items() if int(number) in left}
    row.decisions = {**row.decisions, "rows": still}
