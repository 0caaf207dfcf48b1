"""*Examined at …* for one booking of the list to settle: which machine, which doctor, when. The list is in day_lists."""

from flask import Blueprint, flash, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker.domain.corrections import is_left_open
from tracker.domain.errors import N_, ConflictError
from tracker.domain.lifecycle import Status
from tracker.queries import read_session
from tracker.queries.bookings import BookingDetails, booking_details
from tracker.services.settling import Examined, settle_as_examined
from tracker.web.addresses import see_other
from tracker.web.exam_choices import Catalogue, read_catalogue
from tracker.web.filters import clock_range, day, local, localised
from tracker.web.forms.book import choices_of
from tracker.web.forms.exams import ExaminedForm, instant
from tracker.web.person import caller, request_now
from tracker.web.saving import refused
from tracker.web.taking_part import offer_taking_part
from tracker.web.views.bookings import today

blueprint = Blueprint("settling", __name__)


@blueprint.get("/settle/<int:booking_id>")
def show(booking_id: int) -> ResponseReturnValue:
    """What is known of the exam, to be completed. Raises NotFoundError, ConflictError: nothing is left open."""
    booking, known = _read(booking_id)
    if not is_left_open(Status(booking.status), day=booking.local_date, today=today()):
        raise ConflictError(N_("This booking is not left open by an earlier day."))
    return _page(booking, _form(booking, known)), 200


@blueprint.post("/settle/<int:booking_id>")
def record(booking_id: int) -> ResponseReturnValue:
    """Enter the exam; then back to the list, which says what was done."""
    booking, known = _read(booking_id)
    form = _form(booking, known)

    def save() -> None:
        by, now = caller().account_id, request_now()
        settle_as_examined(booking_id, _examined(form), by=by, now=now, version=form.seen)

    if status := refused(form, save):
        form.catch_up(booking.version)
        return _page(booking, form), status
    flash(_told(booking, form, known), "success")
    return see_other("/settle")


def _read(booking_id: int) -> tuple[BookingDetails, Catalogue]:
    with read_session() as reading:
        return booking_details(reading, booking_id), read_catalogue(reading)


def _form(booking: BookingDetails, known: Catalogue) -> ExaminedForm:
    """The form with what the booking knows; who examined is never guessed to be the one who types."""
    began = None if booking.started_at is None else local(booking.started_at)
    form = ExaminedForm(
        date=booking.local_date if began is None else began.date(),
        start=began and began.time(),
        device=booking.started_device or booking.device,
        operator=booking.started_operator or booking.operator,
        parts=booking.parts,
        version=str(booking.version),
    )
    form.device.choices = choices_of(known.pairs("devices", with_retired=True))
    form.operator.choices = choices_of(known.pairs("doctors", with_retired=True), none="–")
    offer_taking_part(form, known.people)
    return form


def _examined(form: ExaminedForm) -> Examined:
    return Examined(
        device=form.device.data,
        operator=form.operator.data,
        started_at=instant(form.date.data, form.start.data),
        ended_at=instant(form.date.data, form.end.data),
        parts=form.parts.data,
        number=(form.exam_number.data or "").strip() or None,
        reason=form.reason.data or "",
        is_another=form.is_another.data,
        supervisor=form.supervisor.data or None,
        assistant=form.assistant.data or None,
    )


def _told(booking: BookingDetails, form: ExaminedForm, known: Catalogue) -> str:
    done = _examined(form)
    doctor = next(each.name for each in known.doctors if each.code == done.operator)
    return _(
        "Booking %(number)s is completed: %(exam)s, %(day)s %(time)s, %(device)s, %(doctor)s.",
        number=booking.id,
        exam=localised(booking, "exam_type"),
        day=day(form.date.data),
        time=clock_range(done.started_at, done.ended_at),
        device=done.device,
        doctor=doctor,
    )


def _page(booking: BookingDetails, form: ExaminedForm) -> str:
    return render_template("bookings/examined.html", booking=booking, form=form, today=today())
