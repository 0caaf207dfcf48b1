"""A block of the plan, edited in a dialog or a page of its own: put, changed, moved, copied, removed."""

from collections.abc import Sequence
from dataclasses import replace

from flask import Blueprint, Response, make_response, render_template, request
from flask.typing import ResponseReturnValue

from tracker.domain.errors import N_, InvalidError
from tracker.domain.plan import PlanBlock
from tracker.domain.planedits import Cell, remove_block
from tracker.domain.planrules import BrokenRule
from tracker.web.addresses import see_other
from tracker.web.filters import localised
from tracker.web.forms.plan import MoveBlockForm, PlanBlockForm, plan_block_form
from tracker.web.forms.versioned import VersionedForm
from tracker.web.fragments import is_htmx, render_block
from tracker.web.plan_editing import (
    Editing,
    block_as_data,
    block_from,
    cell_at,
    cells_to_choose,
    load_editing,
    offer_of,
    sent_to,
    start_in,
    type_notes,
)
from tracker.web.plan_places import cell_text, place_of, place_text
from tracker.web.plan_rules import REASON_LABEL
from tracker.web.plan_writing import back_to, write_edits
from tracker.web.saving import refused

blueprint = Blueprint("plan_blocks", __name__)

TEMPLATE = "plan/block.html"


@blueprint.get("/plan/block")
@blueprint.get("/plan/block/remove")
@blueprint.get("/plan/move")
def edit() -> ResponseReturnValue:
    """The block at ?at=US07.2026-12-01.480, or a new one for ?at=US07.2026-12-01.morning."""
    if not request.args.get("at"):
        return see_other("/plan")
    editing = load_editing(request.args.get("at", ""))
    form = _form(editing, block_as_data(editing))
    return _page(editing, form, [] if editing.is_new else editing.broken_by(editing.block))


@blueprint.post("/plan/block")
def put() -> ResponseReturnValue:
    """Save a block; one that breaks a rule without a reason is shown again first, and kept if that is asked for."""
    editing = load_editing(request.form.get("at", ""))
    form = _form(editing)
    broken: list[BrokenRule] = []

    def save() -> None:
        block = block_from(form, editing)
        broken.extend(editing.broken_by(block))
        if any(each.stands_in_the_way for each in broken) and not request.form.get("as_is"):
            raise InvalidError(N_("Not saved yet: look at the rules that this block breaks."))
        action = "add_block" if editing.is_new else "change_block"
        edits = editing.edits(_with_needed_reasons(block, broken))
        mark = form.seen if editing.at_once else None
        write_edits(editing.plan, edits, action=action, version=form.seen, mark=mark)

    status = refused(form, save)
    if status:
        return _page(editing, form, broken, status)
    block = block_from(form, editing)
    return back_to(
        block.local_date, place_text(editing.device.code, block.local_date, block.starts)
    )


@blueprint.post("/plan/move")
def move() -> ResponseReturnValue:
    """Move a block to another cell, or copy its cell there; dragging sends the same as the block's own form."""
    editing = load_editing(request.form.get("block", ""))
    sent = MoveBlockForm()
    sent.offer(*cells_to_choose(editing))
    went: list[tuple[Cell, int | None]] = []

    def save() -> None:
        target = cell_at(editing, place_of(sent.target(), field="half_day"))
        action = "copy_block" if sent.how.data == "copy" else "move_block"
        edits = sent_to(editing, target, sent.how.data)
        write_edits(editing.plan, edits, action=action, version=sent.seen)
        went.append((target, start_in(editing, target, edits)))

    status = refused(sent, save)
    if not status:
        ((target, starts),) = went
        device = editing.plan.facts.devices[target.device_id].code
        part = editing.words.parts[target.part].code
        return back_to(
            target.local_date,
            cell_text(device, target.local_date, part)
            if starts is None
            else place_text(device, target.local_date, starts),
        )
    form = _form(editing, block_as_data(editing))
    form.is_stale = sent.is_stale
    return _page(editing, form, editing.broken_by(editing.block), status, sent=sent)


@blueprint.post("/plan/block/remove")
def remove() -> ResponseReturnValue:
    """Take a block out of the plan."""
    editing = load_editing(request.form.get("at", ""))
    sent = VersionedForm()
    block = editing.block

    def save() -> None:
        edits = remove_block(editing.blocks, (block.key, block.starts))
        mark = sent.seen if editing.at_once else None
        write_edits(editing.plan, edits, action="remove_block", version=sent.seen, mark=mark)

    status = refused(sent, save)
    if status:
        form = _form(editing, block_as_data(editing))
        form.is_stale = sent.is_stale
        form.form_errors.extend(sent.form_errors)
        return _page(editing, form, editing.broken_by(block), status)
    return back_to(block.local_date)


def _with_needed_reasons(block: PlanBlock, broken: Sequence[BrokenRule]) -> PlanBlock:
    """A reason is kept for a rule that is broken, not for one that no longer is."""
    codes = {each.code for each in broken}
    kept = {code: why for code, why in block.overrules.items() if code in codes}
    return replace(block, overrules=kept)


def _form(editing: Editing, data: dict[str, object] | None = None) -> PlanBlockForm:
    """The form as it was sent, or with the block's own values."""
    keeping = [s for s in editing.words.streams if s.release_rule is not None]
    kind = plan_block_form(
        [(s.code, localised(s)) for s in keeping],
        [(code, str(words)) for code, words in REASON_LABEL.items()],
    )
    form = kind() if data is None else kind(formdata=None, data=data)
    form.offer(offer_of(editing))
    form.at.data = editing.at
    return form


def _page(
    editing: Editing,
    form: PlanBlockForm,
    broken: Sequence[BrokenRule],
    status: int = 200,
    *,
    sent: MoveBlockForm | None = None,
) -> Response:
    form.catch_up(editing.version)
    told = editing.told(broken)
    context = {
        "form": form,
        "at": editing.at,
        "where": editing.where,
        "is_new": editing.is_new,
        "at_once": editing.at_once,
        "has_rounds": editing.device.is_portable or bool(editing.block.place),
        "types": type_notes(editing, form.operator.data or ""),
        "found": told,
        "overrulable": list(dict.fromkeys(each.code for each in told if each.look != "refuses")),
        "asks_reason": status == 422 and any(each.look == "warns" for each in told),
        "back": f"/plan?date={editing.block.local_date.isoformat()}",
        "move": sent or _fresh_move(editing),
    }
    if is_htmx():
        return make_response(render_block(TEMPLATE, "dialog", **context), status)
    return make_response(render_template(TEMPLATE, **context), status)


def _fresh_move(editing: Editing) -> MoveBlockForm:
    day = editing.block.local_date.isoformat()
    form = MoveBlockForm(formdata=None, device=editing.device.code, half_day=day)
    form.offer(*cells_to_choose(editing))
    return form
