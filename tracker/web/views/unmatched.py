"""A doctor whom files have and nobody here is known to be: the exams, and saying once who it is."""

from datetime import date

from flask import Blueprint, flash, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from wtforms.fields.choices import SelectChoice

from tracker.domain.fileexams import NOT_MATCHED
from tracker.drivers.naming import name_doctor
from tracker.queries import read_session
from tracker.queries.exams import ExamFilter, list_exams
from tracker.queries.unmatched import name_in_files
from tracker.web.addresses import see_other
from tracker.web.arguments import place_argument, place_text
from tracker.web.exam_choices import Catalogue, read_catalogue
from tracker.web.forms.book import choices_of
from tracker.web.forms.exam_import import NameForm
from tracker.web.person import caller, request_now
from tracker.web.saving import refused
from tracker.web.views.exams import today

blueprint = Blueprint("unmatched", __name__)

ROWS = 50


@blueprint.get("/volume/staff/unmatched/<int:exam_id>")
def show(exam_id: int) -> ResponseReturnValue:
    """All exams for which files have the name that they have for this one. Raises NotFoundError."""
    return _page(exam_id, NameForm(formdata=None))


@blueprint.post("/volume/staff/unmatched/<int:exam_id>")
def name(exam_id: int) -> ResponseReturnValue:
    """Give all of them to a doctor."""
    form = NameForm()
    with read_session() as reading:
        form.operator.choices = _people(read_catalogue(reading))
    done: list[tuple[int, int]] = []
    by, now = caller().account_id, request_now()

    def save() -> None:
        chosen, reason = form.operator.data, form.reason.data or ""
        remember = bool(form.remember.data)
        done.append(
            name_doctor(exam_id, chosen, reason=reason, is_remembered=remember, by=by, now=now)
        )

    if status := refused(form, save):
        return _page(exam_id, form), status
    named, left = done[0]
    told = ngettext(
        "%(num)s exam has its doctor now.", "%(num)s exams have their doctor now.", named
    )
    flash(told, "success")
    if left:
        flash(_("%(left)s are left. Press once more.", left=left), "warning")
    return see_other(f"/volume/staff/unmatched/{exam_id}")


def _page(exam_id: int, form: NameForm) -> str:
    with read_session() as reading:
        found = name_in_files(reading, exam_id)
        chosen = ExamFilter(date.min, date.max, file_operator=found.name)
        rows = list_exams(
            reading, chosen, after=place_argument(), limit=ROWS + 1, newest_first=True
        )
        form.operator.choices = _people(read_catalogue(reading))
    last = rows[ROWS - 1] if len(rows) > ROWS else None
    return render_template(
        "volume/unmatched.html",
        found=found,
        exam_id=exam_id,
        rows=rows[:ROWS],
        next_cursor=None if last is None else place_text(last.local_date, last.id),
        form=form,
        today=today(),
    )


def _people(known: Catalogue) -> list[SelectChoice]:
    """Whoever works here or has left, but for who stands for the unknown."""
    pairs = known.pairs("people", with_retired=True)
    return choices_of([pair for pair in pairs if pair[0] != NOT_MATCHED], none=_("Choose …"))
