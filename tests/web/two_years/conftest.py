"""Two years, the head's browser after them, and what their rows say."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.support.cast import ClientOf
from tests.support.databases import Template
from tests.support.recount import Recount
from tests.support.two_years import NOW, TWO_YEARS
from tests.web.room.conftest import client_of
from tracker import clock

__all__ = ["client_of"]


@pytest.fixture
def template(engine: str) -> Template:
    return TWO_YEARS[engine]


@pytest.fixture
def told(app: Flask) -> Recount:
    """What the rows say."""
    with app.app_context():
        return Recount()


@pytest.fixture
def head(client_of: ClientOf) -> Iterator[FlaskClient]:
    """The head's browser on a Wednesday in February 2027."""
    with clock.at(NOW):
        yield client_of("head")
