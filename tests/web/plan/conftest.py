"""Fixtures of the plan's tests: a department at 07:00 on Monday the 23rd, and its head's browser."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.support.cast import ClientOf
from tests.support.databases import Template
from tests.support.department import DEPARTMENT, at
from tests.web.desk.hands import Hands
from tracker import clock


@pytest.fixture
def template() -> Template:
    return DEPARTMENT


@pytest.fixture(autouse=True)
def monday() -> Iterator[None]:
    """Before the department opens."""
    with clock.at(at(7)):
        yield


@pytest.fixture
def head(client_of: ClientOf, monday: None) -> FlaskClient:
    """The head's browser, in English."""
    client = client_of("head")
    client.set_cookie("lang", "en")
    return client


@pytest.fixture
def hands(app: Flask) -> Hands:
    """Books what a test needs booked before its page is opened."""
    return Hands(app)
