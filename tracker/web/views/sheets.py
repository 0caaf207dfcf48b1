"""The administrator's lists as XLSX: to take away, and back by way of a preview."""

from flask import Blueprint, Response, flash, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker.domain.errors import N_, NotFoundError
from tracker.domain.sheets import WORKBOOKS, Sheet
from tracker.queries import Reading, read_session
from tracker.queries.sheets import stored_rows
from tracker.sentences import sentence
from tracker.services import sheets as importing
from tracker.services.sheets import ImportOutcome
from tracker.web.addresses import see_other
from tracker.web.forms.sheets import ConfirmedForm, WorkbookForm
from tracker.web.person import caller, request_now
from tracker.web.saving import refused
from tracker.web.sheet_words import (
    NOUNS,
    as_codes,
    cells_of,
    choices_of,
    column_word,
    field_word,
    legend,
    sheet_word,
    titles_of,
)
from tracker.web.workbooks import XLSX, Cells, Lines, pack, read_workbook, unpack, write_workbook

blueprint = Blueprint("sheets", __name__)


@blueprint.get("/admin/sheets/<noun>")
@blueprint.get("/admin/sheets/<noun>/confirm")
def show(noun: str) -> ResponseReturnValue:
    """Take the list away, or choose a file to read."""
    return _page(noun, WorkbookForm(formdata=None))


@blueprint.get("/admin/sheets/<noun>/<name>.xlsx")
def download(noun: str, name: str) -> ResponseReturnValue:
    """The list as a workbook: what is in service, in the department's order."""
    if _known(noun) != name:
        raise NotFoundError(N_("This entry does not exist."))
    sheets = WORKBOOKS[noun]
    with read_session() as session:
        tables = {sheet.name: _rows(session, sheet) for sheet in sheets}
    if words := legend(sheets):
        tables[_("Words")] = [(_("Column"), _("Code"), _("Meaning")), *words]
    content = write_workbook(tables, words=choices_of(sheets[0]))
    response = Response(content, mimetype=XLSX)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.xlsx"'
    return response


@blueprint.post("/admin/sheets/<noun>")
def preview(noun: str) -> ResponseReturnValue:
    """Read a file and show row by row what it would do; nothing is kept."""
    form = WorkbookForm()
    read: list[Lines] = []
    told: list[ImportOutcome] = []

    def read_it() -> None:
        read.append(as_codes(read_workbook(form.file.data.read(), WORKBOOKS[_known(noun)])))
        told.append(_rehearsed(noun, read[0]))
        pack(read[0])

    if status := refused(form, read_it):
        return _page(noun, form), status
    return _page(noun, WorkbookForm(formdata=None), outcome=told[0], lines=read[0])


@blueprint.post("/admin/sheets/<noun>/confirm")
def confirm(noun: str) -> ResponseReturnValue:
    """Do what was shown; where it would be something else by now, show it again."""
    form = ConfirmedForm()
    lines = unpack(form.lines.data or "")
    seen, by, now = form.seen.data or "", caller().account_id, request_now()
    done: list[ImportOutcome] = []

    def take_in() -> None:
        done.append(importing.import_sheets(_known(noun), lines, seen=seen, by=by, now=now))

    if status := refused(form, take_in):
        outcome = _rehearsed(noun, lines)
        return _page(noun, WorkbookForm(formdata=None), outcome, lines, again=form), status
    _tell(done[0])
    return see_other(f"/admin/{noun}")


def _tell(done: ImportOutcome) -> None:
    counts = _counts(done)
    flash(
        _(
            "Taken in: %(added)s added, %(changed)s changed.",
            added=counts["add"],
            changed=counts["change"],
        ),
        "success",
    )
    if done.left:
        flash(
            _("Bookings stand on days that are not worked now: %(count)s.", count=done.left),
            "warning",
        )


def _rows(session: Reading, sheet: Sheet) -> list[Cells]:
    rows = stored_rows(session, sheet.name)
    return [titles_of(sheet), *(cells_of(sheet, row.values) for row in rows if not row.is_retired)]


def _rehearsed(noun: str, lines: Lines) -> ImportOutcome:
    return importing.rehearse_import(noun, lines, by=caller().account_id, now=request_now())


def _known(noun: str) -> str:
    if noun not in WORKBOOKS:
        raise NotFoundError(N_("This entry does not exist."))
    return noun


def _counts(outcome: ImportOutcome) -> dict[str, int]:
    actions = [line.action for line in outcome.lines]
    return {action: actions.count(action) for action in ("add", "change", "same", "refused")}


def _page(
    noun: str,
    form: WorkbookForm,
    outcome: ImportOutcome | None = None,
    lines: Lines | None = None,
    *,
    again: ConfirmedForm | None = None,
) -> str:
    return render_template(
        "sheets/sheet.html",
        noun=_known(noun),
        title=NOUNS[noun],
        form=form,
        outcome=outcome,
        counts=_counts(outcome) if outcome else None,
        packed=pack(lines) if lines else "",
        again=again,
        column_word=column_word,
        field_word=field_word,
        sentence=sentence,
        sheet_word=sheet_word,
    )
