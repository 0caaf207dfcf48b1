"""The exams planned for a year, in all and for each stream."""

from flask import Blueprint, flash, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker import clock
from tracker.domain.errors import N_, NotFoundError
from tracker.domain.workcalendar import local_date_of
from tracker.queries import read_session
from tracker.queries.calendar import targets
from tracker.queries.streams import StreamRow, streams
from tracker.services.targets import FIRST_YEAR, LAST_YEAR, set_targets
from tracker.web.addresses import see_other
from tracker.web.filters import localised
from tracker.web.forms.calendar import ALL_STREAMS, STREAM_PREFIX, TargetForm, targets_of
from tracker.web.person import caller, request_now
from tracker.web.saving import refused

blueprint = Blueprint("targets", __name__)


@blueprint.get("/admin/targets")
@blueprint.get("/admin/targets/<int:year>")  # a form that was refused stands at its own address
def show(year: int | None = None) -> ResponseReturnValue:
    """The years with a target, the present one and the next."""
    if year is not None and not FIRST_YEAR <= year <= LAST_YEAR:
        raise NotFoundError(N_("This entry does not exist."))
    return _page(year=year)


@blueprint.post("/admin/targets/<int:year>")
def change(year: int) -> ResponseReturnValue:
    """Set the targets of a year; an empty field is no plan."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise NotFoundError(N_("This entry does not exist."))
    with read_session() as session:
        form = _kind(streams(session))()
    by, now = caller().account_id, request_now()
    status = refused(form, lambda: set_targets(year, form.exams(), by=by, now=now))
    if status:
        return _page(sent={year: form}), status
    flash(_("The targets of %(year)s are saved.", year=year), "success")
    return see_other("/admin/targets")


def _kind(known: tuple[StreamRow, ...]) -> type[TargetForm]:
    return targets_of((stream.code, localised(stream)) for stream in known)


def _page(*, sent: dict[int, TargetForm] | None = None, year: int | None = None) -> str:
    sent = sent or {}
    this_year = local_date_of(request_now(), clock.hospital_zone()).year
    with read_session() as session:
        known = streams(session)
        stored = targets(session)
    planned: dict[int, dict[str, int]] = {}
    for target in stored:
        name = ALL_STREAMS if target.stream is None else f"{STREAM_PREFIX}{target.stream}"
        planned.setdefault(target.year, {})[name] = target.exams
    kind = _kind(known)
    forms = {
        one: sent.get(one) or kind(formdata=None, data=planned.get(one))
        for one in sorted(
            {this_year, this_year + 1, year or this_year, *planned, *sent}, reverse=True
        )
    }
    for one, form in forms.items():
        for field in form:
            field.id = field.label.field_id = f"{field.name}-{one}"
    return render_template("targets/targets.html", forms=forms, this_year=this_year)
