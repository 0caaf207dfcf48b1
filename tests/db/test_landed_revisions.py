"""Every revision that landed: a database filled at it is brought to the head, no row is lost and every guard stands."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import flask_migrate
import pytest
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import (
    Column,
    Connection,
    Insert,
    MetaData,
    Select,
    Table,
    func,
    insert,
    select,
    text,
)
from sqlalchemy.exc import DBAPIError

from config import ROOT
from tests.db.rows import guard_named
from tests.support.databases import Bench, Template
from tests.support.landed import backup_of, landed_revisions
from tests.support.soundness import assert_sound
from tests.support.terminal import run_here
from tests.support.worked_day import EVENING
from tracker import clock
from tracker.archive import load_archive
from tracker.cli.migrate import current_revision
from tracker.db import db, read_session, transaction
from tracker.db_guards import GUARD_NAMES, missing_guards
from tracker.queries.agreement import broken_seals

EMPTY = Template("empty", lambda: None)
REVISIONS = landed_revisions()

Rows = dict[str, list[str]]


def scripts() -> ScriptDirectory:
    return ScriptDirectory(str(ROOT / "migrations"))


@pytest.fixture
def app(bench: Bench) -> Flask:
    """The application on a database without a table."""
    bench.reset(EMPTY)
    return bench.app


@pytest.fixture
def filled_at(app_context: None, tmp_path: Path) -> Callable[[str], list[Table]]:
    """`filled_at("0001")` fills the database at a revision; returns the tables as they stand at it."""

    def fill(revision: str) -> list[Table]:
        flask_migrate.upgrade(revision=revision)
        with transaction() as session:
            connection = session.connection()
            load_archive(connection, backup_of(revision, tmp_path), tell=lambda _: None)
            metadata = MetaData()
            metadata.reflect(connection)
        return [table for table in metadata.sorted_tables if table.name != "alembic_version"]

    return fill


def contents(tables: list[Table]) -> Rows:
    """Every row of the tables in the columns that they had when they were read."""
    with db.engine.connect() as connection:
        return {
            table.name: sorted(
                json.dumps(list(row), default=str, ensure_ascii=False)
                for row in connection.execute(select(table))
            )
            for table in tables
        }


def assert_guarded(tables: list[Table]) -> None:
    """Each guard refuses what it is there for, tried on rows that were there before the upgrade."""
    known = {table.name: table for table in tables}
    refused = set()
    for guard in GUARD_NAMES:
        with db.engine.connect() as connection:
            statement = what_it_refuses(guard, known, connection)
            with pytest.raises(DBAPIError) as refusal:
                connection.execute(statement)
        refused.add(guard_named(refusal.value))
    assert refused == set(GUARD_NAMES)


def what_it_refuses(guard: str, known: dict[str, Table], connection: Connection) -> Any:
    if guard.startswith("ro_"):
        return known[guard.removeprefix("ro_")].delete()
    _, table, owner = guard.split("_")
    return twice(known[table], owner, connection)


def twice(table: Table, owner: str, connection: Connection) -> Insert:
    """A row once more; it differs from the one that stands in every owner but this."""
    row = dict(connection.execute(live_rows(table)).mappings().first() or {})
    for other in {"device", "patient" if table.name == "booking" else "operator"} - {owner}:
        column = table.c[f"{other}_id"]
        ids = select(func.max(table.metadata.tables[referred(column)].c.id))
        row[column.name] = connection.scalar(ids)
    row["id"] = (connection.scalar(select(func.max(table.c.id))) or 0) + 1
    return insert(table).values(row)


def live_rows(table: Table) -> Select[Any]:
    if table.name == "block":
        return select(table).where(table.c.operator_id.is_not(None))
    return select(table).where(table.c.status == "booked", ~table.c.is_added)


def referred(column: Column[Any]) -> str:
    """The name of the table that a column refers to."""
    (key,) = column.foreign_keys
    return str(key.column.table.name)


def test_every_landed_revision_but_the_last_has_a_file() -> None:
    numbers = {script.revision for script in scripts().walk_revisions()}
    assert numbers - {scripts().get_current_head()} <= set(REVISIONS) <= numbers


@pytest.mark.parametrize("revision", REVISIONS)
def test_no_row_is_lost_and_every_guard_stands(
    revision: str, filled_at: Callable[[str], list[Table]]
) -> None:
    tables = filled_at(revision)
    before = contents(tables)
    assert [name for name, rows in before.items() if not rows] == []
    flask_migrate.upgrade()
    assert current_revision() == scripts().get_current_head()
    assert contents(tables) == before
    with db.engine.connect() as connection:
        assert missing_guards(connection) == set()
    assert_guarded(tables)
    flask_migrate.check()  # the schema is the one that an empty database gets
    assert_sound()


def test_what_asks_for_an_attending_does_so_after_the_upgrade(
    filled_at: Callable[[str], list[Table]],
) -> None:
    filled_at("0001")
    flask_migrate.upgrade()
    with db.engine.connect() as connection:
        found = connection.execute(text("SELECT code, least_title FROM exam_type ORDER BY code"))
        titles = {code: title for code, title in found if title}
    assert titles == {"contrast": "attending", "intraoperative": "attending"}


@pytest.mark.parametrize("revision", REVISIONS)
def test_a_backup_of_it_is_restored_and_brought_up_to_date(
    revision: str,
    app: Flask,
    bench: Bench,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    backup = backup_of(revision, tmp_path)
    with clock.at(EVENING):
        said = run_here(capsys, monkeypatch, bench.store.url, "restore", backup)
    assert said.status == 0, said.messages
    with app.app_context():
        assert current_revision() == scripts().get_current_head()
        assert_sound()
        with read_session() as session:
            assert broken_seals(session) == []
        db.engine.dispose()
