"""Absences: who is away in the coming weeks, entering and taking back, and the blocks that need somebody else."""

from datetime import date, timedelta
from urllib.parse import urlencode

from flask import Blueprint, flash, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from tracker import clock
from tracker.domain.errors import StaleError
from tracker.domain.plan import PlanBlock
from tracker.domain.planedits import part_of
from tracker.domain.workcalendar import local_date_of
from tracker.queries import read_session
from tracker.queries.absences import absences, blocks_hit
from tracker.queries.devices import devices
from tracker.queries.staff import staff_members
from tracker.queries.streams import parts_of_day
from tracker.sentences import sentence
from tracker.services.absences import Entered, add_absence, cancel_absence
from tracker.web.addresses import see_other
from tracker.web.filters import localised, short_day
from tracker.web.forms.absences import AbsenceForm
from tracker.web.forms.versioned import VersionedForm
from tracker.web.person import caller, request_now
from tracker.web.plan_places import part_minutes, place_text, week_text
from tracker.web.saving import refused

blueprint = Blueprint("absences", __name__)

AHEAD = timedelta(weeks=8)
"""How far ahead blocks to be covered are looked for."""


@blueprint.get("/plan/absences")
@blueprint.get("/plan/absences/<int:_of>/cancel")  # loaded again after a refusal
def show(_of: int = 0) -> ResponseReturnValue:
    """Who is away from today on, with the blocks that still name them."""
    today = _today()
    return _page(_form({"first": today, "last": today}))


@blueprint.post("/plan/absences")
def add() -> ResponseReturnValue:
    """Enter an absence; the blocks it hits are told, to be covered in the plan."""
    form = _form()
    by, now = caller().account_id, request_now()
    done: list[Entered] = []
    status = refused(form, lambda: done.append(add_absence(form.values(), by=by, now=now)))
    if status:
        return _page(form), status
    flash(_("The absence is entered."), "success")
    if hit := done[0].blocks:
        text = ngettext(
            "%(num)s block still names this doctor: cover it in the plan.",
            "%(num)s blocks still name this doctor: cover them in the plan.",
            len(hit),
        )
        flash(text, "warning")
    return see_other("/plan/absences")


@blueprint.post("/plan/absences/<int:absence_id>/cancel")
def cancel(absence_id: int) -> ResponseReturnValue:
    """Take an absence back."""
    sent = VersionedForm()
    by, now = caller().account_id, request_now()
    try:
        cancel_absence(absence_id, version=sent.seen, by=by, now=now)
    except StaleError as refusal:
        flash(sentence(refusal), "danger")
    else:
        flash(_("The absence is taken back."), "success")
    return see_other("/plan/absences")


def _today() -> date:
    return local_date_of(request_now(), clock.hospital_zone())


def _form(fresh: dict[str, date] | None = None) -> AbsenceForm:
    """The form as it was sent, or with fresh values."""
    form = AbsenceForm() if fresh is None else AbsenceForm(formdata=None, data=fresh)
    with read_session() as reading:
        doctors, parts = staff_members(reading, kind="doctor"), parts_of_day(reading)
    form.offer(
        [(each.code, f"{each.name} ({each.code})") for each in doctors],
        [(each.code, localised(each)) for each in parts],
    )
    return form


def _page(form: AbsenceForm) -> str:
    today, now = _today(), request_now()
    with read_session() as reading:
        rows = absences(reading, today)
        spans = [row.span for row in rows]
        hit = blocks_hit(reading, spans, through=today + AHEAD, now=now)
        codes = {each.id: each.code for each in devices(reading, include_retired=True)}
        parts = parts_of_day(reading)
    hours, names = part_minutes(parts), [localised(part) for part in parts]

    def link(block: PlanBlock) -> tuple[str, str]:
        """Where a block is, and the address of its cell."""
        code, day = codes[block.device_id], block.local_date
        asked = {"week": week_text(day), "day": day.isoformat()}
        address = urlencode({**asked, "at": place_text(code, day, block.starts)})
        return f"{code} {short_day(day)} {names[part_of(block, hours)]}", f"/plan?{address}"

    return render_template(
        "plan/absences.html",
        form=form,
        rows=[
            (row, [link(each) for each in blocks]) for row, blocks in zip(rows, hit, strict=True)
        ],
        parts={part.code: localised(part) for part in parts},
        today=today,
    )
