"""Pages of figures over weeks whose rows are known, read in English."""

import pytest

from tests.support.databases import Template
from tests.support.known_weeks import KNOWN_WEEKS
from tests.web.room.conftest import client_of

__all__ = ["client_of"]


@pytest.fixture
def template() -> Template:
    return KNOWN_WEEKS
