"""A wrong patient in a booking or an exam: find the right one, see what changes, hand it over with a reason."""

from urllib.parse import urlencode

from flask import Blueprint, Response, flash, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker import clock
from tracker.domain.corrections import may_hand_over
from tracker.domain.lifecycle import LIVE, Status
from tracker.domain.workcalendar import local_date_of
from tracker.queries import read_session
from tracker.queries.bookings import BookingDetails, booking_details
from tracker.queries.clashes import clashes_of_booking
from tracker.queries.patients import patient_by_id
from tracker.services.handing_over import RightPatient, hand_over
from tracker.web.addresses import local_path, see_other
from tracker.web.arguments import number_argument
from tracker.web.forms.bookings import RightPatientForm
from tracker.web.fragments import is_htmx, render_block
from tracker.web.patient_search import PatientSearch, search_from_form
from tracker.web.person import caller, request_now
from tracker.web.saving import refused

blueprint = Blueprint("wrong_patient", __name__)

TEMPLATE = "bookings/patient.html"


def may_give(booking: BookingDetails) -> bool:
    """Whether the person at the browser may hand this booking to another patient now."""
    zone = clock.hospital_zone()
    began = booking.started_at
    day = booking.local_date if began is None else local_date_of(began, zone)
    status, today = Status(booking.status), local_date_of(request_now(), zone)
    return status in LIVE and may_hand_over(caller().roles, status=status, day=day, today=today)


@blueprint.get("/bookings/<int:booking_id>/patient")
def show(booking_id: int) -> ResponseReturnValue:
    """The booking with its patient; with ?patient= that one beside, and what would change."""
    chosen = number_argument("patient")
    came_from = request.args.get("next", "")
    form = RightPatientForm(formdata=None, patient=chosen, next=came_from)
    return _page(booking_id, form, 200)


@blueprint.post("/bookings/<int:booking_id>/patient/find")
def find(booking_id: int) -> ResponseReturnValue:
    """Patients whose name, pinyin, initials, number or phone begins with `q`; the only one is chosen at once."""
    came_from = request.form.get("next", "")
    with read_session() as reading:
        search = search_from_form(reading)
    if search.is_certain:
        chosen = urlencode({"next": came_from, "patient": search.found[0].id})
        return see_other(f"/bookings/{booking_id}/patient?{chosen}")
    form = RightPatientForm(formdata=None, next=came_from)
    return _page(booking_id, form, 200, search)


@blueprint.get("/bookings/<int:booking_id>/patient/find")
def back(booking_id: int) -> ResponseReturnValue:
    """Where a search stood there is nothing to read: back to the question."""
    return see_other(f"/bookings/{booking_id}/patient")


@blueprint.post("/bookings/<int:booking_id>/patient")
def give(booking_id: int) -> ResponseReturnValue:
    """Hand the booking, and its exam, to the right patient."""
    form = RightPatientForm()
    status = refused(
        form,
        lambda: hand_over(
            booking_id,
            RightPatient(form.patient.data or 0, form.reason.data or ""),
            by=caller().account_id,
            now=request_now(),
            version=form.seen,
        ),
    )
    if status is not None:
        return _page(booking_id, form, status)
    flash(_("Handed to the right patient."), "success")
    return see_other(local_path(form.next.data, f"/bookings/{booking_id}"))


def _page(
    booking_id: int, form: RightPatientForm, status: int, search: PatientSearch | None = None
) -> Response:
    chosen = form.patient.data
    with read_session() as reading:
        booking = booking_details(reading, booking_id)
        wrong = patient_by_id(reading, booking.patient_id)
        right = patient_by_id(reading, chosen) if chosen else None
        clashes = clashes_of_booking(reading, booking_id, chosen) if chosen else []
    form.version.data = form.version.data or str(booking.version)
    form.catch_up(booking.version)
    context = {
        "booking": booking,
        "wrong": wrong,
        "right": right,
        "clashes": clashes,
        "form": form,
        "search": search or PatientSearch(),
        "may_give": may_give(booking),
        "leave": local_path(form.next.data, f"/bookings/{booking_id}"),
        "today": local_date_of(request_now(), clock.hospital_zone()),
    }
    if search is not None and is_htmx():
        return make_response(render_block(TEMPLATE, "found", **context), status)
    return make_response(render_template(TEMPLATE, **context), status)
