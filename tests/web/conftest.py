"""Fixtures of the pages: pages for trying the machinery with, each open to a known audience."""

from collections.abc import Iterator

import pytest
from flask import Flask, render_template_string, request
from flask.testing import FlaskClient
from markupsafe import escape

from tests.support.cast import ClientOf, make_cast, signed_in_client
from tests.support.databases import make_app
from tracker.db import db
from tracker.domain.errors import NotFoundError
from tracker.web.access import ACCESS, PUBLIC
from tracker.web.fragments import is_htmx

PAGE = """{% extends "base.html" %}{% block title %}{{ heading }}{% endblock %}
{% block content %}<p>{{ text }}</p>{% endblock %}"""

PROBES = {
    "probe_open": PUBLIC,
    "probe_desk": frozenset({"reception", "head"}),
    "probe_typed": frozenset({"reception"}),
    "probe_refusing": PUBLIC,
    "probe_broken": PUBLIC,
}


@pytest.fixture
def probes(engine_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """An application of its own with the probe pages; its faults become pages as in production."""
    for endpoint, audience in PROBES.items():
        monkeypatch.setitem(ACCESS, endpoint, audience)
    app = make_app(engine_url, PROPAGATE_EXCEPTIONS=False)
    app.add_url_rule("/probe/open", "probe_open", lambda: page("Open"))
    app.add_url_rule("/probe/unlisted", "probe_unlisted", lambda: page("Unlisted"))
    app.add_url_rule("/probe/desk", "probe_desk", lambda: page("Desk"))
    app.add_url_rule("/probe/typed", "probe_typed", typed, methods=["GET", "POST"])
    app.add_url_rule("/probe/refusing", "probe_refusing", refuse, methods=["GET", "POST"])
    app.add_url_rule("/probe/broken", "probe_broken", break_down)
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def prober(probes: Flask) -> FlaskClient:
    """A browser on the probe pages; nobody is signed in."""
    return probes.test_client()


@pytest.fixture
def prober_of(probes: Flask) -> ClientOf:
    """Like `client_of`, on the probe pages."""
    cast = make_cast(probes)
    return lambda name: signed_in_client(probes, cast, name)


def page(heading: str, text: str = "", *, template: str = PAGE) -> str:
    return render_template_string(template, heading=heading, text=text)


def typed() -> str:
    """Shows what was typed, all values of each field; for htmx as a fragment."""
    fields = [(name, values) for name, values in request.form.lists() if name != "csrf_token"]
    if is_htmx():
        return f"<p>{escape(repr(fields))}</p>"
    return page("Typed", repr(fields))


def refuse() -> str:
    raise NotFoundError("There is no such account.")


def break_down() -> str:
    raise ValueError("the patient 张三 is in this message")
