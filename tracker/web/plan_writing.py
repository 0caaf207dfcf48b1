"""Writing edits of the plan from any of its pages, and the way back to the week that was edited."""

from collections.abc import Mapping, Sequence
from datetime import date
from urllib.parse import urlencode

from flask import Response

from tracker.domain.plan import DeviceDate, PlanBlock, monday_of
from tracker.queries.plan import WeekPlan
from tracker.services.planning import edit_plan
from tracker.web.addresses import see_other
from tracker.web.fragments import is_htmx
from tracker.web.person import caller, request_now
from tracker.web.plan_places import week_text


def write_edits(
    plan: WeekPlan,
    edits: Mapping[DeviceDate, Sequence[PlanBlock]],
    *,
    action: str,
    version: int | None,
) -> None:
    """Write device days of one week under the name of a step. Raises what the service raises."""
    by, now = caller().account_id, request_now()
    edit_plan(plan.monday, edits, action=action, version=version or 0, by=by, now=now)


def back_to(local_date: date, place: str = "") -> Response:
    """The week of a day, at a place of it. Script goes there by ?at=, without script the address names it."""
    asked = {"week": week_text(monday_of(local_date)), "day": local_date.isoformat()}
    address = "/plan?" + urlencode({**asked, **({"at": place} if place else {})})
    return see_other(address if is_htmx() or not place else f"{address}#{place}")
