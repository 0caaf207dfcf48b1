"""Jobs are tried on the evening of a worked day."""

import pytest

from tests.support.databases import Template
from tests.support.worked_day import WORKED


@pytest.fixture
def template() -> Template:
    return WORKED
