"""Giving a booking another time: other openings of its request, any minute by name, old and new side by side."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from flask import Blueprint, Response, flash, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker import clock
from tracker.domain.errors import DomainError, NotBookableError, NotFoundError, SlotTakenError
from tracker.domain.supply import Opening
from tracker.domain.workcalendar import instant_of, local_date_of
from tracker.queries import Reading, read_session
from tracker.queries.bookings import BookingDetails, booking_details
from tracker.queries.exam_types import exam_types
from tracker.queries.openings import Days
from tracker.queries.relocation import openings_elsewhere, reasons_against
from tracker.queries.settings import department_settings
from tracker.queries.visits import visit_exams
from tracker.sentences import sentence, status_of
from tracker.services.changing import Move, move_booking
from tracker.web.addresses import see_other
from tracker.web.booking_page import (
    WINDOW_DAYS,
    Catalogue,
    offer_places,
    read_catalogue,
    window_of,
    words_of,
)
from tracker.web.forms.bookings import MoveForm, SearchForm
from tracker.web.fragments import is_htmx, render_block
from tracker.web.openings import (
    LOOKED_AT,
    choice_value,
    counted_texts,
    instant_from,
    offered,
    parse_choice,
)
from tracker.web.person import caller, request_now
from tracker.web.visit_order import warner

blueprint = Blueprint("moving", __name__)


@blueprint.get("/bookings/<int:booking_id>/move")
def show(booking_id: int) -> ResponseReturnValue:
    """Other times for a booking; with `start` and `device` (a drag) that one place, to be confirmed."""
    if "start" in request.args:
        return _confirm_page(booking_id)
    return _page(booking_id, MoveForm(formdata=None))


@blueprint.post("/bookings/<int:booking_id>/move")
def move(booking_id: int) -> ResponseReturnValue:
    """Take the new time and free the old one, together or not at all."""
    form = MoveForm()
    if not form.validate():
        return _page(booking_id, form, status=422)
    try:
        device, start = parse_choice(form.opening.data or "")
        wanted = Move(device, start, form.reason.data or "")
        by = caller().account_id
        move_booking(booking_id, wanted, by=by, now=request_now(), version=form.seen)
    except NotFoundError:
        raise
    except DomainError as refusal:
        return _page(booking_id, form, refusal=refusal, status=status_of(refusal))
    flash(_("Moved. The old time is free again."), "success")
    flash(_("The old slip is void: print the new one (F8)."), "info")
    return see_other(f"/bookings/{booking_id}")


def _page(
    booking_id: int, form: MoveForm, *, refusal: DomainError | None = None, status: int = 200
) -> Response:
    search = SearchForm(request.args)
    with read_session() as reading:
        booking = booking_details(reading, booking_id)
        catalogue = read_catalogue(reading)
        offer_places(search, catalogue)
        is_valid = search.validate()
        _complete(search, booking)
        answer = _Answering(booking, catalogue, _nearest(refusal))
        context = _answer(reading, search, answer) if is_valid else _NOTHING
    form.version.data = str(booking.version)
    text, reasons = _told(refusal)
    context = {
        "booking": booking,
        "form": form,
        "search": search,
        "text": text,
        "refused": reasons,
        "today": _today(),
        **context,
    }
    status = status if is_valid else 422
    if is_htmx():
        return make_response(render_block("bookings/move.html", "work", **context), status)
    return make_response(render_template("bookings/move.html", **context), status)


@dataclass(frozen=True, slots=True)
class _Answering:
    """What the openings are for: a booking, its catalogue, and what is nearest to a time that was taken."""

    booking: BookingDetails
    catalogue: Catalogue
    nearest: Sequence[Opening] = ()


_NOTHING: dict[str, Any] = {"openings": [], "reasons": [], "minute": None}


def _complete(search: SearchForm, booking: BookingDetails) -> None:
    """From the booking's own day (or today) on, for fourteen days."""
    if search.first.data is None:
        search.first.data = max(booking.local_date, _today())
    search.first.data = max(search.first.data, _today())
    if search.to.data is None:
        search.to.data = search.first.data + timedelta(days=WINDOW_DAYS - 1)


def _nearest(refusal: DomainError | None) -> Sequence[Opening]:
    """What a move that came too late is offered instead."""
    found: Sequence[Opening] = () if refusal is None else refusal.details.get("openings", ())
    return found


def _answer(reading: Reading, search: SearchForm, about: _Answering) -> dict[str, Any]:
    now, device = request_now(), search.device.data or None
    booking, catalogue = about.booking, about.catalogue
    days = Days(
        search.first.data,
        search.to.data,
        device=device,
        window=window_of(search.time.data, catalogue.parts_of_day.get(search.part_of_day.data)),
        limit=LOOKED_AT,
    )
    found = openings_elsewhere(reading, booking.id, days, now=now)
    minute = None
    if device is not None and search.time.data is not None:
        start = instant_of(search.first.data, search.time.data, clock.hospital_zone())
        against = reasons_against(reading, booking.id, device, start, now=now)
        minute = (device, start, [sentence(reason) for reason in against])
    words = words_of(reading, catalogue, now)
    warn = _warner(reading, booking, (search.first.data, search.to.data))
    return {
        "openings": offered(found.openings, words, nearest=about.nearest, warn=warn),
        "reasons": counted_texts(found.reasons),
        "minute": minute,
    }


def _warner(
    reading: Reading, booking: BookingDetails, days: tuple[date, date]
) -> Callable[[Opening], str]:
    """What a new time would make unwise beside the patient's other exams: fasting and bladder, as when booking."""
    first, last = days
    exams = visit_exams(reading, booking.patient_id, first=first, last=last)
    types = {each.code: each for each in exam_types(reading, include_retired=True)}
    return warner(
        [exam for exam in exams if exam.booking_id != booking.id],
        types[booking.exam_type],
        fasting_ends=department_settings(reading).fasting_ends,
    )


def _warning_at(reading: Reading, booking: BookingDetails, start: datetime) -> str:
    day = local_date_of(start, clock.hospital_zone())
    end = start + (booking.ends_at - booking.starts_at)
    place = Opening(start, end, booking.device_id, 0, None, day)
    return _warner(reading, booking, (day, day))(place)


def _confirm_page(booking_id: int) -> Response:
    """Old and new time; a place that is none, or is not free, says why."""
    start = instant_from(request.args.get("start", ""))
    device = request.args.get("device", "")
    if start is None:
        return _page(booking_id, MoveForm(formdata=None))
    with read_session() as reading:
        booking = booking_details(reading, booking_id)
        reasons, refusal = _against(reading, booking, device, start)
        warning = _warning_at(reading, booking, start)
    opening = choice_value(device, start)
    form = MoveForm(formdata=None, version=str(booking.version), opening=opening)
    context = {
        "booking": booking,
        "form": form,
        "device": device,
        "start": start,
        "end": start + (booking.ends_at - booking.starts_at),
        "reasons": reasons,
        "refusal": refusal,
        "warning": warning,
    }
    if is_htmx():
        return make_response(render_block("bookings/move_to.html", "dialog", **context))
    return make_response(render_template("bookings/move_to.html", **context))


def _against(
    reading: Reading, booking: BookingDetails, device: str, start: datetime
) -> tuple[list[str], str]:
    try:
        found = reasons_against(reading, booking.id, device, start, now=request_now())
    except DomainError as refusal:
        return [], sentence(refusal)
    return [sentence(reason) for reason in found], ""


def _told(refusal: DomainError | None) -> tuple[str, list[str]]:
    if refusal is None:
        return "", []
    if isinstance(refusal, NotBookableError | SlotTakenError):
        return _(refusal.text), [sentence(reason) for reason in refusal.details["reasons"]]
    return sentence(refusal), []


def _today() -> date:
    return local_date_of(request_now(), clock.hospital_zone())
