"""Migrations: one head, up from an empty database, in step with the models, guards in place."""

import flask_migrate
import pytest
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import text

from config import ROOT
from tests.support.databases import Bench, Template
from tracker.db import db
from tracker.db_guards import missing_guards

EMPTY = Template("empty", lambda: None)


def script() -> ScriptDirectory:
    return ScriptDirectory(str(ROOT / "migrations"))


def test_revisions_are_numbered_and_have_one_head() -> None:
    directory = script()
    assert len(directory.get_heads()) == 1
    numbers = sorted(revision.revision for revision in directory.walk_revisions())
    assert numbers == [f"{number:04}" for number in range(1, len(numbers) + 1)]
    files = sorted(path.name[:5] for path in (ROOT / "migrations" / "versions").glob("*.py"))
    assert files == [f"{number}_" for number in numbers]


def test_an_empty_database_is_brought_to_the_head(bench: Bench) -> None:
    bench.reset(EMPTY)
    with bench.app.app_context():
        flask_migrate.upgrade()
        with db.engine.connect() as connection:
            at = connection.scalar(text("SELECT version_num FROM alembic_version"))
            missing = missing_guards(connection)
    assert (at, missing) == (script().get_current_head(), set())


def test_the_models_are_what_the_migrations_make(app: Flask) -> None:
    with app.app_context():
        flask_migrate.check()


def test_a_second_upgrade_changes_nothing(app: Flask) -> None:
    with app.app_context():
        before = tables_and_guards()
        flask_migrate.upgrade()
        assert tables_and_guards() == before


@pytest.mark.engines("sqlite")
def test_foreign_keys_are_on_again_after_a_migration(app: Flask) -> None:
    with app.app_context():
        flask_migrate.upgrade()
        with db.engine.connect() as connection:
            assert connection.scalar(text("PRAGMA foreign_keys")) == 1


def tables_and_guards() -> tuple[set[str], set[str]]:
    with db.engine.connect() as connection:
        return set(db.inspect(connection).get_table_names()), missing_guards(connection)
