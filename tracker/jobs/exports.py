"""Writing the exports that pages asked for, one after another; and removing those that were kept long enough."""

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from flask import current_app
from flask_babel import force_locale

from tracker import clock
from tracker.db import read_session
from tracker.domain.roles import LEADING
from tracker.logs import log, report_incident
from tracker.queries.accounts import roles_of
from tracker.queries.exports import ExportRow, export_row, is_export_left, old_exports
from tracker.reports.definitions import definitions
from tracker.reports.exam_rows import exam_table, filter_words
from tracker.reports.export_files import FOLDER
from tracker.reports.workbook import write_xlsx
from tracker.services.exporting import claim_export, end_export, forget_file, note_rows

KEPT_DAYS = 7


class _Ended(Exception):  # noqa: N818 - not a fault: somebody cancelled, or the process is told to stop
    """The export is not to be written to its end; the text is its state."""


def write_those_asked_for(is_ending: Callable[[], bool] = lambda: False) -> int:
    """Write every export that waits; returns how many. One that fails says so in its page and stops no other."""
    with read_session() as session:
        if not is_export_left(session):
            return 0
    written = 0
    while not is_ending() and (run_id := claim_export(now=clock.now())) is not None:
        _write(run_id, is_ending)
        written += 1
    return written


def _write(run_id: int, is_ending: Callable[[], bool]) -> None:
    with read_session() as session:
        run = export_row(session, run_id)
    name = f"exams-{run_id}-{secrets.token_hex(8)}.xlsx"
    draft = export_folder() / f".{name}"
    try:
        with force_locale(run.language):
            _write_file(run, draft, is_ending)
        draft.replace(export_folder() / name)
        end_export(run_id, "done", now=clock.now(), file_name=name)
    except _Ended as ended:
        end_export(run_id, str(ended), now=clock.now())
    except Exception as error:  # noqa: BLE001 - whoever waits for it is told, and the next one is written
        incident = report_incident(error)
        log().error("export failed", run=run_id, incident=incident)
        end_export(run_id, "failed", now=clock.now(), incident=incident)
    finally:
        draft.unlink(missing_ok=True)


def _write_file(run: ExportRow, path: Path, is_ending: Callable[[], bool]) -> None:
    def watch(rows: int) -> None:
        if note_rows(run.id, rows):
            raise _Ended("cancelled")
        if is_ending():
            raise _Ended("failed")

    with read_session() as session:
        leads = not LEADING.isdisjoint(roles_of(session, run.asked_by_id))
        closed_by = () if leads else None
        chosen = filter_words(session, run.exam_filter, now=clock.now(), closed_by=closed_by)
    path.touch(mode=0o600)
    write_xlsx(path, [exam_table(run.exam_filter, watch=watch)], [*chosen, *definitions()])


def export_folder() -> Path:
    """Where exports are kept, made where it is missing; it holds names of patients."""
    folder = Path(current_app.config["REPORTS_DIR"]) / FOLDER
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def remove_old(now: datetime) -> int:
    """Remove exports that ended more than KEPT_DAYS ago; returns how many."""
    with read_session() as session:
        old = old_exports(session, before=now - timedelta(days=KEPT_DAYS))
    for run_id, name in old:
        (export_folder() / name).unlink(missing_ok=True)
        forget_file(run_id)
    return len(old)
