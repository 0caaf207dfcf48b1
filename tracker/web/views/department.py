"""The department's hours and settings: what is no row of the catalogue."""

from flask import Blueprint, flash, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker.domain.errors import N_, NotFoundError
from tracker.queries import read_session
from tracker.queries.settings import department_settings
from tracker.queries.streams import parts_of_day
from tracker.services.parts_of_day import change_hours
from tracker.services.settings import change_settings
from tracker.web.addresses import see_other
from tracker.web.forms.department import HoursForm, SettingsForm, settings_as_data
from tracker.web.person import caller, request_now
from tracker.web.saving import refused

blueprint = Blueprint("department", __name__)


@blueprint.get("/admin/department")
@blueprint.get("/admin/department/settings")  # a form that was refused stands at its own address
@blueprint.get("/admin/department/hours/<int:part_of_day_id>")
def show(part_of_day_id: int | None = None) -> ResponseReturnValue:
    """Hours and settings as they are."""
    return _page(needed=part_of_day_id)


@blueprint.post("/admin/department/settings")
def change() -> ResponseReturnValue:
    """Save all settings."""
    form = SettingsForm()
    by, now = caller().account_id, request_now()
    status = refused(form, lambda: change_settings(form.values(), by=by, now=now))
    if status:
        return _page(settings=form), status
    flash(_("The settings are saved."), "success")
    return see_other("/admin/department")


@blueprint.post("/admin/department/hours/<int:part_of_day_id>")
def change_part(part_of_day_id: int) -> ResponseReturnValue:
    """Set the hours of a half-day."""
    form = HoursForm()
    by, now = caller().account_id, request_now()
    status = refused(
        form,
        lambda: change_hours(
            part_of_day_id, starts=form.starts.data, ends=form.ends.data, by=by, now=now
        ),
    )
    if status:
        return _page(hours={part_of_day_id: form}), status
    flash(_("The hours are saved."), "success")
    return see_other("/admin/department")


def _page(
    *,
    settings: SettingsForm | None = None,
    hours: dict[int, HoursForm] | None = None,
    needed: int | None = None,
) -> str:
    with read_session() as session:
        parts = parts_of_day(session)
        stored = department_settings(session)
    forms = {part.id: HoursForm(formdata=None, obj=part) for part in parts}
    sent = hours or {}
    if not {*sent, *([needed] if needed else [])} <= forms.keys():
        raise NotFoundError(N_("This entry does not exist."))
    forms |= sent
    for number, form in forms.items():
        for field in form:
            field.id = field.label.field_id = f"{field.name}-{number}"
    form = settings or SettingsForm(formdata=None, data=settings_as_data(stored))
    return render_template("department/department.html", parts=parts, hours=forms, form=form)
