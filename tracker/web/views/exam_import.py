"""Bringing in exams that were counted elsewhere: choose a file, explain its words, look at it, bring it in, undo it."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, current_app, flash, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker.domain.errors import N_, DomainError, NotFoundError
from tracker.drivers.import_files import (
    MOST_SENT,
    forget_files,
    keep_upload,
    read_refused,
    refused_path,
    upload_path,
)
from tracker.queries import read_session
from tracker.queries.imports import days_of_import, imports, one_import, who_did
from tracker.reports.workbook import XLSX, write_xlsx
from tracker.sentences import sentence
from tracker.services.import_requests import ask_bringing, decide, explain_words
from tracker.services.importing import (
    NewImport,
    forget_import,
    register_import,
    undo_import,
)
from tracker.web.addresses import see_other
from tracker.web.forms.exam_import import BringForm, ExamFileForm, UndoImportForm
from tracker.web.fragments import is_htmx, render_block
from tracker.web.import_page import COLUMN, STATE, read_page, refused_table
from tracker.web.person import caller, request_now
from tracker.web.saving import refused

blueprint = Blueprint("exam_import", __name__)

SHOWN = 50


@blueprint.url_value_preprocessor
def allow_large_files(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Of this one form; the body of every other request keeps its limit."""
    if endpoint == "exam_import.upload":
        request.max_content_length = MOST_SENT


@blueprint.get("/volume/import")
def index() -> ResponseReturnValue:
    """Choose a file, and what was brought in before."""
    return _index(ExamFileForm(formdata=None))


def _index(form: ExamFileForm) -> str:
    with read_session() as reading:
        rows = imports(reading, limit=SHOWN)
    return render_template("volume/imports.html", rows=rows, form=form, states=STATE)


@blueprint.post("/volume/import")
def upload() -> ResponseReturnValue:
    """Keep the file; the jobs process reads it."""
    form = ExamFileForm()
    kept: list[int] = []
    if status := refused(form, lambda: kept.append(_keep(form))):
        return _index(form), status
    return see_other(f"/volume/import/{kept[0]}")


def _keep(form: ExamFileForm) -> int:
    kept: list[int] = []
    by, now = caller().account_id, request_now()

    def register(sha256: str) -> int:
        new = NewImport(Path(form.file.data.filename or "").name, sha256, form.sheet.data or "")
        made = register_import(new, by=by, now=now)
        assert isinstance(made, int)  # no idempotency key was sent
        kept.append(made)
        return made

    keep_upload(_instance(), form.file.data, register)
    return kept[0]


@blueprint.get("/volume/import/<int:number>")
@blueprint.get("/volume/import/<int:number>/words")
@blueprint.get("/volume/import/<int:number>/decide")
@blueprint.get("/volume/import/<int:number>/bring")
@blueprint.get("/volume/import/<int:number>/undo")
@blueprint.get("/volume/import/<int:number>/forget")
def show(number: int) -> ResponseReturnValue:
    """One file: how far it is, what it would do or did."""
    return _page(number)


def _page(
    number: int, *, bring: BringForm | None = None, undo: UndoImportForm | None = None
) -> str:
    with read_session() as reading:
        row = one_import(reading, number)
        page = read_page(reading, row)
        days = days_of_import(reading, number) if row.in_force_at else None
        doers = who_did(reading, [number]) if row.in_force_at else {}
    context = {
        "page": page,
        "row": row,
        "days": days,
        "doers": {action: name for (_id, action), name in doers.items()},
        "states": STATE,
        "words": COLUMN,
        "bring": bring or BringForm(formdata=None),
        "undo": undo or UndoImportForm(formdata=None),
        "can_read": upload_path(_instance(), number).exists(),
    }
    if is_htmx():
        return render_block("volume/import.html", "content", **context)
    return render_template("volume/import.html", **context)


@blueprint.post("/volume/import/<int:number>/words")
def explain(number: int) -> ResponseReturnValue:
    """Remember what words and columns mean, and read the file again."""
    meant: dict[str, dict[str, str]] = {}
    given = zip(*(request.form.getlist(name) for name in ("kind", "word", "code")), strict=False)
    for kind, word, code in given:
        if code:
            meant.setdefault(kind, {})[word] = "" if code == "-" else code
    by, now = caller().account_id, request_now()
    return _back(number, lambda: explain_words(number, meant, by=by, now=now))


@blueprint.post("/volume/import/<int:number>/decide")
def decide_rows(number: int) -> ResponseReturnValue:
    """What becomes of rows that are probably here already, one by one or all."""
    meaning = {"in": True, "out": False}
    rows = {
        int(name.removeprefix("row-")): meaning.get(value)
        for name, value in request.form.items()
        if name.startswith("row-") and name[4:].isascii() and name[4:].isdigit() and len(name) < 14
    }
    of_all = meaning.get(request.form.get("all", ""))
    return _back(number, lambda: decide(number, rows, of_all=of_all), "#probable")


@blueprint.post("/volume/import/<int:number>/bring")
def bring_in(number: int) -> ResponseReturnValue:
    """Let the jobs process bring the file in."""
    form = BringForm()
    by, now, reason = caller().account_id, request_now(), form.reason.data or ""
    if status := refused(form, lambda: ask_bringing(number, reason=reason, by=by, now=now)):
        return _page(number, bring=form), status
    return see_other(f"/volume/import/{number}")


@blueprint.post("/volume/import/<int:number>/undo")
def undo(number: int) -> ResponseReturnValue:
    """Let none of its exams count any more."""
    form = UndoImportForm()
    by, now, reason = caller().account_id, request_now(), form.reason.data or ""
    if status := refused(form, lambda: undo_import(number, reason=reason, by=by, now=now)):
        return _page(number, undo=form), status
    flash(_("The import is undone: none of its exams counts any more."), "success")
    return see_other(f"/volume/import/{number}")


@blueprint.post("/volume/import/<int:number>/forget")
def forget(number: int) -> ResponseReturnValue:
    """Give up a file that was not brought in."""
    by, now = caller().account_id, request_now()
    try:
        forget_import(number, by=by, now=now)
    except NotFoundError:
        raise
    except DomainError as refusal:
        flash(sentence(refusal), "danger")
        return see_other(f"/volume/import/{number}")
    forget_files(_instance(), number, refused_too=True)
    return see_other("/volume/import")


@blueprint.get("/volume/import/<int:number>/rejected.xlsx")
def download(number: int) -> ResponseReturnValue:
    """The rows that do not go in, each with its reason."""
    with read_session() as reading:
        row = one_import(reading, number)
    path = refused_path(_instance(), number)
    if not path.exists():
        raise NotFoundError(N_("There is no such import."))
    target = BytesIO()
    write_xlsx(target, [refused_table(row, read_refused(path))], ())
    response = Response(target.getvalue(), mimetype=XLSX)
    name = f"rejected-{number}.xlsx"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _back(number: int, step: Callable[[], object], anchor: str = "") -> ResponseReturnValue:
    try:
        step()
    except NotFoundError:
        raise
    except DomainError as refusal:
        flash(sentence(refusal), "danger")
    return see_other(f"/volume/import/{number}{anchor}")


def _instance() -> Path:
    return Path(current_app.config["INSTANCE_DIR"])
