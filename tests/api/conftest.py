"""Fixtures of the JSON interface: the department on Monday at seven, and callers by account."""

import functools
from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from tests.support.api import ApiCaller, caller
from tests.support.databases import Template
from tests.support.department import DEPARTMENT, at
from tracker import clock

CallerOf = Callable[[str | None], ApiCaller]


@pytest.fixture
def template() -> Template:
    return DEPARTMENT


@pytest.fixture(autouse=True)
def monday_at_seven() -> Iterator[None]:
    """Nothing has begun: every block of the day lies ahead."""
    with clock.at(at(7)):
        yield


@pytest.fixture
def caller_of(app: Flask) -> CallerOf:
    """`caller_of("reception")`: somebody with a token of that account; None has no token."""
    return functools.partial(caller, app)


@pytest.fixture
def reception(caller_of: CallerOf) -> ApiCaller:
    return caller_of("reception")


@pytest.fixture
def sonographer(caller_of: CallerOf) -> ApiCaller:
    return caller_of("sonographer")


@pytest.fixture
def head(caller_of: CallerOf) -> ApiCaller:
    return caller_of("head")
