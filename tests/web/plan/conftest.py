"""Fixtures of the plan's tests: the department of the office's at 07:00 on a Monday, and its head's browser."""

import pytest
from flask.testing import FlaskClient

from tests.support.cast import ClientOf
from tests.web.office.conftest import hands, monday, template

__all__ = ["hands", "monday", "template"]


@pytest.fixture
def head(client_of: ClientOf, monday: None) -> FlaskClient:
    """The head's browser, in English."""
    client = client_of("head")
    client.set_cookie("lang", "en")
    return client
