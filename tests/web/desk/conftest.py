"""Fixtures of the desk's tests: a department on Monday the 23rd, and hands that book and examine in it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from sqlalchemy import event

from tests.support.databases import Template
from tests.support.department import DEPARTMENT
from tests.web.desk.hands import Hands
from tracker.db import db


@pytest.fixture
def template() -> Template:
    return DEPARTMENT


@pytest.fixture
def hands(app: Flask) -> Hands:
    """Does in the services what a test needs done before its page is opened."""
    return Hands(app)


@pytest.fixture
def counted(app: Flask) -> Callable[..., object]:
    """`with counted() as statements:` gathers the statements sent to the database meanwhile."""

    @contextmanager
    def gathering() -> Iterator[list[str]]:
        with app.app_context():
            engine = db.engine
        statements: list[str] = []

        def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
            if not statement.startswith("BEGIN"):
                statements.append(statement)

        event.listen(engine, "before_cursor_execute", note)
        try:
            yield statements
        finally:
            event.remove(engine, "before_cursor_execute", note)

    return gathering
