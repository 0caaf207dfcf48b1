"""Where tests of services begin, and who acts in them by the account's name in the department of the tests."""

import pytest

from tests.support.databases import Template
from tests.support.department import DEPARTMENT, account_id


@pytest.fixture
def template() -> Template:
    """A department with open time, patients and accounts; a file that needs another says so."""
    return DEPARTMENT


@pytest.fixture
def doctor(app_context: None) -> int:
    """A sonographer's account."""
    return account_id("sonographer")


@pytest.fixture
def desk(app_context: None) -> int:
    """The account of reception."""
    return account_id("reception")


@pytest.fixture
def head(app_context: None) -> int:
    """The account of the department's head."""
    return account_id("head")
