"""The administrator's streams: goals, the release of reserves, retiring and putting back."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker.domain.errors import N_, NotFoundError
from tracker.queries import read_session
from tracker.queries.streams import StreamRow, streams
from tracker.services import streams as keeping
from tracker.web.forms.streams import StreamForm
from tracker.web.forms.versioned import VersionedForm
from tracker.web.person import caller, request_now
from tracker.web.row_history import history_of
from tracker.web.saving import Answer, answered, told_of_step

blueprint = Blueprint("streams", __name__)

LIST = "/admin/streams"


@blueprint.get("/admin/streams")
def show() -> ResponseReturnValue:
    """Every stream, retired ones too."""
    return render_template("streams/list.html", streams=_read())


@blueprint.get("/admin/streams/new")
def new() -> ResponseReturnValue:
    """An empty form, the place in lists behind the last one."""
    last = max((row.sort_order for row in _read()), default=0)
    return _page(_form(fresh={"sort_order": last + 1}))


@blueprint.post("/admin/streams/new")
def add() -> ResponseReturnValue:
    """Add a stream."""
    form = _form()
    by, now = caller().account_id, request_now()
    told = _("%(name)s is added.", name=form.name_zh.data)
    return answered(
        form,
        lambda: keeping.add_stream(form.values(), by=by, now=now),
        Answer(lambda: _page(form), told, LIST),
    )


@blueprint.get("/admin/streams/<int:stream_id>")
@blueprint.get("/admin/streams/<int:stream_id>/retire")
@blueprint.get("/admin/streams/<int:stream_id>/reinstate")
def edit(stream_id: int) -> ResponseReturnValue:
    """One stream as it is; a step that was refused stands at its own address."""
    row = _one(stream_id)
    return _page(_form(row), row)


@blueprint.post("/admin/streams/<int:stream_id>")
def change(stream_id: int) -> ResponseReturnValue:
    """Change a stream."""
    form = _form(_one(stream_id))
    by, now = caller().account_id, request_now()
    told = _("%(name)s is saved.", name=form.name_zh.data)
    return answered(
        form,
        lambda: keeping.change_stream(stream_id, form.values(), version=form.seen, by=by, now=now),
        Answer(lambda: _page(form, _one(stream_id)), told, LIST),
    )


@blueprint.post("/admin/streams/<int:stream_id>/<any(retire, reinstate):step>")
def step(stream_id: int, step: str) -> ResponseReturnValue:
    """Book for a stream no more, or again."""
    take = keeping.retire_stream if step == "retire" else keeping.reinstate_stream
    row, sent = _one(stream_id), VersionedForm()
    by, now = caller().account_id, request_now()

    def page() -> str:
        present = _one(stream_id)
        return _page(_form(present, is_sent=False), present, step=sent)

    return answered(
        sent,
        lambda: take(stream_id, version=sent.seen, by=by, now=now),
        Answer(page, told_of_step(step, row), LIST),
    )


def _read() -> tuple[StreamRow, ...]:
    with read_session() as session:
        return streams(session, include_retired=True)


def _one(stream_id: int) -> StreamRow:
    found = next((row for row in _read() if row.id == stream_id), None)
    if found is None:
        raise NotFoundError(N_("This entry does not exist."))
    return found


def _form(
    row: StreamRow | None = None, *, fresh: dict[str, object] | None = None, is_sent: bool = True
) -> StreamForm:
    """The form as it was sent; where nothing was sent, with the row's values or fresh ones."""
    if request.method == "POST" and is_sent:
        return StreamForm()
    return StreamForm(formdata=None, obj=row, data=fresh)


def _page(
    form: StreamForm, row: StreamRow | None = None, *, step: VersionedForm | None = None
) -> str:
    if row is not None:
        form.catch_up(row.version)
    step = step or VersionedForm(formdata=None)
    history = history_of("stream", row.id) if row else None
    return render_template("streams/stream.html", form=form, row=row, step=step, history=history)
