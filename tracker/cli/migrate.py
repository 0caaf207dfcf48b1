"""`migrate`: make a database ready: the newest schema, the starting data, the coming weeks open.

One process at a time; a database that is a file is copied before its schema changes.
"""

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

from tracker import clock
from tracker.cli import Answer, application, progress, settings
from tracker.db import db
from tracker.db_queue import write_queue_for
from tracker.domain.roles import SYSTEM_ACCOUNT_ID
from tracker.services.catalogue_install import install_catalogue
from tracker.services.horizon import open_horizon

_ADVISORY_LOCK = 7_204_311  # any number, the same in every release


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`migrate` takes no arguments."""


def run(arguments: argparse.Namespace) -> Answer:
    """Make the database of the settings ready; a second run changes nothing."""
    before, after = make_ready(application())
    if before == after:
        return Answer("The database is up to date.", {"from": before, "to": after})
    return Answer(f"The database is now at {after}.", {"from": before, "to": after})


def make_ready(app: Flask) -> tuple[str | None, str | None]:
    """Migrate, install the starting data and open the horizon, each where it is missing.

    Returns the revisions before and after (None: the database was empty).
    """
    revisions = _migrate(app)
    with app.app_context():
        if install_catalogue(by=SYSTEM_ACCOUNT_ID, now=clock.now()):
            progress("The catalogue is in: exam types, streams, devices, staff, hours, calendar.")
        opened = open_horizon(by=SYSTEM_ACCOUNT_ID, now=clock.now())
        if opened.blocks:
            progress(f"Open for booking through {opened.through}.")
        db.engine.dispose()  # a worker forked later must not inherit an open connection
    return revisions


def _migrate(app: Flask) -> tuple[str | None, str | None]:
    with app.app_context(), _alone():
        before, newest = current_revision(), _scripts().get_current_head()
        if before != newest:
            if before is not None:
                _keep_copy(before)
            progress(f"Preparing the database ({before or 'empty'} → {newest}) …")
            flask_migrate.upgrade()
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


def current_revision() -> str | None:
    """The revision this database is at; None when it is empty."""
    with db.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def known_revisions() -> set[str]:
    """Every revision this release knows."""
    return {script.revision for script in _scripts().walk_revisions()}


def _scripts() -> ScriptDirectory:
    migrate = current_app.extensions["migrate"].migrate
    return ScriptDirectory.from_config(migrate.get_config())


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
