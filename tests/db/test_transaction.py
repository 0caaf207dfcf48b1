"""The write transaction: all or nothing, never nested, aware instants only, tried again after a deadlock."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError
from sqlalchemy.orm import Session

from tests.db.rows import EIGHT, new
from tracker.db import (
    RETRIES,
    RetryTransactionError,
    db,
    planned_for_its_values,
    read_session,
    service,
    transaction,
)
from tracker.domain.errors import InvalidError, StaleError
from tracker.models import LoginAttempt, Setting

pytestmark = pytest.mark.usefixtures("app_context")


def attempt(name: str, at: datetime = EIGHT) -> Any:
    return new(LoginAttempt, username=name, address="192.0.2.1", at=at)


def names() -> list[str]:
    with read_session() as session:
        return list(session.scalars(select(LoginAttempt.username).order_by(LoginAttempt.id)))


# --- all or nothing --------------------------------------------------------------------------------


def test_what_is_written_is_there_for_everybody() -> None:
    with transaction() as session:
        session.execute(attempt("written"))
        assert names() == []
    assert names() == ["written"]


@pytest.mark.parametrize("error", [InvalidError("no"), ValueError("no"), KeyboardInterrupt()])
def test_an_error_undoes_everything(error: BaseException) -> None:
    def fail() -> None:
        with transaction() as session:
            session.execute(attempt("half"))
            session.add(LoginAttempt(username="the other half", address="", at=EIGHT))
            session.flush()
            raise error

    with pytest.raises(type(error)):
        fail()
    assert names() == []


def test_an_error_at_the_end_undoes_everything_too() -> None:
    def twice() -> None:
        with transaction() as session:
            session.execute(attempt("first"))
            session.add_all([Setting(key="same", value=1), Setting(key="same", value=2)])

    with pytest.raises(IntegrityError):
        twice()
    assert names() == []


def test_after_a_failure_the_next_one_writes() -> None:
    for failure in (InvalidError("no"), None):
        try:
            with transaction() as session:
                session.execute(attempt("one"))
                if failure:
                    raise failure
        except InvalidError:
            assert names() == []
    assert names() == ["one"]


def test_a_read_cannot_write() -> None:
    with read_session() as session, pytest.raises(RuntimeError, match="a service writes"):
        session.execute(attempt("nobody"))
    assert names() == []


@pytest.mark.engines("postgresql")
def test_a_read_cannot_write_besides() -> None:
    written = attempt("nobody").returning(LoginAttempt.id).cte("written")
    with read_session() as session, pytest.raises(RuntimeError, match="a service writes"):
        session.execute(select(written.c.id))
    assert names() == []


@pytest.mark.engines("postgresql")
def test_a_statement_is_planned_for_its_values_there_and_nowhere_else() -> None:
    plans = text("SELECT coalesce(sum(generic_plans), 0) FROM pg_prepared_statements")
    asked = select(LoginAttempt.id).where(LoginAttempt.username == "nobody")

    def kept_plans_used(session: Session) -> int:
        before = session.scalar(plans)
        for _ in range(20):
            session.execute(asked)
        return int(session.scalar(plans)) - int(before)

    with read_session() as session:
        with planned_for_its_values(session):
            assert kept_plans_used(session) == 0
        with pytest.raises(DBAPIError), planned_for_its_values(session):
            session.execute(text("SELECT nothing"))
        assert kept_plans_used(session) > 0


# --- never nested ----------------------------------------------------------------------------------


def test_a_transaction_inside_another_is_refused_and_undoes_both() -> None:
    def nest() -> None:
        with transaction() as session:
            session.execute(attempt("outer"))
            with transaction():
                pytest.fail("it nested")

    with pytest.raises(RuntimeError, match="does not nest"):
        nest()
    assert names() == []
    with transaction() as session:
        session.execute(attempt("afterwards"))
    assert names() == ["afterwards"]


def test_a_service_inside_a_service_is_refused() -> None:
    @service
    def inner(session: Session) -> None:
        pytest.fail("it nested")

    @service
    def outer(session: Session) -> None:
        inner()

    with pytest.raises(RuntimeError, match="does not nest"):
        outer()


@pytest.mark.engines("postgresql")
def test_another_thread_is_not_inside(app: Flask) -> None:
    with transaction() as session:
        session.execute(attempt("here"))
        with ThreadPoolExecutor(1) as pool:
            pool.submit(write_from_a_thread, app, "there").result()
    assert sorted(names()) == ["here", "there"]


def write_from_a_thread(app: Flask, name: str) -> None:
    with app.app_context(), transaction() as session:
        session.execute(attempt(name))


@pytest.mark.engines("sqlite")
def test_what_is_read_in_a_transaction_is_still_true_when_it_writes(app: Flask) -> None:
    with transaction() as session:
        session.add(Setting(key="counter", value=0))

    def count_up() -> None:
        with app.app_context():
            for _ in range(10):
                with transaction() as session:
                    row = session.scalars(select(Setting).where(Setting.key == "counter")).one()
                    row.value = int(str(row.value)) + 1

    with ThreadPoolExecutor(6) as pool:
        for done in [pool.submit(count_up) for _ in range(6)]:
            done.result()
    with read_session() as session:
        assert session.scalars(select(Setting.value).where(Setting.key == "counter")).one() == 60


# --- instants --------------------------------------------------------------------------------------


def test_a_naive_instant_is_refused_wherever_it_comes_from() -> None:
    naive = datetime(2026, 11, 23, 8, 0)  # noqa: DTZ001 - the mistake under test

    def insert() -> None:
        with transaction() as session:
            session.execute(attempt("before"))
            session.execute(attempt("naive", naive))

    def flush() -> None:
        with transaction() as session:
            session.add(LoginAttempt(username="naive", address="", at=naive))

    def search() -> None:
        with read_session() as session:
            session.scalars(select(LoginAttempt).where(LoginAttempt.at < naive)).all()

    for mistake in (insert, flush, search):
        with pytest.raises(StatementError, match="naive datetime"):
            mistake()
    assert names() == []


@settings(
    max_examples=40,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    st.lists(
        st.datetimes(
            datetime(1900, 1, 2), datetime(2200, 1, 1),  # noqa: DTZ001 - bounds of aware instants
            timezones=st.sampled_from([UTC, ZoneInfo("Asia/Shanghai"), ZoneInfo("America/Havana")]),
        ),
        min_size=1,
        max_size=6,
    )
)  # fmt: skip
def test_an_instant_comes_back_as_it_was_and_in_its_order(instants: list[datetime]) -> None:
    with Session(db.engine) as session:  # rolled back at its end
        for number, instant in enumerate(instants):
            session.execute(attempt(str(number), instant))
        rows = session.execute(
            select(LoginAttempt.username, LoginAttempt.at).order_by(
                LoginAttempt.at, LoginAttempt.id
            )
        ).all()
    # in UTC, because an hour that summer time skips or repeats equals nothing in another zone (PEP 495)
    given = [instant.astimezone(UTC) for instant in instants]
    assert dict(map(tuple, rows)) == {str(n): instant for n, instant in enumerate(given)}
    assert [at for _, at in rows] == sorted(given)
    assert all(at.utcoffset() == timedelta(0) for _, at in rows)


# --- tried again -----------------------------------------------------------------------------------


def test_a_service_answers_what_its_function_answers() -> None:
    @service
    def write(session: Session, name: str, *, often: int) -> str:
        for _ in range(often):
            session.execute(attempt(name))
        return name.upper()

    assert write("seen", often=2) == "SEEN"
    assert names() == ["seen", "seen"]


@pytest.mark.parametrize("failures", range(RETRIES + 2))
def test_a_service_starts_again_at_most_three_times(failures: int) -> None:
    calls: list[int] = []

    @service
    def write(session: Session) -> int:
        session.execute(attempt(f"call {len(calls)}"))
        calls.append(len(calls))
        if len(calls) <= failures:
            raise RetryTransactionError
        return len(calls)

    if failures > RETRIES:
        with pytest.raises(StaleError):
            write()
        assert (len(calls), names()) == (1 + RETRIES, [])
    else:
        assert write() == failures + 1
        assert names() == [f"call {failures}"]


@pytest.mark.parametrize("error", [InvalidError("no"), ValueError("no")])
def test_a_refusal_is_not_tried_again(error: Exception) -> None:
    calls = []

    @service
    def write(session: Session) -> None:
        calls.append(session)
        raise error

    with pytest.raises(type(error)):
        write()
    assert len(calls) == 1


def test_a_broken_statement_is_not_tried_again() -> None:
    calls = []

    @service
    def write(session: Session) -> None:
        calls.append(session)
        session.execute(text("SELECT nothing FROM nowhere"))

    with pytest.raises(DBAPIError):
        write()
    assert len(calls) == 1


@pytest.mark.engines("postgresql")
def test_a_deadlock_is_tried_again_and_both_win(app: Flask) -> None:
    with transaction() as session:
        session.add_all([Setting(key="a", value=0), Setting(key="b", value=0)])
    both_hold_one = threading.Barrier(2, timeout=60)
    calls: list[str] = []

    @service
    def add_to(session: Session, first: str, second: str) -> None:
        calls.append(first)
        raise_value(session, first)
        if calls.count(first) == 1:
            both_hold_one.wait()
        raise_value(session, second)

    def run(first: str, second: str) -> None:
        with app.app_context():
            add_to(first, second)

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(run, "a", "b"), pool.submit(run, "b", "a")]:
            done.result()
    with db.engine.connect() as connection:
        values = connection.execute(select(Setting.value).order_by(Setting.key)).scalars().all()
    assert list(values) == [2, 2]
    assert len(calls) == 3


def raise_value(session: Session, key: str) -> None:
    row = session.scalars(select(Setting).where(Setting.key == key).with_for_update()).one()
    row.value = int(str(row.value)) + 1
    session.flush()
