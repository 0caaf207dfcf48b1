"""`backup FILE`: the whole database, as it stands now, in one file; people may work meanwhile."""

import argparse
from pathlib import Path

from tracker import clock
from tracker.archive import write_archive
from tracker.cli import Answer, CommandFailed, application, progress
from tracker.db import db, read_session
from tracker.queries.installation import holds_schema


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The file to write; it must not exist."""
    parser.add_argument("file", metavar="FILE", type=Path, help="the file to write")


def run(arguments: argparse.Namespace) -> Answer:
    """Write the backup. Raises CommandFailed when the file exists or cannot be written, or nothing is there."""
    path: Path = arguments.file
    if path.exists():
        raise CommandFailed(f"{path} exists; a backup never overwrites a file.")
    with application().app_context():
        with read_session() as session:
            if not holds_schema(session):
                raise CommandFailed("There is nothing in this database yet.")
        try:
            manifest = write_archive(db.engine, path, now=clock.now(), tell=progress)
        except OSError as error:
            raise CommandFailed(f"{path} cannot be written: {error.strerror}") from error
    rows = sum(count for count, _ in manifest.tables.values())
    size = path.stat().st_size
    return Answer(
        f"{path}: {rows} rows of {len(manifest.tables)} tables, {size / 1e6:.1f} MB",
        {"file": str(path), "rows": rows, "bytes": size, "revision": manifest.revision},
    )
