"""The administrator's devices: list, add, change, retire and put back."""

from datetime import datetime

from flask import Blueprint, flash, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker.domain.errors import N_, NotFoundError
from tracker.queries import devices as stored
from tracker.queries import read_session
from tracker.queries.devices import CapabilityRow, DeviceRow
from tracker.services import devices as keeping
from tracker.web.addresses import see_other
from tracker.web.filters import localised
from tracker.web.forms.devices import CheckForm, DeviceForm
from tracker.web.forms.versioned import VersionedForm
from tracker.web.person import caller, request_now
from tracker.web.row_history import history_of
from tracker.web.saving import refused

blueprint = Blueprint("devices", __name__)


@blueprint.get("/admin/devices")
def show() -> ResponseReturnValue:
    """Every device, retired ones too."""
    rows, functions = _read()
    return render_template("devices/list.html", devices=rows, functions=functions)


@blueprint.get("/admin/devices/new")
def new() -> ResponseReturnValue:
    """An empty form, the place in lists behind the last one."""
    rows, _functions = _read()
    last = max((row.sort_order for row in rows), default=0)
    return _page(_form(DeviceForm(formdata=None, sort_order=last + 1)))


@blueprint.post("/admin/devices/new")
def add() -> ResponseReturnValue:
    """Add a device."""
    form = _form(DeviceForm())
    by, now = caller().account_id, request_now()
    status = refused(form, lambda: keeping.add_device(form.values(), by=by, now=now))
    if status:
        return _page(form), status
    flash(
        _("%(code)s is added. It works once weekly blocks name it.", code=form.code.data), "success"
    )
    return see_other("/admin/devices")


@blueprint.get("/admin/devices/<int:device_id>")
@blueprint.get("/admin/devices/<int:device_id>/retire")
@blueprint.get("/admin/devices/<int:device_id>/reinstate")
@blueprint.get("/admin/devices/<int:device_id>/check")
def edit(device_id: int) -> ResponseReturnValue:
    """One device as it is; a step that was refused stands at its own address."""
    row = _one(device_id)
    return _page(_form(DeviceForm(formdata=None, obj=row)), row)


@blueprint.post("/admin/devices/<int:device_id>")
def change(device_id: int) -> ResponseReturnValue:
    """Change a device."""
    form = _form(DeviceForm())
    by, now = caller().account_id, request_now()
    status = refused(
        form,
        lambda: keeping.change_device(device_id, form.values(), version=form.seen, by=by, now=now),
    )
    if status:
        return _page(form, _one(device_id)), status
    flash(_("%(code)s is saved.", code=form.code.data), "success")
    return see_other("/admin/devices")


@blueprint.post("/admin/devices/<int:device_id>/<any(retire, reinstate):step>")
def step(device_id: int, step: str) -> ResponseReturnValue:
    """Take a device out of service (refused while bookings stand on it), or put it back."""
    take = keeping.retire_device if step == "retire" else keeping.reinstate_device
    sent = VersionedForm()
    by, now = caller().account_id, request_now()
    status = refused(sent, lambda: take(device_id, version=sent.seen, by=by, now=now))
    row = _one(device_id)
    if status:
        return _page(_form(DeviceForm(formdata=None, obj=row)), row, step=sent), status
    if step == "retire":
        flash(_("%(code)s is retired. Its history stays.", code=row.code), "success")
    else:
        flash(_("%(code)s is back. Its days are opened again tonight.", code=row.code), "success")
    return see_other("/admin/devices")


@blueprint.post("/admin/devices/<int:device_id>/check")
def check(device_id: int) -> ResponseReturnValue:
    """Keep when a device passed the yearly check."""
    sent = CheckForm()
    by, now = caller().account_id, request_now()
    status = refused(sent, lambda: _note_check(device_id, sent, by=by, now=now))
    row = _one(device_id)
    if status:
        form = _form(DeviceForm(formdata=None, obj=row))
        return _page(form, row, passed=sent), status
    flash(_("%(code)s is saved.", code=row.code), "success")
    return see_other(f"/admin/devices/{device_id}")


def _note_check(device_id: int, sent: CheckForm, *, by: int, now: datetime) -> None:
    keeping.note_check(device_id, sent.checked_on.data, version=sent.seen, by=by, now=now)


def _read() -> tuple[tuple[DeviceRow, ...], tuple[CapabilityRow, ...]]:
    with read_session() as session:
        return stored.devices(session, include_retired=True), stored.capabilities(session)


def _one(device_id: int) -> DeviceRow:
    rows, _functions = _read()
    found = next((row for row in rows if row.id == device_id), None)
    if found is None:
        raise NotFoundError(N_("There is no such device."))
    return found


def _form(form: DeviceForm) -> DeviceForm:
    with read_session() as session:
        form.offer((each.code, localised(each)) for each in stored.capabilities(session))
    return form


def _page(
    form: DeviceForm,
    row: DeviceRow | None = None,
    *,
    step: VersionedForm | None = None,
    passed: CheckForm | None = None,
) -> str:
    step = step or VersionedForm(formdata=None)
    passed = passed or CheckForm(formdata=None, obj=row)
    if row is not None:
        form.catch_up(row.version)
        passed.catch_up(row.version)
    history = history_of("device", row.id) if row else None
    context = {"form": form, "device": row, "step": step, "passed": passed, "history": history}
    return render_template("devices/device.html", **context)
