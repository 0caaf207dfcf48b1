"""The weekly pattern that days are opened from: by weekday or by device; adding, changing, retiring a block."""

from datetime import date

from flask import Blueprint, flash, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker import clock
from tracker.domain.errors import N_, ConflictError, InvalidError, NotFoundError
from tracker.domain.workcalendar import local_date_of
from tracker.queries import read_session
from tracker.queries.devices import devices
from tracker.queries.exam_types import exam_types
from tracker.queries.staff import staff_members
from tracker.queries.streams import streams
from tracker.queries.weekly_blocks import WeeklyBlockRow, open_blocks, opened_through, weekly_blocks
from tracker.sentences import sentence
from tracker.services import weekly_blocks as keeping
from tracker.services.blocks import BlockValues, change_block
from tracker.services.weekly_blocks import WeeklyBlockValues
from tracker.web.addresses import see_other
from tracker.web.arguments import code_argument, number_argument
from tracker.web.filters import localised, short_day
from tracker.web.forms.versioned import VersionedForm
from tracker.web.forms.weekly_blocks import Offered, WeeklyBlockForm, row_as_data, with_reserves
from tracker.web.person import caller, request_now
from tracker.web.saving import refused

blueprint = Blueprint("weekly_blocks", __name__)


@blueprint.get("/admin/weekly-blocks")
def show() -> ResponseReturnValue:
    """The blocks of one device (?device=US07), else of one weekday (?weekday=0; today's, else Monday)."""
    device = code_argument("device")
    weekday = _weekday()
    with read_session() as session:
        blocks = weekly_blocks(session)
        machines = devices(session)
        kinds = exam_types(session)
        people = {person.code: person.name for person in staff_members(session)}
        sources = {each.code: each for each in streams(session)}
        opened = opened_through(session)
    chosen = [b for b in blocks if (b.device == device if device else b.weekday == weekday)]
    return render_template(
        "weekly_blocks/list.html",
        blocks=chosen,
        device=device,
        weekday=weekday,
        devices=machines,
        exam_types=kinds,
        people=people,
        streams=sources,
        opened=opened,
    )


@blueprint.get("/admin/weekly-blocks/new")
def new() -> ResponseReturnValue:
    """An empty form; ?device= and ?weekday= choose where it begins."""
    fresh = {"device": code_argument("device"), "weekday": str(_weekday())}
    return _page(_form(fresh=fresh))


@blueprint.post("/admin/weekly-blocks/new")
def add() -> ResponseReturnValue:
    """Add a block to the pattern."""
    form = _form()
    by, now = caller().account_id, request_now()
    status = refused(form, lambda: keeping.add_weekly_block(form.values(), by=by, now=now))
    if status:
        return _page(form), status
    flash(_("The block is added. Days are opened from it tonight."), "success")
    return _back(form.device.data)


@blueprint.get("/admin/weekly-blocks/<int:block_id>")
@blueprint.get("/admin/weekly-blocks/<int:block_id>/retire")
def edit(block_id: int) -> ResponseReturnValue:
    """One block as it is; a step that was refused stands at its own address."""
    row = _one(block_id)
    return _page(_form(row), row)


@blueprint.post("/admin/weekly-blocks/<int:block_id>")
def change(block_id: int) -> ResponseReturnValue:
    """Change a block, for days that are opened from now on."""
    row = _one(block_id)
    form = _form(row)
    by, now = caller().account_id, request_now()
    status = refused(
        form,
        lambda: keeping.change_weekly_block(
            block_id, form.values(), version=form.seen, by=by, now=now
        ),
    )
    if status:
        return _page(form, _one(block_id)), status
    flash(_("The block is saved for the days that are opened from now on."), "success")
    if form.also_open.data:
        _spread(row, form.values())
    return _back(form.device.data)


@blueprint.post("/admin/weekly-blocks/<int:block_id>/retire")
def retire(block_id: int) -> ResponseReturnValue:
    """Open no more days from a block."""
    row = _one(block_id)
    sent = VersionedForm()
    by, now = caller().account_id, request_now()
    status = refused(
        sent,
        lambda: keeping.retire_weekly_block(block_id, version=sent.seen, by=by, now=now),
    )
    if status:
        return _page(_form(row, is_sent=False), _one(block_id), step=sent), status
    flash(_("No more days are opened from this block. Days already open keep it."), "success")
    return _back(row.device)


def _spread(row: WeeklyBlockRow, values: WeeklyBlockValues) -> None:
    """Change the days already open, one by one, and say which of them stay as they are and why."""
    if (row.device, row.weekday) != (values.device, values.weekday):
        flash(_("Days already open stay: they are of another device or weekday."), "warning")
        return
    by, now = caller().account_id, request_now()
    wanted = BlockValues(operator=values.operator, exam_types=values.exam_types)
    with read_session() as session:
        opened = open_blocks(session, row.id, now=now)
    left = []
    for block_id, local_date in opened:
        try:
            change_block(block_id, wanted, by=by, now=now)
        except (ConflictError, InvalidError) as refusal:
            left.append(f"{short_day(local_date)}: {sentence(refusal)}")
    flash(
        _("Days already open that are changed: %(count)s.", count=len(opened) - len(left)), "info"
    )
    for text in left:
        flash(text, "warning")


def _back(device: str) -> ResponseReturnValue:
    return see_other(f"/admin/weekly-blocks?device={device}")


def _weekday() -> int:
    """That of the address, else today's if the department usually works on it, else Monday."""
    asked = number_argument("weekday")
    if asked is not None and asked < 7:
        return asked
    today: date = local_date_of(request_now(), clock.hospital_zone())
    return today.weekday() if today.weekday() < 5 else 0


def _one(block_id: int) -> WeeklyBlockRow:
    with read_session() as session:
        found = next((row for row in weekly_blocks(session) if row.id == block_id), None)
    if found is None:
        raise NotFoundError(N_("This entry does not exist."))
    return found


def _form(
    row: WeeklyBlockRow | None = None,
    *,
    fresh: dict[str, str | None] | None = None,
    is_sent: bool = True,
) -> WeeklyBlockForm:
    """The form as it was sent; where nothing was sent, with the row's values or fresh ones."""
    with read_session() as session:
        machines, people = devices(session), staff_members(session, kind="doctor")
        kinds, sources = exam_types(session), streams(session)
    keeping_minutes = [(s.code, localised(s)) for s in sources if s.release_rule is not None]
    kind = with_reserves(keeping_minutes)
    if request.method == "POST" and is_sent:
        form = kind()
    else:
        form = kind(formdata=None, data=row_as_data(row) if row else fresh)
    form.offer(
        Offered(
            devices=[(d.code, d.code) for d in machines],
            doctors=[(p.code, f"{p.name} ({p.code})") for p in people],
            exam_types=[(k.code, localised(k)) for k in kinds],
            reserves=keeping_minutes,
        )
    )
    return form


def _page(
    form: WeeklyBlockForm, row: WeeklyBlockRow | None = None, *, step: VersionedForm | None = None
) -> str:
    if row is not None:
        form.catch_up(row.version)
    with read_session() as session:
        opened = opened_through(session, None if row is None else row.id)
    return render_template(
        "weekly_blocks/block.html",
        form=form,
        row=row,
        opened=opened,
        step=step or VersionedForm(formdata=None),
    )
