"""`migrate`: make a database ready: the newest schema, the starting data, the coming weeks open.

One process at a time; what a database holds is kept in a file before its schema changes, and a schema
that is not this release's own is refused.
"""

import argparse
import os
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
from tracker.archive import write_archive
from tracker.cli import Answer, CommandFailed, application, progress, settings
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


def make_ready(app: Flask, *, upgrade: bool = True) -> tuple[str | None, str | None]:
    """Migrate, install the starting data and open the horizon, each where it is missing.

    Returns the revisions before and after (None: the database was empty). Raises CommandFailed for a
    schema of a newer release, for somebody else's tables and, unless `upgrade`, for an earlier release's.
    """
    revisions = _migrate(app, upgrade=upgrade)
    with app.app_context():
        if install_catalogue(by=SYSTEM_ACCOUNT_ID, now=clock.now()):
            progress("The catalogue is in: exam types, streams, devices, staff, hours, calendar.")
        opened = open_horizon(by=SYSTEM_ACCOUNT_ID, now=clock.now())
        if opened.blocks:
            progress(f"Open for booking through {opened.through}.")
        db.engine.dispose()  # a worker forked later must not inherit an open connection
    return revisions


def _migrate(app: Flask, *, upgrade: bool) -> tuple[str | None, str | None]:
    with app.app_context(), _alone():
        before, newest = current_revision(), _scripts().get_current_head()
        if before == newest:
            return before, newest
        if before is None:
            _refuse_other_tables()
        else:
            _refuse_other_schema(before, newest, upgrade=upgrade)
            _keep_copy(before)
        progress(f"Preparing the database ({before or 'empty'} → {newest}) …")
        flask_migrate.upgrade()
        return before, newest


def _refuse_other_tables() -> None:
    """An empty database is filled; one with tables and without a revision belongs to something else."""
    if tables := set(db.inspect(db.engine).get_table_names()) - {"alembic_version"}:
        raise CommandFailed(
            f"This database holds tables of other software (such as {min(tables)}), and nothing was"
            " changed: name an empty one in DATABASE_URL."
        )


def _refuse_other_schema(revision: str, newest: str | None, *, upgrade: bool) -> None:
    if revision not in known_revisions():
        raise CommandFailed(
            f"The database is of a newer release (revision {revision}, this release knows {newest} at"
            " most), and nothing was changed: start the newer release, or restore a backup of this one."
        )
    if not upgrade:
        raise CommandFailed(
            f"The database is of an earlier release (revision {revision}, this release needs {newest}):"
            " run `.venv/bin/python run.py migrate`, which keeps a backup first, then start again."
        )


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
    """Before a migration keep what the database holds, in BACKUP_DIR: a file as a file, a server's as an archive.

    Raises CommandFailed when it cannot be written: then nothing is migrated.
    """
    folder = settings().backup_dir
    name = Path(db.engine.url.database or "").stem
    now = clock.now()
    copy = folder / f"{name}-before-leaving-{revision}-{now:%Y%m%dT%H%M%SZ}"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if db.engine.dialect.name == "sqlite":
            copy = copy.with_name(copy.name + ".sqlite")
            _copy_file(str(db.engine.url.database), copy)
        else:
            copy = copy.with_name(copy.name + ".zip")
            write_archive(db.engine, copy, now=now, tell=lambda _: None)
    except (OSError, sqlite3.Error) as error:
        raise CommandFailed(
            f"The database could not be backed up to {copy} and was not changed: {error}"
        ) from error
    progress(f"A backup of the database as it was is in {copy}.")


def _copy_file(source: str, copy: Path) -> None:
    """Copy a SQLite database; the copy has its name only when it is whole."""
    unfinished = copy.with_name(copy.name + ".part")
    try:
        os.close(os.open(unfinished, os.O_CREAT | os.O_TRUNC, 0o600))  # it will hold every patient
        with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(unfinished)) as new:
            old.backup(new)
        unfinished.replace(copy)
    finally:
        unfinished.unlink(missing_ok=True)
