"""The JSON interface and its OpenAPI description; no rule and no SQL."""

from flask import Flask


def register_api(app: Flask) -> None:
    """Attach the JSON interface to the application."""
    from tracker.api.access import register_access
    from tracker.api.problems import register_problems

    register_problems(app)
    register_access(app)
