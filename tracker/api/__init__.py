"""The JSON interface and its OpenAPI description; no rule and no SQL."""

from flask import Flask


def register_api(app: Flask) -> None:
    """Attach the JSON interface to the application."""
