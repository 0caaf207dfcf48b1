"""The list of one machine: who waits, start, finish, the next one, take here, undo."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, flash, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker import clock
from tracker.domain.errors import N_, DomainError, InvalidError, NotFoundError
from tracker.domain.lateness import expected_starts, free_from, late_minutes
from tracker.domain.workcalendar import local_date_of
from tracker.queries import read_session
from tracker.queries.blocks import BlockRow, blocks_of_day, device_of_operator
from tracker.queries.bookings import BookingDetails, booking_details
from tracker.queries.devices import DeviceRow, devices
from tracker.queries.staff import staff_members
from tracker.queries.worklist import Worklist, worklist
from tracker.sentences import sentence, status_of
from tracker.services import examining, undoing
from tracker.services.examining import Start
from tracker.web.addresses import see_other
from tracker.web.arguments import code_argument, day_argument
from tracker.web.chosen_doctor import chosen_doctor
from tracker.web.forms.worklist import FinishForm, StepForm, UndoForm
from tracker.web.fragments import is_htmx, render_block
from tracker.web.person import caller, request_now
from tracker.web.same_exam import warn_of_same_exam
from tracker.web.taking_part import offer_taking_part
from tracker.writes.examining import Report

blueprint = Blueprint("worklist", __name__)

DEVICE_COOKIE = "device"
REMEMBERED_SECONDS = 365 * 24 * 3600


def today() -> date:
    """The hospital's day of this request."""
    return local_date_of(request_now(), clock.hospital_zone())


def address_of(device: str, operator: str = "", day: date | None = None) -> str:
    """The address of a machine's list; codes and a day alone."""
    chosen = {"device": device, "operator": operator}
    if day is not None and day != today():
        chosen["date"] = day.isoformat()
    return "/worklist?" + urlencode({name: value for name, value in chosen.items() if value})


@blueprint.get("/worklist")
def show() -> ResponseReturnValue:
    """A machine's day; without `device` the one this browser remembers, or where the doctor works today."""
    device = code_argument("device")
    if device is None:
        return _choose()
    day = day_argument("date", today()) or today()
    if is_htmx():
        return render_block("worklist/worklist.html", "queue", **_context(device, day))
    response = make_response(_page(device, day))
    response.set_cookie(
        DEVICE_COOKIE, device, max_age=REMEMBERED_SECONDS, httponly=True, samesite="Lax"
    )
    return response


def _choose() -> ResponseReturnValue:
    with read_session() as reading:
        machines = devices(reading)
        known = {machine.code for machine in machines}
    remembered = request.cookies.get(DEVICE_COOKIE, "")
    found = remembered if remembered in known else _own_device()
    if found and "choose" not in request.args:
        return see_other(address_of(found))
    return render_template("worklist/choose.html", machines=machines)


def _own_device() -> str | None:
    staff = caller().staff_member_id
    if staff is None:
        return None
    with read_session() as reading:
        return device_of_operator(reading, staff, today())


@blueprint.get("/worklist/<int:booking_id>/start")
@blueprint.get("/worklist/<int:booking_id>/finish")
@blueprint.get("/worklist/<int:booking_id>/undo-start")
@blueprint.get("/worklist/<int:booking_id>/undo-finish-now")
def back(booking_id: int) -> ResponseReturnValue:  # noqa: ARG001 - a refused form stood here
    """Where a refused form stood there is nothing to read: back to the list."""
    return see_other("/worklist")


@blueprint.post("/worklist/<int:booking_id>/start")
def start(booking_id: int) -> ResponseReturnValue:
    """Start an arrived patient's exam on this machine, wherever it was planned."""
    form = StepForm()
    wanted = Start(device=form.device.data or None, operator=form.operator.data or None)
    try:
        examining.start(
            booking_id, wanted, by=caller().account_id, now=request_now(), version=form.seen
        )
    except DomainError as refusal:
        return _refused(booking_id, form, refusal)
    return see_other(_list_of(booking_id, form))


@blueprint.post("/worklist/<int:booking_id>/finish")
def finish(booking_id: int) -> ResponseReturnValue:
    """Finish the exam; with `then=start_next` the next patient's exam starts in the same step."""
    form = FinishForm()
    if not form.validate_on_submit():
        return _unfinished(booking_id, form, 422)
    report = form.report()
    try:
        if request.form.get("then") == "start_next":
            _finish_and_start_next(booking_id, report, form)
        else:
            exam_id = examining.finish(
                booking_id, report, by=caller().account_id, now=request_now(), version=form.seen
            )
            flash(_("The exam is finished and counted."), "success")
            warn_of_same_exam(exam_id)
    except DomainError as refusal:
        if refusal.field in ("exam_number", "parts", "supervisor", "assistant"):
            form.refuse(refusal)
            return _unfinished(booking_id, form, status_of(refusal))
        return _refused(booking_id, form, refusal)
    return see_other(_list_of(booking_id, form))


def _finish_and_start_next(booking_id: int, report: Report, form: FinishForm) -> None:
    turn = examining.finish_and_start_next(
        booking_id, report, by=caller().account_id, now=request_now(), version=form.seen
    )
    if turn.started_booking_id is None:
        flash(_("The exam is finished and counted. Nobody else waits at this machine."), "success")
    else:
        flash(_("The exam is finished and counted; the next one has started."), "success")
    warn_of_same_exam(turn.exam_id)


@blueprint.post("/worklist/<int:booking_id>/undo-start")
def undo_start(booking_id: int) -> ResponseReturnValue:
    """Put the patient back into the queue."""
    form = StepForm()
    try:
        _undo(booking_id, form)
    except DomainError as refusal:
        return _refused(booking_id, form, refusal)
    flash(_("The start is taken back; the patient waits again."), "info")
    return see_other(_list_of(booking_id, form))


@blueprint.route("/worklist/<int:booking_id>/undo-finish", methods=["GET", "POST"])
def undo_finish(booking_id: int) -> ResponseReturnValue:
    """Void the exam just finished, with a reason; it is in progress again."""
    with read_session() as reading:
        booking = booking_details(reading, booking_id)
    form = UndoForm(version=str(booking.version), device=request.args.get("device", ""))
    if form.validate_on_submit():
        try:
            _undo(booking_id, form, reason=form.reason.data or "")
            flash(_("The exam is voided; it is in progress again."), "info")
            return see_other(_list_of(booking_id, form))
        except DomainError as refusal:
            form.refuse(refusal)
    return _undo_page(booking, form)


@blueprint.post("/worklist/<int:booking_id>/undo-finish-now")
def undo_finish_now(booking_id: int) -> ResponseReturnValue:
    """Void the exam just finished, by one press; once the ten minutes are over the reason is asked for."""
    form = StepForm()
    try:
        _undo(booking_id, form)
    except InvalidError as refusal:
        flash(sentence(refusal), "warning")
        asked = urlencode({"device": form.device.data or ""})
        return see_other(f"/worklist/{booking_id}/undo-finish?{asked}")
    except DomainError as refusal:
        return _refused(booking_id, form, refusal)
    flash(_("The exam is voided; it is in progress again."), "info")
    return see_other(_list_of(booking_id, form))


def _undo(booking_id: int, form: StepForm, *, reason: str = "") -> None:
    undoing.undo_step(
        booking_id, by=caller().account_id, now=request_now(), reason=reason, version=form.seen
    )


def _undo_page(booking: BookingDetails, form: UndoForm) -> ResponseReturnValue:
    context = {"booking": booking, "form": form, "back": _list_of(booking.id, form)}
    status = 422 if form.is_submitted() else 200
    if is_htmx():
        return render_block("worklist/undo_finish.html", "content", **context), status
    return render_template("worklist/undo_finish.html", **context), status


def _list_of(booking_id: int, form: StepForm) -> str:
    """The list the form was sent from; it names its machine, a hand-made one may not."""
    if form.device.data:
        return address_of(form.device.data, form.operator.data or "")
    with read_session() as reading:
        booking = booking_details(reading, booking_id)
    return address_of(booking.started_device or booking.device)


def _refused(booking_id: int, form: StepForm, refusal: DomainError) -> ResponseReturnValue:
    """The list as it is now, with the refusal above it."""
    if isinstance(refusal, NotFoundError):
        raise refusal
    page = _page(_device_of(booking_id, form), today(), refusal=refusal)
    return page, status_of(refusal)


def _unfinished(booking_id: int, form: FinishForm, status: int) -> ResponseReturnValue:
    """The list with what was typed, the refusal beside its field."""
    return _page(_device_of(booking_id, form), today(), finish_form=form), status


def _device_of(booking_id: int, form: StepForm) -> str:
    with read_session() as reading:
        booking = booking_details(reading, booking_id)
        known = {machine.code for machine in devices(reading, include_retired=True)}
    named = form.device.data or ""
    return named if named in known else booking.started_device or booking.device


def _page(
    device: str,
    day: date,
    *,
    refusal: DomainError | None = None,
    finish_form: FinishForm | None = None,
) -> str:
    context = _context(device, day)
    running = context["list"].running
    if finish_form is None and running:
        first = running[0]
        finish_form = FinishForm(formdata=None, parts=first.parts, version=str(first.version))
    if finish_form is not None:
        offer_taking_part(finish_form, context["people"])
    return render_template(
        "worklist/worklist.html",
        **context,
        refusal=None if refusal is None else sentence(refusal),
        finish_form=finish_form,
    )


def _context(device: str, day: date) -> dict[str, Any]:
    with read_session() as reading:
        machines = devices(reading)
        found = worklist(reading, device=device, local_date=day)
        blocks = blocks_of_day(reading, day, device=device)
        people = staff_members(reading)
    doctors = tuple(each for each in people if each.kind == "doctor")
    operator = chosen_doctor(code_argument("operator") or request.form.get("operator", ""))
    chosen = {"device": device, "operator": operator}
    starts = _expected_starts(found, blocks) if day == today() else {}
    return {
        "expected": starts,
        "late_minutes": late_minutes(found.turns(), starts),
        "chosen": {name: value for name, value in chosen.items() if value},
        "show_all": request.args.get("show") == "all",
        "machine": _machine(machines, device),
        "machines": machines,
        "list": found,
        "blocks": blocks,
        "people": people,
        "doctors": () if any(each.id == caller().staff_member_id for each in doctors) else doctors,
        "operator": operator,
        "day": day,
        "today": today(),
        "now": request_now(),
    }


def _expected_starts(found: Worklist, blocks: Sequence[BlockRow]) -> dict[int, datetime]:
    """When those who are here or to come are expected to be examined on this machine."""
    now = request_now()
    worked = [(block.opens_at, block.closes_at) for block in blocks]
    free_at = free_from(now, worked, running_until=found.running_until(now))
    return expected_starts(found.turns(), now=now, free_at=free_at)


def _machine(machines: tuple[DeviceRow, ...], code: str) -> DeviceRow:
    found = next((machine for machine in machines if machine.code == code), None)
    if found is None:
        raise NotFoundError(N_("There is no such device."), field="device")
    return found
