"""The administrator's people: who works here, and what a doctor may perform and supervise."""

from flask import Blueprint, flash, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker.domain.errors import N_, NotFoundError
from tracker.queries import read_session
from tracker.queries.exam_types import ExamTypeRow, exam_types
from tracker.queries.staff import StaffRow, staff_members
from tracker.services import staff as keeping
from tracker.web.addresses import see_other
from tracker.web.filters import localised
from tracker.web.forms.staff import StaffForm
from tracker.web.forms.versioned import VersionedForm
from tracker.web.person import caller, request_now
from tracker.web.row_history import history_of
from tracker.web.saving import refused

blueprint = Blueprint("staff", __name__)


@blueprint.get("/admin/staff")
def show() -> ResponseReturnValue:
    """Everybody, people who left too."""
    return render_template("staff/list.html", people=_read(), exam_types=_exam_types())


@blueprint.get("/admin/staff/new")
def new() -> ResponseReturnValue:
    """An empty form, the place in lists behind the last one."""
    last = max((row.sort_order for row in _read()), default=0)
    return _page(_form(fresh={"sort_order": last + 1}))


@blueprint.post("/admin/staff/new")
def add() -> ResponseReturnValue:
    """Add a person."""
    form = _form()
    by, now = caller().account_id, request_now()
    status = refused(form, lambda: keeping.add_staff_member(form.values(), by=by, now=now))
    if status:
        return _page(form), status
    flash(_("%(name)s is added.", name=form.name.data), "success")
    return see_other("/admin/staff")


@blueprint.get("/admin/staff/<int:staff_id>")
@blueprint.get("/admin/staff/<int:staff_id>/retire")
@blueprint.get("/admin/staff/<int:staff_id>/reinstate")
def edit(staff_id: int) -> ResponseReturnValue:
    """One person as it is; a step that was refused stands at its own address."""
    row = _one(staff_id)
    return _page(_form(row), row)


@blueprint.post("/admin/staff/<int:staff_id>")
def change(staff_id: int) -> ResponseReturnValue:
    """Change a person."""
    row = _one(staff_id)
    form = _form(row)
    by, now = caller().account_id, request_now()
    status = refused(
        form,
        lambda: keeping.change_staff_member(
            staff_id, form.values(), version=form.seen, by=by, now=now
        ),
    )
    if status:
        return _page(form, _one(staff_id)), status
    flash(_("%(name)s is saved.", name=form.name.data), "success")
    return see_other("/admin/staff")


@blueprint.post("/admin/staff/<int:staff_id>/<any(retire, reinstate):step>")
def step(staff_id: int, step: str) -> ResponseReturnValue:
    """Let a person leave, or bring one back."""
    take = keeping.retire_staff_member if step == "retire" else keeping.reinstate_staff_member
    sent = VersionedForm()
    by, now = caller().account_id, request_now()
    status = refused(sent, lambda: take(staff_id, version=sent.seen, by=by, now=now))
    row = _one(staff_id)
    if status:
        return _page(_form(row, is_sent=False), row, step=sent), status
    if step == "retire":
        flash(_("%(name)s is retired. What is booked and counted stays.", name=row.name), "success")
    else:
        flash(_("%(name)s is back in service.", name=row.name), "success")
    return see_other("/admin/staff")


def _read() -> tuple[StaffRow, ...]:
    with read_session() as session:
        return staff_members(session, include_retired=True)


def _one(staff_id: int) -> StaffRow:
    found = next((row for row in _read() if row.id == staff_id), None)
    if found is None:
        raise NotFoundError(N_("This entry does not exist."))
    return found


def _form(
    row: StaffRow | None = None, *, fresh: dict[str, object] | None = None, is_sent: bool = True
) -> StaffForm:
    """The form as it was sent; where nothing was sent, with the row's values or fresh ones."""
    if request.method == "POST" and is_sent:
        form = StaffForm()
    else:
        form = StaffForm(formdata=None, obj=row, data=fresh)
    held = row.competences if row else frozenset()
    offered = [each for each in _exam_types() if not each.is_retired or each.code in held]
    form.offer((each.code, localised(each)) for each in offered)
    return form


def _exam_types() -> tuple[ExamTypeRow, ...]:
    with read_session() as session:
        return exam_types(session, include_retired=True)


def _page(
    form: StaffForm, row: StaffRow | None = None, *, step: VersionedForm | None = None
) -> str:
    if row is not None:
        form.catch_up(row.version)
    step = step or VersionedForm(formdata=None)
    history = history_of("staff_member", row.id) if row else None
    return render_template("staff/person.html", form=form, row=row, step=step, history=history)
