"""Engines, the declarative base, UtcDateTime and the write transaction: the only place that commits.

Queries and rules live elsewhere. Reads use `read_session()`, which never commits.
"""

import random
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from flask import current_app
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Connection, DateTime, Dialect, Engine, MetaData, event, func, select
from sqlalchemy.exc import DBAPIError, IntegrityError, InvalidatePoolError
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator

from tracker.db_guards import guard_refusal
from tracker.db_queue import WriteQueue, write_queue_for
from tracker.domain.errors import N_, StaleError

P = ParamSpec("P")
T = TypeVar("T")

RETRIES = 3
_RETRYABLE = {"40P01", "40001"}  # PostgreSQL: deadlock detected, serialisation failure
_READS = ("SELECT", "WITH", "BEGIN", "PRAGMA")  # PRAGMA is how SQLite describes its tables
_WRITES = re.compile(
    r"\b(?:INSERT INTO|UPDATE \w|DELETE FROM)"
)  # which WITH may hold on PostgreSQL
_TRUSTED_SECONDS = 5.0  # so long a connection that worked is not asked again whether it does


class Base(DeclarativeBase):
    """Every mapped class; the naming convention gives each constraint the same name on both engines."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC instant: `timestamptz` on PostgreSQL, sortable naive UTC text on SQLite.

    Raises ValueError for a naive datetime (within a statement, as SQLAlchemy's StatementError).
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"naive datetime {value!r}: instants are aware")
        utc = value.astimezone(UTC)
        return utc if dialect.name == "postgresql" else utc.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


db = SQLAlchemy(metadata=Base.metadata, disable_autonaming=True)

_open: ContextVar[bool] = ContextVar("transaction_open", default=False)


class RetryTransactionError(Exception):
    """Raised inside a transaction whose locks turned out to be the wrong ones: start it again."""


def prepare_engine(engine: Engine) -> None:
    """Give an engine its session settings (SQLite: WAL, FULL, foreign keys, own BEGIN)."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _on_sqlite_connect)
        event.listen(engine, "begin", _on_sqlite_begin)
    else:
        _ask_idle_connections(engine)


def _ask_idle_connections(engine: Engine) -> None:
    """Before a connection that has idled is used, ask whether it still works; one just used does.

    A question before every use would cost as much as a small statement. When one is found broken the
    server was gone, and the whole pool is made anew.
    """

    def remember(_connection: Any, record: Any) -> None:
        if record is not None:
            record.info["last_used"] = time.monotonic()

    def ask(connection: Any, record: Any, _proxy: object) -> None:
        now = time.monotonic()
        if now - record.info.get("last_used", now) < _TRUSTED_SECONDS:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise InvalidatePoolError from error

    event.listen(engine, "checkin", remember)
    event.listen(engine, "checkout", ask)


def _on_sqlite_connect(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # this module issues BEGIN itself
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "recursive_triggers=ON",  # else INSERT OR REPLACE deletes rows past the triggers that forbid it
        "busy_timeout=10000",
        "cache_size=-8000",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _on_sqlite_begin(connection: Any) -> None:
    mode = connection.get_execution_options().get("sqlite_begin", "DEFERRED")
    connection.exec_driver_sql(f"BEGIN {mode}")


@contextmanager
def read_session() -> Iterator[Session]:
    """A session for reads: any other statement is a RuntimeError.

    On SQLite it sees the database as it was at its first statement, on PostgreSQL each statement as it is
    then: so READ COMMITTED has it within a transaction too, and BEGIN and ROLLBACK are saved.
    """
    with Session(_reading_engine(db.engine), autoflush=False) as session:
        yield session


def _reading_engine(engine: Engine) -> Engine:
    """The engine for reads, over the pool of `engine`."""
    known: dict[Engine, Engine] = current_app.extensions.setdefault("reading_engines", {})
    if engine not in known:
        options = {} if engine.dialect.name == "sqlite" else {"isolation_level": "AUTOCOMMIT"}
        known[engine] = engine.execution_options(**options)
        event.listen(known[engine], "before_cursor_execute", _refuse_writing)
    return known[engine]


def _refuse_writing(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
    start = statement.lstrip()
    if not start.startswith(_READS) or (start.startswith("WITH") and _WRITES.search(start)):
        raise RuntimeError("read_session() reads; a service writes")


@contextmanager
def planned_for_its_values(session: Session) -> Iterator[None]:
    """Statements with long lists in a read session: PostgreSQL plans each for what it holds and what there is now.

    It keeps the plan of a statement that comes again and again. One from when a table was empty walks all of
    it when it has grown: half of the time in which 100,000 exams came in.
    """
    if session.get_bind().dialect.name != "postgresql":
        yield
        return
    session.execute(select(func.set_config("plan_cache_mode", "force_custom_plan", False)))
    try:
        yield
    finally:
        session.execute(select(func.set_config("plan_cache_mode", "auto", False)))


def core(session: Session) -> Connection:
    """The session's connection, for statements that every search or booking runs.

    They need no mapper, and without it each costs a third less.
    """
    connection: Connection | None = session.info.get("connection")
    if connection is None or connection.closed:
        connection = session.info["connection"] = session.connection()
    return connection


@contextmanager
def transaction() -> Iterator[Session]:
    """A write transaction of its own; commits at the end of the block or changes nothing.

    Refuses to nest (RuntimeError). A guard's refusal becomes its DomainError.
    """
    if _open.get():
        raise RuntimeError("transaction() does not nest: a service never calls another")
    token = _open.set(True)
    try:
        with _queue_of(db.engine).turn(), Session(db.engine, autoflush=False) as session:
            session.connection(execution_options={"sqlite_begin": "IMMEDIATE"})
            try:
                yield session
                session.commit()
            except IntegrityError as error:
                refusal = guard_refusal(error)
                if refusal is None:
                    raise
                raise refusal from error
    finally:
        _open.reset(token)


def _queue_of(engine: Engine) -> WriteQueue:
    return write_queue_for(engine.url)


def service(
    function: Callable[Concatenate[Session, P], T],
) -> Callable[P, T]:
    """Make a use case of `function(session, …)`: one transaction, tried again on a deadlock.

    The only place that retries: at most three times after the first attempt. Whoever is overtaken every
    time is told so: StaleError.
    """

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        for attempt in range(RETRIES + 1):
            try:
                with transaction() as session:
                    return function(session, *args, **kwargs)
            except (DBAPIError, RetryTransactionError) as error:
                if not _is_retryable(error):
                    raise
                if attempt == RETRIES:
                    raise StaleError(N_("Somebody else changed this meanwhile.")) from error
                time.sleep(random.uniform(0, 0.01 * 2**attempt))  # nosec B311
        raise AssertionError("unreachable")

    return run


def _is_retryable(error: Exception) -> bool:
    if isinstance(error, RetryTransactionError):
        return True
    return getattr(getattr(error, "orig", None), "sqlstate", None) in _RETRYABLE
