"""A temporary record beside the one that has the true number: what both hold, and everything given to the true one."""

from dataclasses import dataclass

from flask import Blueprint, Response, flash, make_response, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker import clock
from tracker.domain.workcalendar import local_date_of
from tracker.queries import Reading, read_session
from tracker.queries.bookings import BookingDetails, BookingFilter, list_bookings
from tracker.queries.clashes import clashes_of_patients
from tracker.queries.exams import ExamDetails, ExamFilter, list_exams
from tracker.queries.patients import PatientRow, patient_by_id
from tracker.services.merging import Merge, merge_patient
from tracker.web.addresses import see_other
from tracker.web.arguments import number_argument
from tracker.web.forms.patients import MergeForm
from tracker.web.fragments import is_htmx, render_block
from tracker.web.patient_search import PatientSearch, search_from_form
from tracker.web.person import caller, request_now
from tracker.web.saving import refused

blueprint = Blueprint("merging", __name__)

TEMPLATE = "patients/merge.html"
EXAMS = 50
"""The latest exams of each record that are shown; all of them are given."""


@dataclass(frozen=True, slots=True)
class Record:
    """A patient with what stands under the number, the latest first."""

    patient: PatientRow
    bookings: list[BookingDetails]
    exams: list[ExamDetails]


@blueprint.get("/patients/<int:patient_id>/merge")
def show(patient_id: int) -> ResponseReturnValue:
    """The temporary record; with ?patient= the true one beside it, and what would change."""
    form = MergeForm(formdata=None, patient=number_argument("patient"))
    return _page(patient_id, form, 200)


@blueprint.post("/patients/<int:patient_id>/merge/find")
def find(patient_id: int) -> ResponseReturnValue:
    """Patients found by name, pinyin, initials, number or phone; the only one is chosen at once."""
    with read_session() as reading:
        search = search_from_form(reading)
    if search.is_certain:
        return see_other(f"/patients/{patient_id}/merge?patient={search.found[0].id}")
    return _page(patient_id, MergeForm(formdata=None), 200, search)


@blueprint.get("/patients/<int:patient_id>/merge/find")
def back(patient_id: int) -> ResponseReturnValue:
    """Where a search stood there is nothing to read: back to the question."""
    return see_other(f"/patients/{patient_id}/merge")


@blueprint.post("/patients/<int:patient_id>/merge")
def merge(patient_id: int) -> ResponseReturnValue:
    """Give everything to the true record."""
    form = MergeForm()
    into = form.patient.data or 0
    status = refused(
        form,
        lambda: merge_patient(
            patient_id,
            Merge(into, form.reason.data or ""),
            by=caller().account_id,
            now=request_now(),
            version=form.seen,
        ),
    )
    if status is not None:
        return _page(patient_id, form, status)
    flash(_("Everything is given to this record."), "success")
    return see_other(f"/patients/{into}")


def _page(
    patient_id: int, form: MergeForm, status: int, search: PatientSearch | None = None
) -> Response:
    chosen = form.patient.data
    with read_session() as reading:
        temporary = _record(reading, patient_id)
        stays = _record(reading, chosen) if chosen else None
        clashes = clashes_of_patients(reading, patient_id, chosen) if chosen else []
    version = temporary.patient.version
    form.version.data = form.version.data or str(version)
    form.catch_up(version)
    context = {
        "temporary": temporary,
        "stays": stays,
        "clashes": clashes,
        "form": form,
        "search": search or PatientSearch(),
        "today": local_date_of(request_now(), clock.hospital_zone()),
    }
    if search is not None and is_htmx():
        return make_response(render_block(TEMPLATE, "found", **context), status)
    return make_response(render_template(TEMPLATE, **context), status)


def _record(reading: Reading, patient_id: int) -> Record:
    patient = patient_by_id(reading, patient_id)
    bookings = list_bookings(reading, BookingFilter(patient_id=patient_id))
    exams = list_exams(reading, ExamFilter(patient_id=patient_id), limit=EXAMS, newest_first=True)
    return Record(patient, bookings[::-1], exams)
