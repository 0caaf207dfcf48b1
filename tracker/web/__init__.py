"""Everything that knows HTTP for people: access, forms, views, errors; no rule and no SQL."""

from flask import Flask


def register_web(app: Flask) -> None:
    """Attach pages, filters and error pages to the application."""
