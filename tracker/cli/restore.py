"""`restore FILE`: a backup into an empty database, of either engine, then the newest schema."""

import argparse
from pathlib import Path

import flask_migrate

from tracker.archive import ArchiveError, load_archive, read_manifest
from tracker.cli import Answer, CommandFailed, application, progress
from tracker.cli.migrate import current_revision, known_revisions, make_ready
from tracker.db import db, read_session, transaction
from tracker.queries.installation import holds_schema, is_untouched


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The file to read."""
    parser.add_argument("file", metavar="FILE", type=Path, help="a file that `backup` wrote")


def run(arguments: argparse.Namespace) -> Answer:
    """Restore a backup. Raises CommandFailed unless the database is empty and the file whole.

    Empty: no table yet, or the starting data alone: no patient and no account but `system`.
    """
    app = application()
    try:
        manifest = read_manifest(arguments.file)
        with app.app_context():
            _bring_to(manifest.revision)
            with transaction() as session:
                load_archive(session.connection(), arguments.file, tell=progress)
            db.engine.dispose()
    except ArchiveError as error:
        raise CommandFailed(str(error)) from error
    make_ready(app)
    rows = sum(count for count, _ in manifest.tables.values())
    return Answer(
        f"Restored {rows} rows as of {manifest.made_at.isoformat(timespec='seconds')}.",
        {"rows": rows, "made_at": manifest.made_at.isoformat(), "revision": manifest.revision},
    )


def _bring_to(revision: str) -> None:
    """Give an empty database the schema of the backup. Raises CommandFailed for any other database."""
    if revision not in known_revisions():
        raise CommandFailed(f"The backup is of a newer release (revision {revision}).")
    with read_session() as session:
        fresh = not holds_schema(session)
        if not fresh and not is_untouched(session):
            raise CommandFailed(
                "This database is in use. A backup is restored into an empty one only."
            )
    if fresh:
        flask_migrate.upgrade(revision=revision)
    elif current_revision() != revision:
        raise CommandFailed(
            f"The backup is of an earlier release (revision {revision}). It needs a database without"
            " any table; the schema is brought up to date after its rows are in."
        )
