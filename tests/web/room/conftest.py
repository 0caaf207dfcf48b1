"""The department and the hands of the desk's tests serve beside the machine as well; its pages are read in English."""

import functools

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.support.cast import Cast, ClientOf, signed_in_client
from tests.web.desk.conftest import counted, hands, template

__all__ = ["counted", "hands", "template"]


@pytest.fixture
def client_of(app: Flask, cast: Cast) -> ClientOf:
    """`client_of("head")`: a browser in which that account is signed in, in English."""
    return functools.partial(_english_client, app, cast)


def _english_client(app: Flask, cast: Cast, name: str) -> FlaskClient:
    client = signed_in_client(app, cast, name)
    client.set_cookie("lang", "en")
    return client
