"""The exports: exam rows as a workbook, asked for, written by the jobs process, fetched or cancelled; one's own alone."""

from pathlib import Path
from typing import Any

from flask import Response, current_app, send_file
from marshmallow import fields, validate

from tracker import clock
from tracker.api.access import caller
from tracker.api.bookings import number_of
from tracker.api.chosen import RowsQuery, exam_filter
from tracker.api.documents import (
    AnswerSchema,
    Document,
    instant,
    instant_or_none,
    moment,
    text,
)
from tracker.api.fields import Day, Flag
from tracker.api.interface import answer, blueprint, path_id
from tracker.api.problems import language
from tracker.domain.errors import N_, InvalidError
from tracker.domain.stretches import check_stretch
from tracker.queries import read_session
from tracker.queries.exams import count_exams
from tracker.queries.exports import ExportRow, export_of, exports_of
from tracker.reports.export_files import export_path, sent_name
from tracker.reports.workbook import MOST_ROWS, XLSX
from tracker.services.exporting import Wanted, ask_for_export, cancel_export

PATH = path_id("export", "Its id.")
STATES = ("waiting", "running", "done", "cancelled", "failed")


class ExportBody(RowsQuery):
    """Which exams, in the language of the request; both days are inclusive."""

    first = Day("The first day.", data_key="from", required=True)
    last = Day("The last day.", data_key="to", required=True)
    include_voided = Flag("List voided exams, too.", load_default=False)


class ExportSchema(AnswerSchema):
    """An export. `cancel_asked`: it ends after the next rows. The file is kept a week."""

    id = text()
    state = text(validate=validate.OneOf(STATES))
    rows_done = fields.Integer()
    rows_total = fields.Integer()
    asked_at = moment()
    ended_at = moment(allow_none=True)
    cancel_asked = fields.Boolean()
    has_file = fields.Boolean()
    incident = text("Of one that failed: its number in the log.", allow_none=True)


class ExportsSchema(AnswerSchema):
    """One's own latest exports, newest first."""

    items = fields.List(fields.Nested(ExportSchema))


@blueprint.route("/exports", methods=["POST"], tags=["exports"])
@blueprint.arguments(ExportBody)
@blueprint.response(201, ExportSchema)
def ask_export(body: dict[str, Any]) -> Response:
    """Ask for exam rows as a workbook; one at a time"""
    days = {name: body[name] for name in ("first", "last")}
    check_stretch(**days, longest=None)
    chosen = exam_filter(body, **days, include_voided=body["include_voided"])
    with read_session() as session:
        rows = count_exams(session, chosen)
    if rows > MOST_ROWS:
        told = N_("A sheet takes at most a million rows. Choose fewer days.")
        raise InvalidError(told, field="to")
    wanted = Wanted(chosen, rows, "xlsx", language())
    return _answer(ask_for_export(wanted, by=caller().account_id, now=clock.now()), 201)


@blueprint.route("/exports", tags=["exports"])
@blueprint.response(200, ExportsSchema)
def list_exports() -> Response:
    """One's own exports and how far they are"""
    with read_session() as session:
        runs = exports_of(session, caller().account_id)
    return answer({"items": [_document(run) for run in runs]})


@blueprint.route("/exports/<export>", parameters=PATH, tags=["exports"])
@blueprint.response(200, ExportSchema)
def show_export(export: str) -> Response:
    """One export and how far it is"""
    return _answer(number_of(export))


@blueprint.route("/exports/<export>/file", parameters=PATH, tags=["exports"])
@blueprint.response(200, {"type": "string", "format": "binary"}, content_type=XLSX)
def fetch_export(export: str) -> Response:
    """The workbook of an export that is done, while it is kept"""
    run = _run(number_of(export))
    path = export_path(Path(current_app.config["REPORTS_DIR"]), run)
    name = f"{sent_name(run.exam_filter)}.xlsx"
    file = send_file(path, XLSX, as_attachment=True, download_name=name)
    file.headers["Cache-Control"] = "no-store"  # it names patients
    return file


@blueprint.route(
    "/exports/<export>/cancel",
    endpoint="cancel_export",
    methods=["POST"],
    parameters=PATH,
    tags=["exports"],
)
@blueprint.response(200, ExportSchema)
def end_export(export: str) -> Response:
    """End an export: at once if it waits, else after the next rows; one that has ended stays"""
    run_id = number_of(export)
    cancel_export(run_id, by=caller().account_id, now=clock.now())
    return _answer(run_id)


def _run(run_id: int) -> ExportRow:
    with read_session() as session:
        return export_of(session, run_id, caller().account_id)


def _answer(run_id: int, status: int = 200) -> Response:
    return answer(_document(_run(run_id)), status)


def _document(run: ExportRow) -> Document:
    return {
        "id": str(run.id),
        "state": run.state,
        "rows_done": run.rows_done,
        "rows_total": run.rows_total,
        "asked_at": instant(run.asked_at),
        "ended_at": instant_or_none(run.ended_at),
        "cancel_asked": run.cancel_asked,
        "has_file": bool(run.file_name),
        "incident": run.incident or None,
    }
