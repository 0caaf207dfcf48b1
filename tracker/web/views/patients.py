"""Patients: finding one by words in the body of the request, one's data with bookings and exams, adding and correcting."""

from flask import Blueprint, Response, flash, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker.domain.errors import InvalidError, NotFoundError
from tracker.domain.patients import checked_number
from tracker.queries import read_session
from tracker.queries.bookings import BookingFilter, list_bookings
from tracker.queries.exams import ExamFilter, list_exams
from tracker.queries.patients import PatientRow, patient_by_id, patient_by_mrn
from tracker.services.patients import add_patient, change_patient
from tracker.web.addresses import see_other
from tracker.web.forms.patients import PatientForm
from tracker.web.fragments import is_htmx, render_block
from tracker.web.patient_search import PatientSearch, search_from_form
from tracker.web.person import caller, request_now
from tracker.web.saving import refused
from tracker.web.views.bookings import steps_of, today

blueprint = Blueprint("patients", __name__)

ROWS = 50
"""Bookings and exams that a patient's page shows, the newest first."""


@blueprint.get("/patients")
def show() -> ResponseReturnValue:
    """The search, with nothing searched for yet."""
    return render_template("patients/search.html", search=PatientSearch(), today=today())


@blueprint.post("/patients")
def find() -> ResponseReturnValue:
    """Patients whose name, pinyin, initials, number or phone begins with `q`; the only one is opened at once."""
    with read_session() as reading:
        search = search_from_form(reading)
    if search.is_certain:
        return see_other(f"/patients/{search.found[0].id}")
    if is_htmx():
        return render_block("patients/search.html", "found", search=search, today=today())
    return render_template("patients/search.html", search=search, today=today())


@blueprint.route("/patients/new", methods=["GET", "POST"])
def add() -> ResponseReturnValue:
    """Add a patient without booking anything."""
    form, added = PatientForm(), []
    if request.method == "GET":
        return render_template("patients/new.html", form=form)
    by = caller().account_id
    status = refused(
        form, lambda: added.append(add_patient(form.facts(), by=by, now=request_now()))
    )
    if status is not None:
        return render_template("patients/new.html", form=form), status
    flash(_("The patient is added."), "success")
    return see_other(f"/patients/{added[0]}")


@blueprint.get("/patients/<int:patient_id>")
def open_one(patient_id: int) -> ResponseReturnValue:
    """A patient's data, bookings to come and past, exams."""
    with read_session() as reading:
        patient = patient_by_id(reading, patient_id)
        merged = patient.merged_into_id
        into = None if merged is None else patient_by_id(reading, merged)
        bookings = list_bookings(reading, BookingFilter(patient_id=patient_id))
        exams = list_exams(
            reading, ExamFilter(patient_id=patient_id), limit=ROWS, newest_first=True
        )
    day = today()
    return render_template(
        "patients/patient.html",
        patient=patient,
        into=into,
        ahead=[booking for booking in bookings if booking.local_date >= day],
        past=[booking for booking in reversed(bookings) if booking.local_date < day][:ROWS],
        exams=exams,
        today=day,
        now=request_now(),
        steps_of=steps_of,
    )


@blueprint.route("/patients/<int:patient_id>/edit", methods=["GET", "POST"])
def edit(patient_id: int) -> ResponseReturnValue:
    """Correct what is said of a patient; a temporary number gives way to the true one."""
    with read_session() as reading:
        patient = patient_by_id(reading, patient_id)
    if patient.merged_into_id is not None:
        return see_other(f"/patients/{patient_id}")
    form = PatientForm(**_values(patient))
    if request.method == "GET":
        return _edit_page(patient, form, 200)
    status = refused(
        form,
        lambda: change_patient(
            patient_id,
            form.facts(),
            by=caller().account_id,
            now=request_now(),
            version=form.seen,
        ),
    )
    if status is not None:
        return _edit_page(patient, form, status)
    flash(_("Saved."), "success")
    return see_other(f"/patients/{patient_id}")


def _values(patient: PatientRow) -> dict[str, object]:
    return {
        "name": patient.name,
        "sex": patient.sex,
        "birth_date": patient.birth_date,
        "phone": patient.phone,
        "mrn": "" if patient.mrn_is_temporary else patient.mrn,
        "version": str(patient.version),
    }


def _edit_page(patient: PatientRow, form: PatientForm, status: int) -> Response:
    form.catch_up(patient.version)
    context = {"patient": patient, "form": form, "owner": _who_has_it(patient, form)}
    return make_response(render_template("patients/edit.html", **context), status)


def _who_has_it(patient: PatientRow, form: PatientForm) -> PatientRow | None:
    """The other record with the number that was refused to a temporary one."""
    if not (patient.mrn_is_temporary and form.mrn.errors and form.mrn.data):
        return None
    try:
        with read_session() as reading:
            return patient_by_mrn(reading, checked_number(form.mrn.data))
    except (InvalidError, NotFoundError):
        return None
