"""What the tests of the plan's pages ask about: the week as it is stored, its blocks, doctors who are free."""

from flask import Flask

from tests.support.department import MONDAY, at
from tracker.db import read_session
from tracker.domain.plan import PlanBlock, monday_of
from tracker.domain.planrules import PlanDoctor
from tracker.queries.plan import WeekPlan, week_plan

WEDNESDAY = MONDAY.replace(day=25)
"""Later than tomorrow, so that a change waits in the draft."""
PLACE = "US01.2026-11-25.480"
BLOCK = f"/plan/block?at={PLACE}"
PUT, REMOVE, MOVE = "/plan/block", "/plan/block/remove", "/plan/move"
WEEK = "/plan?week=2026-W48"


def plan(app: Flask) -> WeekPlan:
    """The week of Monday the 23rd."""
    with app.app_context(), read_session() as session:
        return week_plan(session, monday_of(MONDAY), now=at(7))


def block(
    app: Flask, starts: int = 480, *, device: str = "US01", day: int = 25, published: bool = False
) -> PlanBlock | None:
    """What a device has on a day of November from this minute on; in the draft, unless the published is meant."""
    found = plan(app)
    device_id = next(d.id for d in found.facts.devices.values() if d.code == device)
    key = device_id, MONDAY.replace(day=day)
    blocks = found.published if published else found.blocks
    return next((b for b in blocks if b.key == key and b.starts == starts), None)


def free_doctor(app: Flask, wanted: PlanBlock) -> PlanDoctor:
    """Somebody who works nowhere during the block and may do all of it."""
    found = plan(app)
    busy = {b.operator_id for b in found.blocks if b.meets(wanted)}
    return next(
        d
        for d in found.facts.doctors.values()
        if d.id not in busy and wanted.exam_type_ids <= d.exam_type_ids
    )
