"""What every race needs: a department, callers of both kinds, and a sound database when all is over."""

from collections.abc import Callable, Iterator, Sequence

import pytest
from flask import Flask

from tests.races.callers import Call, Crew, in_threads
from tests.support.databases import Template
from tests.support.department import DEPARTMENT, account_id
from tests.support.soundness import assert_sound

Race = Callable[[Sequence[Call]], list[str]]


@pytest.fixture
def template() -> Template:
    return DEPARTMENT


@pytest.fixture
def head(app_context: None) -> int:
    """The account of the department's head."""
    return account_id("head")


@pytest.fixture(scope="session")
def crew() -> Iterator[Crew]:
    """Eight processes, spawned when the first race asks for them."""
    made = Crew()
    yield made
    made.dismiss()


@pytest.fixture(params=["threads", "processes"])
def race(
    request: pytest.FixtureRequest, app: Flask, engine_url: str, crew: Crew, app_context: None
) -> Iterator[Race]:
    """Runs calls at the same moment, in threads or in processes; afterwards the database must be sound."""

    def run(wanted: Sequence[Call]) -> list[str]:
        if request.param == "threads":
            return in_threads(app, wanted)
        return crew.race(engine_url, wanted)

    yield run
    assert_sound()
