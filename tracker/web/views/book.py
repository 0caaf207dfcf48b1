"""Booking at the desk: find or add the patient, say what is wanted, take an opening. The page's reads are elsewhere."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import urlencode

from flask import Blueprint, Response, flash, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker.clock import hospital_zone
from tracker.domain.errors import DomainError, InvalidError, NotBookableError, SlotTakenError
from tracker.domain.supply import Opening
from tracker.domain.workcalendar import local_date_of
from tracker.queries import read_session
from tracker.queries.bookings import booking_details
from tracker.queries.settings import department_settings
from tracker.sentences import sentence, status_of
from tracker.services.booking import Booked, BookingOrder, book_exam
from tracker.services.patients import add_patient as add_to_patients
from tracker.web.addresses import see_other
from tracker.web.booking_page import offer, read_catalogue, read_page
from tracker.web.filters import clock, short_day
from tracker.web.forms.book import AddForm, RequestForm, TakeForm
from tracker.web.forms.patients import PatientForm
from tracker.web.fragments import is_htmx, render_block
from tracker.web.openings import band_of, parse_choice
from tracker.web.patient_search import PatientSearch, search_from_form
from tracker.web.person import caller, request_now

blueprint = Blueprint("book", __name__)

TEMPLATE = "book/book.html"


@dataclass(slots=True)
class Tried:
    """What somebody has just tried here: shown again, with everything typed, when it was refused."""

    take: TakeForm = field(default_factory=lambda: TakeForm(formdata=None))
    beyond: AddForm = field(default_factory=lambda: AddForm(formdata=None))
    patient: PatientForm = field(default_factory=lambda: PatientForm(formdata=None))
    text: str = ""
    reasons: list[str] = field(default_factory=list)
    nearest: Sequence[Opening] = ()
    status: int = 0


@blueprint.get("/book")
def show() -> ResponseReturnValue:
    """The request that the address holds, with its openings; for htmx the part that changes."""
    return _page(RequestForm(request.args), Tried())


@blueprint.post("/book")
def take() -> ResponseReturnValue:
    """Book an opening, perhaps with the check-in; another minute of the same band when it was taken meanwhile."""
    wanted, tried = RequestForm(request.form), Tried(take=TakeForm())
    if not _is_complete(wanted, tried) or not tried.take.validate():
        return _page(wanted, tried)
    try:
        order = _order(wanted, tried.take.opening.data or "")
        booked = _book(replace(order, check_in=tried.take.check_in.data))
    except DomainError as refusal:
        return _page(wanted, _refused(tried, refusal))
    return _booked(booked, order)


@blueprint.post("/book/added")
def take_beyond() -> ResponseReturnValue:
    """Book beyond the plan (加号), for a reason."""
    wanted, tried = RequestForm(request.form), Tried(beyond=AddForm())
    if not _is_complete(wanted, tried) or not tried.beyond.validate():
        return _page(wanted, tried)
    try:
        order = _order(wanted, tried.beyond.opening.data or "")
        booked = _book(replace(order, within_minutes=0, added_reason=tried.beyond.reason.data))
    except DomainError as refusal:
        return _page(wanted, _refused(tried, refusal))
    return _booked(booked, order)


@blueprint.post("/book/patients")
def find_patient() -> ResponseReturnValue:
    """Patients whose name, pinyin, initials, number or phone begins with `q`; the only one is taken at once."""
    wanted = RequestForm(request.form)
    with read_session() as reading:
        offer(wanted, read_catalogue(reading))
        wanted.validate()
        search = search_from_form(reading)
    if search.is_certain:
        return see_other(address_of(wanted, patient=search.found[0].id))
    if is_htmx():
        today = local_date_of(request_now(), hospital_zone())
        return render_block(TEMPLATE, "found", search=search, state=wanted.state(), today=today)
    return _page(wanted, Tried(), search=search)


@blueprint.post("/book/patient")
def add_patient() -> ResponseReturnValue:
    """Add a patient and go on booking for this one."""
    wanted, form = RequestForm(request.form), PatientForm()
    with read_session() as reading:
        offer(wanted, read_catalogue(reading))
    wanted.validate()
    if not form.validate():
        return _page(wanted, Tried(patient=form, status=422))
    try:
        added = add_to_patients(form.facts(), by=caller().account_id, now=request_now())
    except InvalidError as refusal:
        form.refuse(refusal)
        return _page(wanted, Tried(patient=form, status=422))
    assert isinstance(added, int)
    flash(_("The patient is added."), "success")
    return see_other(address_of(wanted, patient=added))


@blueprint.get("/book/added")
@blueprint.get("/book/patients")
@blueprint.get("/book/patient")
def back() -> ResponseReturnValue:
    """Where a refused form stood there is nothing to read: back to the page."""
    return see_other(request.full_path.replace(request.path, "/book", 1).rstrip("?"))


def address_of(wanted: RequestForm, **changed: object) -> str:
    """The address that holds a request: ids and codes alone."""
    return "/book?" + urlencode({**wanted.state(), **changed})


def _page(wanted: RequestForm, tried: Tried, search: PatientSearch | None = None) -> Response:
    with read_session() as reading:
        page = read_page(reading, wanted, now=request_now(), nearest=tried.nearest)
    status = tried.status or (422 if wanted.errors or wanted.form_errors else 200)
    context = {"form": wanted, "page": page, "tried": tried, "search": search or PatientSearch()}
    context.update(state=page.chosen, today=page.today)
    if not is_htmx():
        return make_response(render_template(TEMPLATE, **context), status)
    response = make_response(render_block(TEMPLATE, "work", **context), status)
    response.headers["HX-Replace-Url"] = "/book?" + urlencode(page.chosen)
    return response


def _is_complete(wanted: RequestForm, tried: Tried) -> bool:
    """Whether the posted request is well formed and names patient, exam type and stream."""
    tried.status = 422
    with read_session() as reading:
        offer(wanted, read_catalogue(reading))
    if not wanted.validate():
        return False
    if not (wanted.patient.data and wanted.exam_type.data and wanted.stream.data):
        tried.text = _("Choose the patient, the exam type and the stream first.")
    return not tried.text


def _order(wanted: RequestForm, opening: str) -> BookingOrder:
    """What is to be booked. A start that was asked for by name, or on one device, stays as it is."""
    device, start = parse_choice(opening)
    with read_session() as reading:
        width = department_settings(reading).band_minutes
    is_certain = bool(wanted.time.data or wanted.device.data)
    return BookingOrder(
        patient=wanted.patient.data,
        exam_type=wanted.exam_type.data,
        stream=wanted.stream.data,
        device=device,
        start=start,
        parts=wanted.parts.data or 1,
        within_minutes=0 if is_certain else band_of(start, width).minutes_after(start),
    )


def _book(order: BookingOrder) -> Booked:
    booked = book_exam(order, by=caller().account_id, now=request_now())
    assert isinstance(booked, Booked)
    return booked


def _booked(booked: Booked, order: BookingOrder) -> Response:
    with read_session() as reading:
        booking = booking_details(reading, booked.booking_id)
    start = booking.starts_at
    place = {"day": short_day(start), "time": clock(start), "device": booking.device}
    if booked.other_minute or booking.device != order.device:
        taken = _("The time chosen was taken meanwhile; this is the next one in the same band.")
        flash(taken, "warning")
    flash(_("Booked: %(day)s %(time)s, %(device)s.", **place), "success")
    return see_other(f"/bookings/{booking.id}")


def _refused(tried: Tried, refusal: DomainError) -> Tried:
    """What was tried, with the refusal where it belongs: beside its field, else above the openings."""
    status = status_of(refusal)
    if isinstance(refusal, NotBookableError | SlotTakenError):
        reasons = [sentence(reason) for reason in refusal.details["reasons"]]
        nearest = refusal.details.get("openings", ())
        text = _(refusal.text)
        return replace(tried, text=text, reasons=reasons, nearest=nearest, status=status)
    if refusal.field in {"added", "reason"}:
        refusal.field = "reason"
        tried.beyond.refuse(refusal)
        return replace(tried, status=status)
    return replace(tried, text=sentence(refusal), status=status)
