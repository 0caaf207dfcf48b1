"""Tests of the database begin with the few rows that bookings and blocks point to."""

import pytest

from tests.db.rows import CAST
from tests.support.databases import Template


@pytest.fixture
def template() -> Template:
    return CAST
