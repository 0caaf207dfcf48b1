"""The JSON interface and its OpenAPI description; no rule and no SQL."""

from flask import Flask


def register_api(app: Flask) -> None:
    """Attach the JSON interface to the application."""
    from tracker.api import endpoints, health, metrics
    from tracker.api.access import register_access
    from tracker.api.interface import blueprint, describe
    from tracker.api.problems import register_problems

    _ = endpoints.NOUNS  # importing them has put their endpoints on the blueprint
    register_problems(app)
    register_access(app)
    metrics.register_metrics(app)
    describe(app, blueprint, health.blueprint, metrics.blueprint)
