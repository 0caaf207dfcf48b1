"""Whether a connection still works is asked of one that idled, and of no other; a server that was away is met anew."""

from typing import Any

import pytest
from sqlalchemy import event, func, select

from tracker import db as module
from tracker.db import db, read_session, transaction
from tracker.models import Setting

pytestmark = [pytest.mark.usefixtures("app_context"), pytest.mark.engines("postgresql")]


def write(key: str) -> None:
    with transaction() as session:
        session.add(Setting(key=key, value=1))


def stored() -> int:
    with read_session() as session:
        return session.scalar(select(func.count()).select_from(Setting)) or 0


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    questions: list[Any] = []
    ping = db.engine.dialect.do_ping

    def noted(connection: Any) -> bool:
        questions.append(connection)
        return ping(connection)

    monkeypatch.setattr(db.engine.dialect, "do_ping", noted)
    return questions


def test_a_connection_that_has_just_worked_is_used_as_it_is(asked: list[Any]) -> None:
    for number in range(3):
        write(f"written {number}")
    assert stored() >= 3
    assert asked == []


def test_one_that_idled_while_the_server_went_away_is_replaced(
    asked: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    write("before")
    with db.engine.connect() as connection, db.engine.connect() as other:
        backend = other.connection.dbapi_connection.info.backend_pid  # type: ignore[union-attr]
        connection.execute(select(func.pg_terminate_backend(backend)))
    monkeypatch.setattr(module, "_TRUSTED_SECONDS", 0.0)
    made: list[object] = []
    event.listen(db.engine, "connect", lambda connection, _record: made.append(connection))
    for number in range(2):  # whichever of the two comes out of the pool first
        write(f"after {number}")
    with db.engine.connect(), db.engine.connect():
        pass
    assert asked
    assert made
