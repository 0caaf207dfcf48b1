"""Taking a machine over from now on: first what it changes, then one press. The list itself is worklist."""

from typing import Any

from flask import Blueprint, flash, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker.domain.errors import N_, DomainError, NotFoundError
from tracker.queries import Reading, read_session
from tracker.queries.devices import DeviceRow, device_by_code
from tracker.queries.staff import StaffRow, staff_members
from tracker.queries.taking_over import TakeOver, take_over_plan
from tracker.services.taking_over import Takeover, take_over_machine
from tracker.web.addresses import see_other
from tracker.web.arguments import code_argument
from tracker.web.forms.take_over import TakeOverForm
from tracker.web.person import caller, request_now
from tracker.web.saving import refused
from tracker.web.views.worklist import address_of

blueprint = Blueprint("take_over", __name__)


@blueprint.get("/worklist/take-over")
def show() -> ResponseReturnValue:
    """What will change if a doctor (?operator=, else the caller) takes the machine over now."""
    form = TakeOverForm(formdata=None, device=code_argument("device") or "")
    form.operator.data = request.args.get("operator", caller().staff_code or "")
    return _page(form)


@blueprint.post("/worklist/take-over")
def take() -> ResponseReturnValue:
    """Take the machine over."""
    form = TakeOverForm()
    with read_session() as reading:
        form.offer(staff_members(reading, kind="doctor"))
    device, by, now = form.device.data or "", caller().account_id, request_now()
    status = refused(
        form,
        lambda: take_over_machine(
            Takeover(device, form.operator.data, form.reason.data or ""),
            by=by,
            now=now,
            version=form.seen,
        ),
    )
    if status is not None:
        return _page(form), status
    flash(_("The machine is taken over. Those who are still to be examined come along."), "success")
    return see_other(address_of(device))


def _page(form: TakeOverForm) -> str:
    with read_session() as reading:
        machine = _machine(reading, form.device.data or "")
        doctors = staff_members(reading, kind="doctor")
        form.offer(doctors)
        plan = _plan(reading, form, machine, doctors)
    if plan is not None and not form.is_submitted():
        form.version.data = str(plan.shift.version)
    elif plan is not None:
        form.catch_up(plan.shift.version)
    context: dict[str, Any] = {"form": form, "machine": machine, "plan": plan}
    return render_template("worklist/take_over.html", **context, back=address_of(machine.code))


def _machine(reading: Reading, code: str) -> DeviceRow:
    found = device_by_code(reading, code)
    if found is None or found.is_retired:
        raise NotFoundError(N_("There is no such device."), field="device")
    return found


def _plan(
    reading: Reading, form: TakeOverForm, machine: DeviceRow, doctors: tuple[StaffRow, ...]
) -> TakeOver | None:
    """What will change; None, with the refusal on the form, where it cannot be."""
    operator = form.operator.data
    if operator not in {each.code for each in doctors}:
        form.operator.data = ""
        return None
    try:
        return take_over_plan(reading, device=machine.code, operator=operator, now=request_now())
    except DomainError as refusal:
        if not form.errors and not form.form_errors:  # the service has not said the same already
            form.refuse(refusal)
        return None
