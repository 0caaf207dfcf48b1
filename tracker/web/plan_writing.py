"""Writing edits of the plan from any of its pages: into the draft, or at once; and the way back to the week."""

import json
import zlib
from collections.abc import Mapping, Sequence
from datetime import date
from urllib.parse import urlencode

from flask import Response, flash
from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup

from tracker import clock
from tracker.domain.errors import N_, InvalidError, StaleError
from tracker.domain.plan import DeviceDate, PlanBlock, as_json, monday_of
from tracker.domain.planpast import is_at_once
from tracker.domain.workcalendar import local_date_of
from tracker.queries.plan import WeekPlan
from tracker.services.planning import edit_plan
from tracker.services.publishing import PLAN_CHANGED, Published, change_at_once
from tracker.web.addresses import see_other
from tracker.web.fragments import is_htmx
from tracker.web.person import caller, request_now
from tracker.web.plan_places import week_text

MOST_LINKS = 12
"""More moved bookings than these are not named one by one in a message."""

PlanEdits = Mapping[DeviceDate, Sequence[PlanBlock]]


def blocks_to_edit(plan: WeekPlan, today: date) -> tuple[PlanBlock, ...]:
    """The week as it is edited: today and tomorrow as published, later days as the draft has them."""
    at_once = [block for block in plan.published if is_at_once(block.local_date, today)]
    later = [block for block in plan.blocks if not is_at_once(block.local_date, today)]
    return (*at_once, *later)


def day_mark(plan: WeekPlan, key: DeviceDate) -> int:
    """A number that tells one published device day from another: what a form of today saw."""
    day = as_json(block for block in plan.published if block.key == key)
    return zlib.crc32(json.dumps(day, sort_keys=True).encode()) % 10**9


def write_edits(
    plan: WeekPlan,
    edits: PlanEdits,
    *,
    action: str,
    version: int | None,
    mark: int | None = None,
) -> None:
    """Write device days of one week as one step. `version`: of the draft seen; `mark`: of the one day of today seen.

    Raises what the services raise, StaleError for another day than was seen, InvalidError where days
    that change at once are mixed with days that wait.
    """
    by, now = caller().account_id, request_now()
    today = local_date_of(now, clock.hospital_zone())
    at_once = {is_at_once(local_date, today) for _device, local_date in edits}
    if at_once == {True, False}:
        raise InvalidError(
            N_("Today and tomorrow change at once, other days wait in the draft: not in one step.")
        )
    if at_once != {True}:
        edit_plan(plan.monday, edits, action=action, version=version or 0, by=by, now=now)
        return
    if mark is not None and any(mark != day_mark(plan, key) for key in edits):
        raise StaleError(N_("Somebody else changed this meanwhile."))
    seen = [block for block in plan.published if block.key in edits]
    reason = _(PLAN_CHANGED)
    tell_published(change_at_once(edits, seen=seen, reason=reason, by=by, now=now))


def tell_published(done: Published) -> None:
    """Say what came into force, and which bookings were moved or kept and flagged."""
    flash(_("The plan is in force: patients are booked on it."), "success")
    if done.moved:
        told = ngettext(
            "%(num)s booking was moved:", "%(num)s bookings were moved:", len(done.moved)
        )
        flash(_with_links(told, done.moved), "info")
    if done.flagged:
        told = ngettext(
            "%(num)s booking lost its time and is flagged:",
            "%(num)s bookings lost their time and are flagged:",
            len(done.flagged),
        )
        flash(_with_links(told, done.flagged), "warning")


def _with_links(told: str, bookings: Sequence[int]) -> Markup:
    """A sentence and a link to each booking; where they are many, to the first of them."""
    link = Markup('<a href="/bookings/{0}">{0}</a>')
    links = Markup(" ").join(link.format(each) for each in bookings[:MOST_LINKS])
    more = " …" if len(bookings) > MOST_LINKS else ""
    return Markup("{} {}{}").format(told, links, more)


def back_to(local_date: date, place: str = "") -> Response:
    """The week of a day, at a place of it. Script goes there by ?at=, without script the address names it."""
    asked = {"week": week_text(monday_of(local_date)), "day": local_date.isoformat()}
    address = "/plan?" + urlencode({**asked, **({"at": place} if place else {})})
    return see_other(address if is_htmx() or not place else f"{address}#{place}")
