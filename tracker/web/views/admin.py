"""The administrator's start page: what is wrong and what to do about it, what there is, how the jobs fare."""

from datetime import datetime

from flask import Blueprint, current_app, render_template
from flask.typing import ResponseReturnValue

from tracker import clock
from tracker.domain.workcalendar import local_date_of
from tracker.queries import Reading, read_session
from tracker.queries.accounts import accounts, signed_in
from tracker.queries.calendar import calendar_years, target_of_year, work_calendar
from tracker.queries.closures import list_closures
from tracker.queries.devices import devices
from tracker.queries.due import last_runs
from tracker.queries.exam_types import exam_types
from tracker.queries.settings import department_settings
from tracker.queries.staff import staff_members
from tracker.queries.streams import streams
from tracker.queries.troubles import troubles
from tracker.queries.weekly_blocks import opened_through, stored_pattern
from tracker.sentences import sentence
from tracker.web.office_labels import JOB
from tracker.web.person import request_now

blueprint = Blueprint("admin", __name__)


@blueprint.get("/admin")
def show() -> ResponseReturnValue:
    """Troubles first, then counts that lead to their pages, the calendar's warning, the jobs' last runs."""
    now = request_now()
    today = local_date_of(now, clock.hospital_zone())
    with read_session() as session:
        found = troubles(session, current_app.config, now=now)
        counts = _counts(session, now)
        runs = {run.job: run for run in last_runs(session)}
        opened = opened_through(session)
        years = work_calendar(session).years_to_announce(today, opened or today)
        final = [year for year, published in calendar_years(session).items() if published]
        target = target_of_year(session, today.year)
        weeks = department_settings(session).horizon_weeks
    return render_template(
        "admin/overview.html",
        troubles=[(one, sentence(one.text), sentence(one.advice)) for one in found],
        counts=counts,
        jobs=[(name, runs.get(name)) for name in JOB],
        opened=opened,
        provisional=years,
        final=final,
        target=target,
        year=today.year,
        weeks=weeks,
    )


def _counts(session: Reading, now: datetime) -> dict[str, int]:
    """How many there are of what an administrator keeps, in service."""
    return {
        "devices": len(devices(session)),
        "exam_types": len(exam_types(session)),
        "streams": len(streams(session)),
        "staff": len(staff_members(session)),
        "accounts": sum(each.is_active for each in accounts(session)),
        "signed_in": len(signed_in(session, now=now)),
        "weekly_blocks": len(stored_pattern(session)),
        "closures": len(list_closures(session, ending_after=now)),
    }
