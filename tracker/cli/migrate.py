"""`migrate`: bring the database to the newest schema, one process at a time, after a backup of a file."""

import argparse
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import flask_migrate
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask, current_app
from sqlalchemy import text

from tracker.cli import Answer, application, progress, settings
from tracker.db import db
from tracker.db_queue import write_queue_for

_ADVISORY_LOCK = 7_204_311  # any number, the same in every release


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`migrate` takes no arguments."""


def run(arguments: argparse.Namespace) -> Answer:
    """Migrate the database of the settings; a second run changes nothing."""
    before, after = migrate_database(application())
    if before == after:
        return Answer("The database is up to date.", {"from": before, "to": after})
    return Answer(f"The database is now at {after}.", {"from": before, "to": after})


def migrate_database(app: Flask) -> tuple[str | None, str | None]:
    """Upgrade to the newest revision and return the revisions before and after (None: empty)."""
    with app.app_context(), _alone():
        before, newest = _revision(), _newest()
        if before != newest:
            if before is not None:
                _keep_copy(before)
            progress(f"Preparing the database ({before or 'empty'} → {newest}) …")
            flask_migrate.upgrade()
        db.engine.dispose()  # a worker forked later must not inherit an open connection
        return before, newest


@contextmanager
def _alone() -> Iterator[None]:
    """Several processes, or hosts, may start together: the first one migrates, the others wait."""
    if db.engine.dialect.name == "sqlite":
        with write_queue_for(db.engine.url).turn():
            yield
        return
    with db.engine.connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _ADVISORY_LOCK})
        yield


def _revision() -> str | None:
    with db.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def _newest() -> str | None:
    migrate = current_app.extensions["migrate"].migrate
    return ScriptDirectory.from_config(migrate.get_config()).get_current_head()


def _keep_copy(revision: str) -> None:
    """Before a migration, copy a database that is a file; a server's is the hospital's to back up."""
    source = db.engine.url.database
    if db.engine.dialect.name != "sqlite" or not source:
        return
    folder = settings().instance_dir / "backups"
    folder.mkdir(mode=0o700, exist_ok=True)
    copy = folder / f"{Path(source).stem}-before-leaving-{revision}.sqlite"
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(copy)) as new:
        old.backup(new)
    progress(f"A copy of the database as it was is in {copy}.")
