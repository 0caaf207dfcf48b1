"""The fixtures themselves: each test begins with a migrated, empty database on either engine."""

import pytest
from flask import Flask
from sqlalchemy import select

from tracker import clock
from tracker.db import db, read_session, transaction
from tracker.db_guards import missing_guards
from tracker.models.account import LoginAttempt


@pytest.mark.parametrize("turn", [1, 2])
def test_what_one_test_writes_the_next_does_not_see(app: Flask, turn: int) -> None:
    with app.app_context():
        with read_session() as session:
            assert session.scalars(select(LoginAttempt)).all() == []
        with transaction() as session:
            session.add(LoginAttempt(username="stranger", address="192.0.2.1", at=clock.now()))
        with read_session() as session:
            assert len(session.scalars(select(LoginAttempt)).all()) == 1


def test_a_copied_database_keeps_its_guards(app: Flask) -> None:
    with app.app_context(), db.engine.connect() as connection:
        assert missing_guards(connection) == set()
