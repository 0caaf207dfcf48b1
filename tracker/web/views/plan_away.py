"""The published week to take away: on one A3 page, and as a workbook."""

from datetime import date, timedelta

from flask import Blueprint, Response, render_template
from flask.typing import ResponseReturnValue

from tracker import clock
from tracker.domain.workcalendar import local_date_of
from tracker.queries import Reading, read_session
from tracker.queries.plan import published_plan
from tracker.queries.plan_facts import plan_facts
from tracker.queries.settings import department_settings
from tracker.web.filters import localised
from tracker.web.person import request_now
from tracker.web.plan_grid import GridDay, GridPlan, grid_of, short_names
from tracker.web.plan_page import reserve_key
from tracker.web.plan_places import week_argument, week_text
from tracker.web.plan_words import plan_words
from tracker.web.plan_workbook import PlanTables, plan_workbook
from tracker.web.workbooks import XLSX

blueprint = Blueprint("plan_away", __name__)

TO_SUNDAY = timedelta(days=6)


@blueprint.get("/plan/print")
def paper() -> ResponseReturnValue:
    """The week of ?week=2026-W49 as published, on one page."""
    now = request_now()
    today = local_date_of(now, clock.hospital_zone())
    monday = week_argument(today)
    with read_session() as reading:
        tables = _tables(reading, monday)
        settings = department_settings(reading)
    words = tables.words
    grid = grid_of(
        GridPlan(tables.blocks, tables.facts),
        words,
        [GridDay(day, n, False) for n, day in enumerate(tables.days)],
        today=today,
    )
    names = {each.id: localised(each) for each in words.exam_types}
    shorts = short_names(names)
    return render_template(
        "plan/print.html",
        monday=monday,
        week=week_text(monday),
        grid=grid,
        key=[(shorts[each], name) for each, name in names.items()],
        reserves=reserve_key(words),
        settings=settings,
        now=now,
    )


@blueprint.get("/plan/week.xlsx")
def workbook() -> ResponseReturnValue:
    """The same as a workbook: machines, and doctors as a roster."""
    monday = week_argument(local_date_of(request_now(), clock.hospital_zone()))
    with read_session() as reading:
        tables = _tables(reading, monday)
    response = Response(plan_workbook(tables), mimetype=XLSX)
    name = f"plan-{week_text(monday)}.xlsx"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _tables(reading: Reading, monday: date) -> PlanTables:
    """The days that are worked, or on which somebody works all the same."""
    blocks = published_plan(reading, monday, now=request_now())
    facts = plan_facts(reading, monday, monday + TO_SUNDAY)
    days = sorted({*facts.working, *(block.local_date for block in blocks)})
    return PlanTables(blocks, days, facts, plan_words(reading))
