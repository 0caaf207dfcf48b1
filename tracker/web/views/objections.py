"""*Not mine* and *missing*: said on the own rows by a doctor, decided from a list by the head."""

from typing import Any

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker.queries import read_session
from tracker.queries.exams import exam_details
from tracker.queries.objections import (
    ObjectionRow,
    decided_objections,
    objection,
    open_objections,
)
from tracker.services import objections
from tracker.services.exams import ExamEntry
from tracker.services.objections import MissingExam
from tracker.web.arguments import code_argument
from tracker.web.exam_choices import Catalogue, read_catalogue
from tracker.web.forms.book import choices_of
from tracker.web.forms.exams import instant
from tracker.web.forms.objections import (
    DeclineForm,
    EnterMissingForm,
    HandOnForm,
    MissingForm,
    NotMineForm,
)
from tracker.web.forms.page_form import PageForm
from tracker.web.person import caller, request_now
from tracker.web.saving import Answer, answered
from tracker.web.taking_part import offer_taking_part
from tracker.web.views.exams import today

blueprint = Blueprint("objections", __name__)

LIST = "/volume/objections"


@blueprint.get("/exams/<int:exam_id>/not-mine")
def ask_not_mine(exam_id: int) -> ResponseReturnValue:
    """Which exam it is, and room for a note. Raises NotFoundError."""
    return _not_mine_page(exam_id, NotMineForm(formdata=None))


@blueprint.post("/exams/<int:exam_id>/not-mine")
def say_not_mine(exam_id: int) -> ResponseReturnValue:
    """Tell the head that an exam counts for the wrong person."""
    form, by, now = NotMineForm(), caller().account_id, request_now()
    return answered(
        form,
        lambda: objections.object_not_mine(exam_id, note=form.note.data or "", by=by, now=now),
        Answer(
            lambda: _not_mine_page(exam_id, form),
            _("The head will decide. Until then the exam counts as before."),
            "/volume/mine",
        ),
    )


def _not_mine_page(exam_id: int, form: NotMineForm) -> str:
    with read_session() as reading:
        exam = exam_details(reading, exam_id)
    return render_template("volume/not_mine.html", exam=exam, form=form, today=today())


@blueprint.get("/volume/missing")
def ask_missing() -> ResponseReturnValue:
    """An empty form of today, for the machine of ?device=."""
    return _missing_page(_missing_form(formdata=None, day=today(), device=code_argument("device")))


@blueprint.post("/volume/missing")
def say_missing() -> ResponseReturnValue:
    """Tell the head that an exam of one's own is not here."""
    form, by, now = _missing_form(), caller().account_id, request_now()
    return answered(
        form,
        lambda: objections.report_missing(_missing(form), by=by, now=now),
        Answer(
            lambda: _missing_page(form),
            _("The head will decide. The exam counts once it is entered."),
            "/volume/mine",
        ),
    )


def _missing_form(**given: Any) -> MissingForm:
    form = MissingForm(**given)
    with read_session() as reading:
        known = read_catalogue(reading)
    form.exam_type.choices = choices_of(known.pairs("exam_types", with_retired=True), none="–")
    form.device.choices = choices_of(known.pairs("devices", with_retired=True), none="–")
    return form


def _missing(form: MissingForm) -> MissingExam:
    return MissingExam(
        patient=form.patient.data or "",
        exam_type=form.exam_type.data,
        device=form.device.data,
        day=form.day.data,
        note=form.note.data or "",
    )


def _missing_page(form: MissingForm) -> str:
    return render_template("volume/missing.html", form=form, today=today())


@blueprint.get("/volume/objections")
def index() -> ResponseReturnValue:
    """What waits for the head, and what was decided last."""
    with read_session() as reading:
        waiting, decided = open_objections(reading), decided_objections(reading)
    return render_template("volume/objections.html", waiting=waiting, decided=decided)


@blueprint.get("/volume/objections/<int:objection_id>")
@blueprint.get(  # where a refused form stood
    "/volume/objections/<int:objection_id>/<any('hand-on', enter, decline):_step>"
)
def show(objection_id: int, _step: str = "") -> ResponseReturnValue:
    """One objection with what can be decided. Raises NotFoundError."""
    row, known = _read(objection_id)
    return _page(row, known)


@blueprint.post("/volume/objections/<int:objection_id>/hand-on")
def hand_on(objection_id: int) -> ResponseReturnValue:
    """The exam is somebody else's: a new version says so."""
    row, known = _read(objection_id)
    form, by, now = _hand_on_form(known, HandOnForm()), caller().account_id, request_now()
    return answered(
        form,
        lambda: objections.hand_exam_on(
            objection_id,
            to=form.operator.data or None,
            reason=form.reason.data or "",
            by=by,
            now=now,
        ),
        Answer(lambda: _page(row, known, form), _("The exam is corrected."), LIST),
    )


@blueprint.post("/volume/objections/<int:objection_id>/enter")
def enter(objection_id: int) -> ResponseReturnValue:
    """The exam was done: it is entered, and counts on its own day."""
    row, known = _read(objection_id)
    form, by, now = _entry_form(known, EnterMissingForm()), caller().account_id, request_now()
    return answered(
        form,
        lambda: objections.enter_missing(objection_id, _entry(form), by=by, now=now),
        Answer(lambda: _page(row, known, form), _("The exam is entered and counts."), LIST),
    )


@blueprint.post("/volume/objections/<int:objection_id>/decline")
def decline(objection_id: int) -> ResponseReturnValue:
    """Everything stays as it is, and the doctor reads why."""
    row, known = _read(objection_id)
    form, by, now = _declining(DeclineForm()), caller().account_id, request_now()
    return answered(
        form,
        lambda: objections.decline_objection(
            objection_id, reason=form.reason.data or "", by=by, now=now
        ),
        Answer(lambda: _page(row, known, form), _("The objection is declined."), LIST),
    )


def _read(objection_id: int) -> tuple[ObjectionRow, Catalogue]:
    with read_session() as reading:
        return objection(reading, objection_id), read_catalogue(reading)


def _hand_on_form(known: Catalogue, form: HandOnForm) -> HandOnForm:
    form.operator.choices = choices_of(known.pairs("people", with_retired=True), none=_("nobody"))
    return form


def _entry_form(known: Catalogue, form: EnterMissingForm) -> EnterMissingForm:
    for field, kind in (
        (form.exam_type, "exam_types"),
        (form.stream, "streams"),
        (form.device, "devices"),
        (form.operator, "doctors"),
    ):
        field.choices = choices_of(known.pairs(kind, with_retired=True), none="–")
    offer_taking_part(form, known.people)
    return form


def _declining(form: DeclineForm) -> DeclineForm:
    form.reason.id = form.reason.label.field_id = "decline-reason"  # beside the other form's
    return form


def _known_of(row: ObjectionRow) -> EnterMissingForm:
    return EnterMissingForm(
        formdata=None,
        patient=row.patient_number,
        exam_type=row.exam_type,
        device=row.device,
        date=row.local_date,
        operator=row.doctor,
        parts=1,
        supervisor="",
        assistant="",
    )


def _entry(form: EnterMissingForm) -> ExamEntry:
    return ExamEntry(
        patient=(form.patient.data or "").strip(),
        exam_type=form.exam_type.data,
        stream=form.stream.data,
        device=form.device.data,
        operator=form.operator.data,
        started_at=instant(form.date.data, form.start.data),
        ended_at=instant(form.date.data, form.end.data),
        parts=form.parts.data or 1,
        number=(form.exam_number.data or "").strip() or None,
        reason=form.reason.data or "",
        is_another=form.is_another.data,
        supervisor=form.supervisor.data or None,
        assistant=form.assistant.data or None,
    )


def _page(row: ObjectionRow, known: Catalogue, sent: PageForm | None = None) -> str:
    """The objection with its forms; the one that was refused as it was sent."""
    deciding: PageForm
    if row.kind == "missing":
        deciding = (
            sent if isinstance(sent, EnterMissingForm) else _entry_form(known, _known_of(row))
        )
    elif isinstance(sent, HandOnForm):
        deciding = sent
    else:
        deciding = _hand_on_form(known, HandOnForm(formdata=None))
    declining = sent if isinstance(sent, DeclineForm) else _declining(DeclineForm(formdata=None))
    return render_template(
        "volume/objection.html", row=row, form=deciding, declining=declining, today=today()
    )
