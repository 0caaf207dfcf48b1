"""Exams entered afterwards: several of one day, machine and doctor in one form; nothing typed is lost."""

from datetime import date
from typing import Any

from flask import Blueprint, flash, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from tracker import clock
from tracker.domain.errors import DomainError, NotFoundError
from tracker.domain.workcalendar import local_date_of
from tracker.queries import read_session
from tracker.queries.bookings import (
    BookingDetails,
    BookingFilter,
    list_bookings,
)
from tracker.queries.patients import patient_by_mrn
from tracker.sentences import status_of
from tracker.services.exams import ExamEntry, enter_exams_later
from tracker.web.addresses import see_other
from tracker.web.arguments import code_argument, day_argument
from tracker.web.exam_choices import Catalogue, read_catalogue
from tracker.web.forms.book import choices_of
from tracker.web.forms.exams import MOST_ROWS, EnteredExam, EnterForm, instant
from tracker.web.fragments import render_block
from tracker.web.person import caller, request_now
from tracker.web.taking_part import offer_taking_part
from tracker.writes.afterwards import OPEN

blueprint = Blueprint("exam_entry", __name__)

TEMPLATE = "exams/enter.html"
PATIENT_FIELD = "-patient"


@blueprint.get("/exams/enter")
def show() -> ResponseReturnValue:
    """An empty form for the machine and the day of the address, and one's own name."""
    form = EnterForm(formdata=None, **_asked())
    _offer(form)
    return _page(form, 200)


@blueprint.post("/exams/enter")
def enter() -> ResponseReturnValue:
    """Log all rows, or none and say what is wrong beside the field; `load` adds the booked patients as rows."""
    form = EnterForm()
    _offer(form)
    wants_more = "load" in request.form and form.date.data and form.device.data
    if wants_more and not _is_unreadable(form):
        return _loaded(form)
    if form.validate():
        rows = list(form.filled())
        if not rows:
            form.form_errors.append(_("Fill in at least one exam."))
            return _page(form, 422)
        try:
            entries = [_entry(form, row) for row in rows]
            enter_exams_later(entries, by=caller().account_id, now=request_now())
        except DomainError as refusal:
            _refuse(form, rows, refusal)
            return _page(form, status_of(refusal) if status_of(refusal) != 404 else 422)
        count = len(rows)
        flash(ngettext("%(num)d exam is entered.", "%(num)d exams are entered.", count), "success")
        day = form.date.data.isoformat()
        return see_other(f"/exams?from={day}&to={day}")
    return _page(form, 422)


@blueprint.post("/exams/enter/patient")
def name_patient() -> ResponseReturnValue:
    """Who has the number just typed: a fragment under its field."""
    typed = [value for name, value in request.form.items() if name.endswith(PATIENT_FIELD)]
    number = typed[0].strip() if typed else ""
    patient = None
    if number:
        with read_session() as reading:
            try:
                patient = patient_by_mrn(reading, number)
            except NotFoundError:
                patient = None
    return render_block(TEMPLATE, "named", number=number, patient=patient, today=_today())


def _asked() -> dict[str, Any]:
    return {
        "date": day_argument("date", _today()),
        "device": code_argument("device"),
        "operator": code_argument("operator") or caller().staff_code,
    }


def _today() -> date:
    return local_date_of(request_now(), clock.hospital_zone())


def _page(form: EnterForm, status: int) -> ResponseReturnValue:
    booked = {each.id: each for each in _booked(form)}
    page = render_template(TEMPLATE, form=form, blank=_blank(form), booked=booked, today=_today())
    return page, status


def _booked(form: EnterForm) -> list[BookingDetails]:
    """Who is booked on the machine and day of the form, and has no exam yet."""
    if not form.date.data or not form.device.data:
        return []
    chosen = BookingFilter(
        local_date=form.date.data, at_device=form.device.data, statuses=sorted(OPEN)
    )
    with read_session() as reading:
        return list_bookings(reading, chosen)


def _is_unreadable(form: EnterForm) -> bool:
    """Whether something typed is no time or number at all: a page made anew would have lost it."""
    return any(field.process_errors for row in form.filled() for field in row)


def _loaded(form: EnterForm) -> ResponseReturnValue:
    """The form with what was typed, then a row for each booked patient who is not among them."""
    typed = [row.data for row in form.filled()]
    known = {row["booking"] for row in typed}
    booked = [row for row in map(_row_of, _booked(form)) if row["booking"] not in known]
    if not booked:
        flash(_("Nobody else is booked on this machine and day."), "info")
    loaded = EnterForm(
        formdata=None,
        date=form.date.data,
        device=form.device.data,
        operator=form.operator.data,
        supervisor=form.supervisor.data,
        assistant=form.assistant.data,
        reason=form.reason.data,
        rows=[*typed, *booked][:MOST_ROWS],
    )
    _offer(loaded)
    return _page(loaded, 200)


def _row_of(booking: BookingDetails) -> dict[str, object]:
    return {
        "booking": str(booking.id),
        "patient": booking.mrn,
        "exam_type": booking.exam_type,
        "stream": booking.stream,
        "parts": booking.parts,
    }


def _entry(form: EnterForm, row: EnteredExam) -> ExamEntry:
    return ExamEntry(
        patient=(row.patient.data or "").strip(),
        exam_type=row.exam_type.data,
        stream=row.stream.data,
        device=form.device.data,
        operator=form.operator.data,
        started_at=instant(form.date.data, row.start.data),
        ended_at=instant(form.date.data, row.end.data),
        parts=row.parts.data,
        number=(row.exam_number.data or "").strip() or None,
        reason=form.reason.data or "",
        booking=row.booking_id,
        is_another=row.is_another.data,
        supervisor=form.supervisor.data or None,
        assistant=form.assistant.data or None,
    )


def _refuse(form: EnterForm, rows: list[EnteredExam], refusal: DomainError) -> None:
    """The refusal beside the field of its row; what belongs to all rows above them."""
    row = refusal.details.get("row")
    if not (isinstance(row, int) and rows[row].refuse(refusal)):
        form.refuse(refusal)


def _offer(form: EnterForm) -> None:
    with read_session() as reading:
        known = read_catalogue(reading)
    form.device.choices = choices_of(known.pairs("devices", with_retired=True))
    form.operator.choices = choices_of(known.pairs("doctors", with_retired=True), none="–")
    offer_taking_part(form, known.people)
    form.offer_in_rows(*_row_choices(known))


def _row_choices(known: Catalogue) -> tuple[list[object], list[object]]:
    return (
        list(choices_of(known.pairs("exam_types"), none="–")),
        list(choices_of(known.pairs("streams"), none="–")),
    )


def _blank(form: EnterForm) -> EnteredExam:
    """The row that the page copies when one more is wanted."""
    blank = EnteredExam(formdata=None, prefix="rows-__index__-")
    first = form.rows[0].form
    blank.exam_type.choices, blank.stream.choices = first.exam_type.choices, first.stream.choices
    return blank
