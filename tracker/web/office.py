"""The administrator's pages, and the closures that they share with the head: which blueprints there are."""

from flask import Flask


def register_office(app: Flask) -> None:
    """Attach them; endpoint by endpoint they stand in access.ACCESS."""
    from tracker.web.views import (
        accounts,
        admin,
        audit,
        calendar,
        calendar_notice,
        capabilities,
        closures,
        department,
        devices,
        exam_types,
        shares,
        sheets,
        staff,
        streams,
        targets,
        weekly_blocks,
    )

    for view in (
        admin,
        devices,
        capabilities,
        exam_types,
        shares,
        streams,
        staff,
        weekly_blocks,
        calendar,
        calendar_notice,
        targets,
        department,
        accounts,
        audit,
        closures,
        sheets,
    ):
        app.register_blueprint(view.blueprint)
