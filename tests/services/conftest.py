"""Who acts in tests of services, by the account's name in the department of the tests."""

import pytest

from tests.support.department import account_id


@pytest.fixture
def doctor(app_context: None) -> int:
    """A sonographer's account."""
    return account_id("sonographer")
