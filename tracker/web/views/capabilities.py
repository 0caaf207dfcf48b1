"""The functions that devices have and exam types require, and their names."""

from flask import Blueprint, flash, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker.domain.errors import N_, NotFoundError
from tracker.queries import read_session
from tracker.queries.devices import capabilities, devices
from tracker.services.capabilities import add_capability, rename_capability
from tracker.web.addresses import see_other
from tracker.web.forms.devices import CapabilityForm, CapabilityNamesForm
from tracker.web.person import caller, request_now
from tracker.web.saving import refused

blueprint = Blueprint("capabilities", __name__)


@blueprint.get("/admin/capabilities")
@blueprint.get("/admin/capabilities/<int:capability_id>")
def show(capability_id: int | None = None) -> ResponseReturnValue:
    """What devices can do and exam types need; one of them may be open for other names."""
    return _page(open_id=capability_id)


@blueprint.post("/admin/capabilities")
def add() -> ResponseReturnValue:
    """Name another function."""
    form = CapabilityForm()
    by, now = caller().account_id, request_now()
    status = refused(
        form,
        lambda: add_capability(
            code=form.code.data or "",
            name_zh=form.name_zh.data or "",
            name_en=form.name_en.data or "",
            by=by,
            now=now,
        ),
    )
    if status:
        return _page(form=form), status
    flash(_("%(code)s is added.", code=form.code.data), "success")
    return see_other("/admin/capabilities")


@blueprint.post("/admin/capabilities/<int:capability_id>")
def rename(capability_id: int) -> ResponseReturnValue:
    """Give a function other names."""
    form = CapabilityNamesForm()
    by, now = caller().account_id, request_now()
    status = refused(
        form,
        lambda: rename_capability(
            capability_id,
            name_zh=form.name_zh.data or "",
            name_en=form.name_en.data or "",
            by=by,
            now=now,
        ),
    )
    if status:
        return _page(open_id=capability_id, names=form), status
    flash(_("The names are saved."), "success")
    return see_other("/admin/capabilities")


def _page(
    *,
    form: CapabilityForm | None = None,
    open_id: int | None = None,
    names: CapabilityNamesForm | None = None,
) -> str:
    with read_session() as session:
        functions, in_service = capabilities(session), devices(session)
    chosen = next((each for each in functions if each.id == open_id), None)
    if open_id is not None and chosen is None:
        raise NotFoundError(N_("This entry does not exist."))
    return render_template(
        "devices/functions.html",
        functions=functions,
        devices=in_service,
        chosen=chosen,
        form=form or CapabilityForm(formdata=None),
        names=names or CapabilityNamesForm(formdata=None, obj=chosen),
    )
