"""The pages of the desk, the machines and the head, one module per noun; those of administrators are in office."""

from flask import Flask

from tracker.web.views import (
    absences,
    account,
    board,
    book,
    bookings,
    day_lists,
    exam_entry,
    exams,
    home,
    machine_lists,
    merging,
    months,
    moving,
    patients,
    plan,
    plan_away,
    plan_blocks,
    plan_copies,
    plan_draft,
    plan_publishing,
    proposal,
    roster,
    schedule,
    sending,
    settling,
    sign_in,
    slips,
    take_over,
    unmet_demand,
    volume,
    walk_in,
    worklist,
    wrong_patient,
)

# A new module is added here and, endpoint by endpoint, to access.ACCESS.
VIEWS = (
    sign_in,
    home,
    account,
    board,
    book,
    bookings,
    wrong_patient,
    moving,
    slips,
    day_lists,
    settling,
    patients,
    merging,
    worklist,
    machine_lists,
    take_over,
    sending,
    walk_in,
    exams,
    exam_entry,
    schedule,
    plan,
    plan_away,
    plan_blocks,
    plan_copies,
    plan_draft,
    plan_publishing,
    proposal,
    absences,
    roster,
    volume,
    months,
    unmet_demand,
)


def register_pages(app: Flask) -> None:
    """Attach the blueprint of each."""
    for view in VIEWS:
        app.register_blueprint(view.blueprint)
