"""The JSON interface and its OpenAPI description; no rule and no SQL."""

from flask import Flask


def register_api(app: Flask) -> None:
    """Attach the JSON interface to the application."""
    from tracker.api import (
        board,
        booking_steps,
        bookings,
        capabilities,
        catalogue,
        closures,
        device_use,
        durations,
        exams,
        exports,
        health,
        imports,
        indicators,
        metrics,
        missing_exams,
        months,
        next_openings,
        objections,
        openings,
        patients,
        points,
        quality,
        shares,
        staff_figures,
        unmet_demand,
        volume,
        volume_year,
    )
    from tracker.api.access import register_access
    from tracker.api.interface import blueprint, describe
    from tracker.api.problems import register_problems

    # Each noun has put its endpoints on the blueprint; a new one is named here and in access.ACCESS.
    _ = (
        board,
        booking_steps,
        bookings,
        capabilities,
        catalogue,
        closures,
        device_use,
        durations,
        exams,
        exports,
        imports,
        indicators,
        missing_exams,
        months,
        next_openings,
        objections,
        openings,
        patients,
        points,
        quality,
        shares,
        staff_figures,
        unmet_demand,
        volume,
        volume_year,
    )
    register_problems(app)
    register_access(app)
    metrics.register_metrics(app)
    describe(app, blueprint, health.blueprint, metrics.blueprint)
