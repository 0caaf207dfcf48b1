"""The nightly backup and its weekly trial: which files there are, which go, and whether the newest can be restored.

What is in a file, and how it is written and loaded, is tracker/archive.py's.
"""

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import flask_migrate
from flask import Flask, current_app

from tracker import clock, create_app
from tracker.archive import differing_tables, load_archive, read_manifest, write_archive
from tracker.db import db, transaction
from tracker.db_queue import write_queue_for
from tracker.domain.workcalendar import local_date_of
from tracker.jobs.work import Outcome

KEPT = 14
"""So many backups of a database are kept, one a day; the oldest goes when a newer one is whole."""


def back_up(now: datetime) -> Outcome:
    """Write the backup of the hospital's day unless it is there, then remove what is too old.

    An older one goes only after the new one is whole under its name. Other files in the folder stay.
    """
    folder = Path(current_app.config["BACKUP_DIR"])
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"{_database_name()}-{local_date_of(now, clock.hospital_zone())}.zip"
    _remove_unfinished(folder)
    if path.exists():
        return "done", f"{path.name} was there already"
    manifest = write_archive(db.engine, path, now=now, tell=_nobody)
    for old in [other for other in kept_backups(folder) if other != path][: -(KEPT - 1)]:
        old.unlink()
    rows = sum(count for count, _ in manifest.tables.values())
    return "done", f"{path.name}: {rows} rows, {path.stat().st_size / 1e6:.1f} MB"


def kept_backups(folder: Path) -> list[Path]:
    """The nightly backups of this database, the oldest first."""
    mine = re.compile(rf"{re.escape(_database_name())}-\d{{4}}-\d\d-\d\d\.zip")
    return sorted(path for path in folder.glob("*.zip") if mine.fullmatch(path.name))


def check_backup(_: datetime) -> Outcome:
    """Load the newest backup into a scratch database and compare every table's rows and checksum.

    Raises ArchiveError when it cannot be loaded. The scratch database is a SQLite file, on either engine.
    """
    found = kept_backups(Path(current_app.config["BACKUP_DIR"]))
    if not found:
        return "difference", "there is no backup to try"
    newest = found[-1]
    manifest = read_manifest(newest)
    with _scratch_application() as scratch, scratch.app_context():
        flask_migrate.upgrade(revision=manifest.revision)
        with transaction() as session:
            load_archive(session.connection(), newest, tell=_nobody)
        with db.engine.connect() as connection:
            differing = differing_tables(connection, newest)
    if differing:
        return "difference", f"{newest.name}: other rows in {', '.join(differing)} when restored"
    rows = sum(count for count, _ in manifest.tables.values())
    return "done", f"{newest.name} was restored for trial: {rows} rows agree"


@contextmanager
def _scratch_application() -> Iterator[Flask]:
    """An application on an empty SQLite file, in a folder that is gone afterwards: it will hold every patient."""
    folder = Path(current_app.config["INSTANCE_DIR"]) / f"check-of-{_database_name()}"
    shutil.rmtree(folder, ignore_errors=True)  # of a check that was killed
    folder.mkdir(mode=0o700)
    url = f"sqlite:///{folder / 'scratch.sqlite'}"
    app = create_app({**current_app.config, "SQLALCHEMY_DATABASE_URI": url})
    try:
        yield app
    finally:
        with app.app_context():
            db.engine.dispose()
            write_queue_for(db.engine.url).close()
        shutil.rmtree(folder)


def _remove_unfinished(folder: Path) -> None:
    """Remove what a backup left that was killed: it holds patients and is good for nothing."""
    for path in folder.glob(f"{_database_name()}-*.zip.part"):
        path.unlink()


def _database_name() -> str:
    """What tells this database's files from those of another in the same folder."""
    return Path(db.engine.url.database or "").stem


def _nobody(_: str) -> None:
    """Nobody stands beside a job to be told how far it is."""
