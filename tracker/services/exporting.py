"""Exports of exam rows: each is on record with who took what; long ones are written by the jobs process.

The files themselves are written by tracker/reports.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.db import service
from tracker.domain.errors import N_, ConflictError, NotFoundError
from tracker.models import ExportRun
from tracker.queries.exams import ExamFilter
from tracker.queries.exports import kept_filter
from tracker.queries.plan_runs import OPEN
from tracker.writes.audit import note_row
from tracker.writes.booking_rows import Author
from tracker.writes.runs import ask_to_end, claim_oldest


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is exported: the exams of a filter, how many they are, as csv or xlsx, in which language."""

    chosen: ExamFilter
    rows: int
    kind: str
    language: str


@service
def note_export(session: Session, wanted: Wanted, *, by: int, now: datetime) -> None:
    """Put on record that somebody takes exam rows away at once: names of patients leave the house."""
    run = _run(wanted, by, now)
    run.state, run.started_at, run.ended_at, run.rows_done = "done", now, now, wanted.rows
    _keep(session, run, wanted, Author(by, now))


@service
def ask_for_export(session: Session, wanted: Wanted, *, by: int, now: datetime) -> int:
    """Ask for a long export; returns its id. Raises ConflictError while another of this account is open."""
    open_one = select(ExportRun.id).where(ExportRun.asked_by_id == by, ExportRun.state.in_(OPEN))
    if session.scalar(open_one.limit(1)) is not None:
        raise ConflictError(N_("An export of yours is being written. Wait for it, or cancel it."))
    run = _run(wanted, by, now)
    _keep(session, run, wanted, Author(by, now))
    return run.id


def _run(wanted: Wanted, by: int, now: datetime) -> ExportRun:
    return ExportRun(
        chosen=kept_filter(wanted.chosen),
        language=wanted.language,
        asked_at=now,
        asked_by_id=by,
        rows_total=wanted.rows,
    )


def _keep(session: Session, run: ExportRun, wanted: Wanted, author: Author) -> None:
    session.add(run)
    session.flush()
    note_row(
        session, run, "export", author, {"kind": wanted.kind, "rows": wanted.rows, **run.chosen}
    )


@service
def cancel_export(session: Session, run_id: int, *, by: int, now: datetime) -> None:
    """End an export of one's own: at once if it waits, else after the next rows. One that has ended stays.

    Raises NotFoundError.
    """
    run = session.get(ExportRun, run_id, with_for_update=True)
    if run is None or run.asked_by_id != by:
        raise NotFoundError(N_("There is no such export."))
    ask_to_end(run, now=now)


# --- the jobs process --------------------------------------------------------------------------------


@service
def claim_export(session: Session, *, now: datetime) -> int | None:
    """The oldest export that waits, now running; None when none does."""
    return claim_oldest(session, ExportRun, now=now)


@service
def note_rows(session: Session, run_id: int, rows: int) -> bool:
    """Keep how far an export is; returns whether its end was asked for."""
    run = session.get_one(ExportRun, run_id)
    run.rows_done = rows
    return run.cancel_asked


@service
def end_export(
    session: Session,
    run_id: int,
    state: str,
    *,
    now: datetime,
    file_name: str = "",
    incident: str = "",
) -> None:
    """How it ended: done with a file, cancelled, or failed with the incident of the log."""
    run = session.get_one(ExportRun, run_id)
    run.state, run.ended_at, run.file_name, run.incident = state, now, file_name, incident


@service
def forget_file(session: Session, run_id: int) -> None:
    """The file of an export is gone; that it was taken stays on record."""
    session.get_one(ExportRun, run_id).file_name = ""
