"""A booking that stands: its page, its steps, its cancellation. Lists, moving and the slip are beside it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Blueprint, Response, flash, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from tracker import clock
from tracker.domain.arrival import is_day_to_arrive, may_be_missed
from tracker.domain.corrections import may_cancel, may_undo
from tracker.domain.errors import N_, DomainError, ForbiddenError, NotBookableError, NotFoundError
from tracker.domain.lifecycle import Status, Step, steps_from
from tracker.domain.workcalendar import local_date_of
from tracker.queries import read_session
from tracker.queries.bookings import BookingDetails, booking_details, booking_history
from tracker.queries.devices import devices
from tracker.queries.exams import patient_numbers
from tracker.queries.reopening import why_not_reopened
from tracker.queries.settings import department_settings
from tracker.queries.visits import visit_exams
from tracker.sentences import sentence, status_of
from tracker.services import changing, undoing
from tracker.web.addresses import local_path, see_other
from tracker.web.booking_story import Codes, patients_in, story_of
from tracker.web.forms.bookings import CancelForm, StepForm
from tracker.web.fragments import is_htmx, render_block
from tracker.web.freed_time import offer_of
from tracker.web.openings import band_of
from tracker.web.person import caller, request_now
from tracker.web.saving import refused
from tracker.web.views.wrong_patient import may_give
from tracker.web.visit_order import planned, warnings_of_day

blueprint = Blueprint("bookings", __name__)

PRESSED = "any('arrive', 'no-show', 'return', 'undo')"


@dataclass(frozen=True, slots=True)
class Press:
    """A step that is one press: its service, and what is said when it is done."""

    take: Callable[..., None]
    done: Any


PRESSES: Mapping[str, Press] = {
    "arrive": Press(changing.check_in, _l("Checked in.")),
    "no-show": Press(changing.mark_no_show, _l("Noted as a no-show.")),
    "return": Press(changing.return_patient, _l("Checked in at the next opening of today.")),
    "undo": Press(undoing.undo_step, _l("The last step is taken back.")),
}


def today() -> date:
    """The hospital's day of this request."""
    return local_date_of(request_now(), clock.hospital_zone())


def steps_of(booking: BookingDetails) -> list[str]:
    """The steps that the lifecycle allows from where a booking stands; the check-in on its day alone, a no-show
    from its start on, and stopping an exam to those who examine."""
    steps = [step.value for step in steps_from(Status(booking.status))]
    span, zone = (booking.starts_at, booking.ends_at), clock.hospital_zone()
    if not is_day_to_arrive(*span, request_now(), zone=zone):
        steps = [step for step in steps if step != Step.ARRIVE.value]
    if not may_be_missed(booking.starts_at, request_now()):
        steps = [step for step in steps if step != Step.NO_SHOW.value]
    if not _may_cancel(booking):
        steps = [step for step in steps if step != Step.CANCEL.value]
    return steps


def _may_cancel(booking: BookingDetails) -> bool:
    status = Status(booking.status)
    return may_cancel(caller().roles, status=status, day=booking.local_date, today=today())


@blueprint.get("/bookings/<int:booking_id>")
def show(booking_id: int) -> ResponseReturnValue:
    """One booking with everything that happened to it."""
    return _page(booking_id)


@blueprint.get(f"/bookings/<int:booking_id>/<{PRESSED}:step>")
def back(booking_id: int, step: str) -> ResponseReturnValue:  # noqa: ARG001 - part of the address
    """Where a refused step stood there is nothing to read: back to the booking."""
    return see_other(f"/bookings/{booking_id}")


@blueprint.post(f"/bookings/<int:booking_id>/<{PRESSED}:step>")
def take_step(booking_id: int, step: str) -> ResponseReturnValue:
    """Check in, note a no-show, receive one who came after all, undo."""
    form, version = StepForm(), None
    if step == "undo":
        version = _version_to_undo(booking_id)
    press = PRESSES[step]
    try:
        press.take(
            booking_id,
            by=caller().account_id,
            now=request_now(),
            version=version if form.seen is None else form.seen,
        )
    except NotFoundError:
        raise
    except DomainError as refusal:
        return _page(booking_id, refusal)
    flash(_missed(booking_id) if step == "no-show" else str(press.done), "success")
    return see_other(local_path(form.next.data, f"/bookings/{booking_id}"))


@blueprint.route("/bookings/<int:booking_id>/cancel", methods=["GET", "POST"])
def cancel(booking_id: int) -> ResponseReturnValue:
    """Ask for the reason, then cancel the booking or stop its exam. Raises ForbiddenError: see may_cancel."""
    with read_session() as reading:
        booking = booking_details(reading, booking_id)
    if not _may_cancel(booking):
        raise ForbiddenError(N_("Only those who examine stop an exam that is in progress."))
    form = CancelForm(version=str(booking.version), next=request.args.get("next", ""))
    if request.method == "GET":
        return _cancel_page(booking, form, 200)
    status = refused(
        form,
        lambda: changing.cancel_booking(
            booking_id,
            reason=form.reason.data or "",
            by=caller().account_id,
            now=request_now(),
            version=booking.version if form.seen is None else form.seen,
        ),
    )
    if status is not None:
        return _cancel_page(booking, form, status)
    flash(_("Cancelled. The time is free again."), "success")
    return see_other(local_path(form.next.data, f"/bookings/{booking_id}"))


def _missed(booking_id: int) -> str:
    with read_session() as reading:
        return offer_of(booking_details(reading, booking_id), request_now())


def _version_to_undo(booking_id: int) -> int:
    """The version that is undone. Raises ForbiddenError where only those who examine may."""
    with read_session() as reading:
        booking = booking_details(reading, booking_id)
    if not may_undo(caller().roles, status=Status(booking.status)):
        raise ForbiddenError(N_("Only those who examine take back a start or a finished exam."))
    return booking.version


def _cancel_page(booking: BookingDetails, form: CancelForm, status: int) -> Response:
    form.catch_up(booking.version)
    context = {"booking": booking, "form": form}
    if is_htmx():
        return make_response(render_block("bookings/cancel.html", "dialog", **context), status)
    return make_response(render_template("bookings/cancel.html", **context), status)


def _page(booking_id: int, refusal: DomainError | None = None) -> Response:
    with read_session() as reading:
        booking = booking_details(reading, booking_id)
        steps = booking_history(reading, booking_id)
        machines = {each.id: each.code for each in devices(reading, include_retired=True)}
        settings = department_settings(reading)
        day = booking.local_date
        patients = patient_numbers(reading, patients_in(steps))
        visit = visit_exams(reading, booking.patient_id, first=day, last=day)
        is_over = booking.status == Status.CANCELLED
        closed = why_not_reopened(reading, booking_id, now=request_now()) if is_over else ()
    page = render_template(
        "bookings/booking.html",
        booking=booking,
        band=band_of(booking.starts_at, settings.band_minutes),
        story=story_of(steps, Codes(machines, patients)),
        steps=[step for step in steps_of(booking) if step != Step.UNDO or not closed],
        closed_reasons=[sentence(reason) for reason in closed],
        visit=[exam for exam in visit if exam.booking_id != booking_id],
        warnings=warnings_of_day(map(planned, visit), day, fasting_ends=settings.fasting_ends),
        refusal=None if refusal is None else _told(refusal),
        may_give=may_give(booking),
        now=request_now(),
        today=today(),
    )
    return make_response(page, 200 if refusal is None else status_of(refusal))


def _told(refusal: DomainError) -> tuple[str, list[str]]:
    """The sentence of a refusal and the reasons below it."""
    if isinstance(refusal, NotBookableError):
        return _(refusal.text), [sentence(reason) for reason in refusal.reasons]
    return sentence(refusal), []
