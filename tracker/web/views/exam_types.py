"""The administrator's exam types: all that is said about one, per stream too; retiring and putting back."""

from datetime import date
from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker import clock
from tracker.domain.errors import N_, NotFoundError
from tracker.domain.workcalendar import local_date_of
from tracker.queries import read_session
from tracker.queries.devices import capabilities
from tracker.queries.exam_types import ExamTypeRow, exam_type_streams, exam_types
from tracker.queries.streams import streams
from tracker.queries.weights import all_weights, weights_rows
from tracker.services import exam_types as keeping
from tracker.services import weights as weighing
from tracker.web.filters import localised
from tracker.web.forms.choices import choices_of_pairs
from tracker.web.forms.exam_types import ExamTypeForm, pairs_as_data, with_streams
from tracker.web.forms.page_form import PageForm
from tracker.web.forms.points import PointsFromForm
from tracker.web.forms.versioned import VersionedForm
from tracker.web.person import caller, request_now
from tracker.web.row_history import history_of
from tracker.web.saving import Answer, answered, told_of_step

blueprint = Blueprint("exam_types", __name__)

LIST = "/admin/exam-types"


@blueprint.get("/admin/exam-types")
def show() -> ResponseReturnValue:
    """Every exam type, retired ones too."""
    with read_session() as session:
        functions = capabilities(session)
        known = all_weights(session)
    rows = _read()
    weights = {row.id: known.on(_today(), row.id, None) for row in rows}
    context = {"exam_types": rows, "functions": functions, "weights": weights}
    return render_template("exam_types/list.html", **context)


@blueprint.get("/admin/exam-types/new")
def new() -> ResponseReturnValue:
    """An empty form, the place in lists behind the last one."""
    last = max((row.sort_order for row in _read()), default=0)
    return _page(_form(fresh={"sort_order": last + 1}))


@blueprint.post("/admin/exam-types/new")
def add() -> ResponseReturnValue:
    """Add an exam type."""
    form = _form()
    by, now = caller().account_id, request_now()
    told = _("%(name)s is added.", name=form.name_zh.data)
    return answered(
        form,
        lambda: keeping.add_exam_type(form.values(), by=by, now=now),
        Answer(lambda: _page(form), told, LIST),
    )


@blueprint.get("/admin/exam-types/<int:exam_type_id>")
@blueprint.get("/admin/exam-types/<int:exam_type_id>/retire")
@blueprint.get("/admin/exam-types/<int:exam_type_id>/reinstate")
@blueprint.get("/admin/exam-types/<int:exam_type_id>/points")
@blueprint.get("/admin/exam-types/<int:exam_type_id>/points/<int:_points_id>/remove")
def edit(exam_type_id: int, _points_id: int | None = None) -> ResponseReturnValue:
    """One exam type as it is; a step that was refused stands at its own address."""
    row = _one(exam_type_id)
    return _page(_form(row), row)


@blueprint.post("/admin/exam-types/<int:exam_type_id>")
def change(exam_type_id: int) -> ResponseReturnValue:
    """Change an exam type."""
    form = _form(_one(exam_type_id))
    by, now = caller().account_id, request_now()
    told = _("%(name)s is saved.", name=form.name_zh.data)
    return answered(
        form,
        lambda: keeping.change_exam_type(
            exam_type_id, form.values(), version=form.seen, by=by, now=now
        ),
        Answer(lambda: _page(form, _one(exam_type_id)), told, LIST),
    )


@blueprint.post("/admin/exam-types/<int:exam_type_id>/points")
def add_points(exam_type_id: int) -> ResponseReturnValue:
    """Let other points hold from a day on."""
    row, sent = _one(exam_type_id), _points_form()
    by, now = caller().account_id, request_now()
    return answered(
        sent,
        lambda: weighing.set_points_from(exam_type_id, sent.values(), by=by, now=now),
        Answer(
            lambda: _page(_form(row, is_sent=False), row, points=sent),
            _("The points are entered. What is examined before that day keeps its points."),
            f"{LIST}/{exam_type_id}#points",
        ),
    )


@blueprint.post("/admin/exam-types/<int:exam_type_id>/points/<int:points_id>/remove")
def remove_points(exam_type_id: int, points_id: int) -> ResponseReturnValue:
    """Take back points that have not begun."""
    row, sent = _one(exam_type_id), PageForm()
    by, now = caller().account_id, request_now()

    def page() -> str:
        shown = _points_form(is_sent=False)
        shown.form_errors = [*shown.form_errors, *sent.form_errors]
        return _page(_form(row, is_sent=False), row, points=shown)

    return answered(
        sent,
        lambda: weighing.drop_points_from(exam_type_id, points_id, by=by, now=now),
        Answer(page, _("The points are taken back."), f"{LIST}/{exam_type_id}#points"),
    )


@blueprint.post("/admin/exam-types/<int:exam_type_id>/<any(retire, reinstate):step>")
def step(exam_type_id: int, step: str) -> ResponseReturnValue:
    """Book an exam type no more, or again."""
    take = keeping.retire_exam_type if step == "retire" else keeping.reinstate_exam_type
    row, sent = _one(exam_type_id), VersionedForm()
    by, now = caller().account_id, request_now()

    def page() -> str:
        present = _one(exam_type_id)
        return _page(_form(present, is_sent=False), present, step=sent)

    return answered(
        sent,
        lambda: take(exam_type_id, version=sent.seen, by=by, now=now),
        Answer(page, told_of_step(step, row), LIST),
    )


def _read() -> tuple[ExamTypeRow, ...]:
    with read_session() as session:
        return exam_types(session, include_retired=True)


def _one(exam_type_id: int) -> ExamTypeRow:
    found = next((row for row in _read() if row.id == exam_type_id), None)
    if found is None:
        raise NotFoundError(N_("This entry does not exist."))
    return found


def _form(
    row: ExamTypeRow | None = None, *, fresh: dict[str, object] | None = None, is_sent: bool = True
) -> ExamTypeForm:
    """The form as it was sent; where nothing was sent, with the row's values or fresh ones.

    It has a part for each stream in service, and for those that are not but differ.
    """
    with read_session() as session:
        pairs = exam_type_streams(session, row.id) if row else ()
        differing = {pair.stream: pair for pair in pairs}
        known = streams(session, include_retired=True)
        functions = capabilities(session)
    offered = [each for each in known if not each.is_retired or each.code in differing]
    kind = with_streams((each.code, localised(each)) for each in offered)
    if request.method == "POST" and is_sent:
        form = kind()
    else:
        data = {**(fresh or {}), **pairs_as_data(differing)}
        form = kind(formdata=None, obj=row, data=data)
    form.capabilities.choices = choices_of_pairs((f.code, localised(f)) for f in functions)
    return form


def _points_form(*, is_sent: bool = True) -> PointsFromForm:
    form = PointsFromForm() if is_sent else PointsFromForm(formdata=None)
    with read_session() as session:
        known = streams(session)
    every = ("", _("every stream without its own"))
    form.stream.choices = choices_of_pairs([every, *((s.code, localised(s)) for s in known)])
    for field in form:  # the exam type's own form stands on the same page
        field.id = field.label.field_id = f"from-{field.name}"
    return form


def _page(
    form: ExamTypeForm,
    row: ExamTypeRow | None = None,
    *,
    step: VersionedForm | None = None,
    points: PointsFromForm | None = None,
) -> str:
    context: dict[str, Any] = {}
    if row is not None:
        form.catch_up(row.version)
        with read_session() as session:
            later = weights_rows(session, row.id)
            now_held = all_weights(session).on(_today(), row.id, None)
        points = points or _points_form(is_sent=False)
        context = {"points": points, "later": later, "weights": now_held, "today": _today()}
    step = step or VersionedForm(formdata=None)
    history = history_of("exam_type", row.id) if row else None
    return render_template(
        "exam_types/exam_type.html", form=form, row=row, step=step, history=history, **context
    )


def _today() -> date:
    return local_date_of(request_now(), clock.hospital_zone())
