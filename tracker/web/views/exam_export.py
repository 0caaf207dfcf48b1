"""Taking exam rows away: as CSV while it is read, as XLSX at once or, when it is long, written by the jobs process."""

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from urllib.parse import urlencode

from flask import (
    Blueprint,
    Response,
    current_app,
    flash,
    render_template,
    request,
    send_file,
    stream_with_context,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker.domain.errors import DomainError
from tracker.queries import Reading, read_session
from tracker.queries.exams import ExamFilter, count_exams
from tracker.queries.exports import export_of, exports_of
from tracker.reports.csv_file import CSV, csv_pieces
from tracker.reports.definitions import definitions
from tracker.reports.exam_rows import exam_table, filter_words
from tracker.reports.export_files import export_path, sent_name
from tracker.reports.tables import Definition
from tracker.reports.workbook import MOST_ROWS, XLSX, write_xlsx
from tracker.sentences import sentence, status_of
from tracker.services.exporting import Wanted, ask_for_export, cancel_export, note_export
from tracker.web.addresses import see_other
from tracker.web.forms.export import CancelForm, ExportForm
from tracker.web.fragments import is_htmx, render_block
from tracker.web.languages import current_language
from tracker.web.person import caller, request_now
from tracker.web.views.exams import chosen_exams, filter_params, shows_total

blueprint = Blueprint("exam_export", __name__)

AT_ONCE_ROWS = 20_000
"""A workbook of more rows takes longer than anybody waits for a page."""


@blueprint.get("/exams/export")
def show() -> ResponseReturnValue:
    """What the filter of the address would take away, and the exports that were asked for."""
    return _page()


@blueprint.post("/exams/export")
def take() -> ResponseReturnValue:
    """Take the rows: as a download, or by asking the jobs process. Who took what is on record."""
    form, chosen = ExportForm(), chosen_exams()
    if not form.validate():
        return _page(form.kind.errors[:1] or form.form_errors, 422)
    with read_session() as reading:
        rows = count_exams(reading, chosen)
        words = [*_words(reading, chosen), *definitions()]
    kind = form.kind.data
    if kind == "xlsx" and rows > MOST_ROWS:
        return _page([_("A sheet takes at most a million rows. Choose fewer days, or CSV.")], 422)
    wanted = Wanted(chosen, rows, kind, current_language())
    by, now = caller().account_id, request_now()
    if kind == "xlsx" and rows > AT_ONCE_ROWS:
        try:
            ask_for_export(wanted, by=by, now=now)
        except DomainError as refusal:
            return _page([sentence(refusal)], status_of(refusal))
        return see_other(_address(chosen))
    note_export(wanted, by=by, now=now)
    return _as_csv(chosen) if kind == "csv" else _as_xlsx(chosen, words)


def _words(reading: Reading, chosen: ExamFilter) -> list[Definition]:
    """The filter; for those who may see the figures of these exams also what is closed of them."""
    closed_by = () if shows_total(chosen) else None
    return filter_words(reading, chosen, now=request_now(), closed_by=closed_by)


def _as_csv(chosen: ExamFilter) -> Response:
    """The rows go out as they are read."""
    pieces = stream_with_context(csv_pieces(exam_table(chosen)))
    answer = Response(pieces, mimetype="text/csv", content_type=CSV)
    answer.headers["Content-Disposition"] = f'attachment; filename="{sent_name(chosen)}.csv"'
    return answer


def _as_xlsx(chosen: ExamFilter, words: Sequence[Definition]) -> Response:
    book = BytesIO()
    write_xlsx(book, [exam_table(chosen)], words)
    book.seek(0)
    return send_file(book, XLSX, as_attachment=True, download_name=f"{sent_name(chosen)}.xlsx")


@blueprint.get("/exams/export/cancel")  # a form that was refused stands at its own address
def back() -> ResponseReturnValue:
    """The page of the exports."""
    return _page()


@blueprint.post("/exams/export/cancel")
def cancel() -> ResponseReturnValue:
    """End an export of one's own."""
    form = CancelForm()
    cancel_export(form.run_id, by=caller().account_id, now=request_now())
    flash(_("The export is cancelled."), "success")
    return see_other(_address(chosen_exams()))


@blueprint.get("/exams/export/<int:run_id>.xlsx")
def download(run_id: int) -> ResponseReturnValue:
    """The workbook of one's own export, while it is kept."""
    with read_session() as reading:
        run = export_of(reading, run_id, caller().account_id)
    path = export_path(Path(current_app.config["REPORTS_DIR"]), run)
    name = f"{sent_name(run.exam_filter)}.xlsx"
    return send_file(path, XLSX, as_attachment=True, download_name=name)


def _page(errors: Sequence[str] = (), status: int = 200) -> ResponseReturnValue:
    chosen = chosen_exams()
    with read_session() as reading:
        rows = count_exams(reading, chosen)
        words = _words(reading, chosen)
        runs = exports_of(reading, caller().account_id)
    context = {
        "rows": rows,
        "words": words,
        "runs": runs,
        "is_long": rows > AT_ONCE_ROWS,
        "params": filter_params(chosen),
        "address": _address(chosen),
        "errors": errors,
    }
    if is_htmx():
        return render_block("exams/export.html", "runs_list", **context)
    return render_template("exams/export.html", **context), status


def _address(chosen: ExamFilter) -> str:
    return f"{request.path.removesuffix('/cancel')}?{urlencode(filter_params(chosen))}"
