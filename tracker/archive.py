"""A whole database as one file, the same for both engines: a ZIP of one JSON-lines file per table.

The file names the schema revision it was made at. Who may restore, and when, is the command's matter.
"""

import hashlib
import json
import os
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from itertools import islice
from pathlib import Path
from typing import IO, Any

from sqlalchemy import (
    Connection,
    Date,
    DateTime,
    Engine,
    MetaData,
    Table,
    Time,
    insert,
    select,
    text,
)
from sqlalchemy.exc import SQLAlchemyError

from tracker.writes.numbering import continue_numbering

FORMAT = 1
_BATCH = 2_000
_LEFT_OUT = {"alembic_version"}

Tell = Callable[[str], None]

# what a ZIP file with other or damaged contents makes Python's own readers raise
_UNREADABLE = (
    AttributeError, EOFError, KeyError, NotImplementedError, TypeError, ValueError,
    zipfile.BadZipFile, zlib.error,
)  # fmt: skip


class ArchiveError(ValueError):
    """The file is not a whole archive, or the database is not empty; the text says which."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an archive says of itself: schema revision, when it was made, and each table's rows and SHA-256."""

    revision: str
    made_at: datetime
    tables: dict[str, tuple[int, str]]


def write_archive(engine: Engine, path: Path, *, now: datetime, tell: Tell) -> Manifest:
    """Write the database, as it stands at one instant, to a new file; people may work meanwhile.

    The file appears under its name only when it is whole.
    """
    unfinished = path.with_name(path.name + ".part")
    unfinished.unlink(missing_ok=True)  # of a backup that was killed
    try:
        with _private(unfinished) as file:
            manifest = _write_all(engine, file, now, tell)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    return manifest


def _private(path: Path) -> IO[bytes]:
    """A new file that nobody but its owner may read: it will hold every patient."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def _write_all(engine: Engine, file: IO[bytes], now: datetime, tell: Tell) -> Manifest:
    with (
        _snapshot(engine) as connection,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as archive,
    ):
        revision = str(connection.scalar(text("SELECT version_num FROM alembic_version")))
        tables: dict[str, tuple[int, str]] = {}
        for table in _tables(connection):
            tables[table.name] = _write_table(connection, table, archive)
            tell(f"{table.name}: {tables[table.name][0]} rows")
        manifest = Manifest(revision, now, tables)
        archive.writestr("manifest.json", _as_json(manifest))
    return manifest


def _snapshot(engine: Engine) -> Connection:
    if engine.dialect.name == "postgresql":
        return engine.connect().execution_options(isolation_level="REPEATABLE READ")
    return engine.connect()  # a deferred transaction of SQLite reads one snapshot


def _tables(connection: Connection) -> list[Table]:
    """The tables as they stand in this database, each after those it refers to."""
    metadata = MetaData()
    metadata.reflect(connection)
    return [table for table in metadata.sorted_tables if table.name not in _LEFT_OUT]


def _write_table(connection: Connection, table: Table, archive: zipfile.ZipFile) -> tuple[int, str]:
    digest, rows = hashlib.sha256(), 0
    statement = select(table).order_by(*table.primary_key.columns)
    found = connection.execution_options(yield_per=_BATCH).execute(statement)
    with archive.open(f"{table.name}.jsonl", "w", force_zip64=True) as file:
        for row in found.mappings():
            data = _line(dict(row))
            digest.update(data)
            file.write(data)
            rows += 1
    return rows, digest.hexdigest()


def _line(row: Mapping[str, Any]) -> bytes:
    plain = {name: _plain(value) for name, value in row.items()}
    return json.dumps(plain, ensure_ascii=False).encode("utf-8") + b"\n"


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        aware = value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
        return aware.isoformat()
    return value.isoformat() if isinstance(value, date | time) else value


def _as_json(manifest: Manifest) -> str:
    return json.dumps(
        {
            "format": FORMAT,
            "revision": manifest.revision,
            "made_at": manifest.made_at.isoformat(),
            "tables": manifest.tables,
        },
        indent=1,
    )


def read_manifest(path: Path) -> Manifest:
    """What the archive says of itself. Raises ArchiveError when it is none, or not of this format."""
    try:
        with zipfile.ZipFile(path) as archive:
            return _as_manifest(json.loads(archive.read("manifest.json")))
    except (OSError, *_UNREADABLE) as error:
        raise ArchiveError(f"{path.name} is not a backup: {error}") from error


def _as_manifest(facts: dict[str, Any]) -> Manifest:
    if facts["format"] != FORMAT:
        raise ValueError(f"format {facts['format']}, not {FORMAT}")
    tables = {name: (int(rows), str(digest)) for name, (rows, digest) in facts["tables"].items()}
    return Manifest(str(facts["revision"]), datetime.fromisoformat(facts["made_at"]), tables)


def load_archive(connection: Connection, path: Path, *, tell: Tell) -> None:
    """Put an archive's rows into a database of the same revision, within the caller's transaction.

    What a fresh installation wrote by itself is replaced. Raises ArchiveError when a table does not hold
    what the archive promised; the caller then rolls back.
    """
    manifest = read_manifest(path)
    with zipfile.ZipFile(path) as archive:
        tables = _tables(connection)
        if {table.name for table in tables} != set(manifest.tables):
            raise ArchiveError("the tables of the backup are not those of this database")
        for table in reversed(tables):
            _empty(connection, table)
        for table in tables:
            _load_table(connection, table, archive, manifest.tables[table.name])
            tell(f"{table.name}: {manifest.tables[table.name][0]} rows")


def differing_tables(connection: Connection, path: Path) -> list[str]:
    """The tables whose rows in this database are not those of the archive; empty when all agree.

    Compared are the number of rows and a checksum that knows no order: each engine sorts texts its own way.
    """
    with zipfile.ZipFile(path) as archive:
        return [
            table.name
            for table in _tables(connection)
            if _sum(_stored(connection, table)) != _sum(_archived(archive, table))
        ]


def _sum(rows: Iterator[Mapping[str, Any]]) -> tuple[int, int]:
    """How many rows, and the sum of each row's SHA-256."""
    count, total = 0, 0
    for row in rows:
        digest = hashlib.sha256(_line(dict(sorted(row.items())))).digest()
        count, total = count + 1, total + int.from_bytes(digest)
    return count, total


def _stored(connection: Connection, table: Table) -> Iterator[Mapping[str, Any]]:
    found = connection.execution_options(yield_per=_BATCH).execute(select(table))
    yield from map(dict, found.mappings())


def _archived(archive: zipfile.ZipFile, table: Table) -> Iterator[Mapping[str, Any]]:
    with archive.open(f"{table.name}.jsonl") as file:
        yield from map(json.loads, file)


def _empty(connection: Connection, table: Table) -> None:
    """Delete the rows a fresh installation has; the guards against it step aside for this one statement."""
    if connection.dialect.name == "postgresql":
        connection.execute(text(f'ALTER TABLE "{table.name}" DISABLE TRIGGER USER'))
        connection.execute(table.delete())
        connection.execute(text(f'ALTER TABLE "{table.name}" ENABLE TRIGGER USER'))
        return
    trigger = f"ro_{table.name}_delete"
    kept = connection.scalar(
        text("SELECT sql FROM sqlite_master WHERE type = 'trigger' AND name = :name"),
        {"name": trigger},
    )
    if kept:
        connection.execute(text(f"DROP TRIGGER {trigger}"))
    connection.execute(table.delete())
    if kept:
        connection.exec_driver_sql(str(kept))


def _load_table(
    connection: Connection, table: Table, archive: zipfile.ZipFile, promised: tuple[int, str]
) -> None:
    digest, rows = hashlib.sha256(), 0
    try:
        for batch in _batches(archive, table.name, digest):
            rows += len(batch)
            connection.execute(insert(table), [_typed(table, row) for row in batch])
    except (SQLAlchemyError, *_UNREADABLE) as error:
        raise ArchiveError(f"the backup is damaged: {table.name}") from error
    if (rows, digest.hexdigest()) != promised:
        raise ArchiveError(f"the backup is damaged: {table.name}")
    continue_numbering(connection, table)


def _batches(
    archive: zipfile.ZipFile, name: str, digest: "hashlib._Hash"
) -> Iterator[list[dict[str, Any]]]:
    with archive.open(f"{name}.jsonl") as file:
        lines = iter(file)
        while batch := list(islice(lines, _BATCH)):
            for line in batch:
                digest.update(line)
            yield [json.loads(line) for line in batch]


def _typed(table: Table, row: dict[str, Any]) -> dict[str, Any]:
    return {name: _value(table, name, value) for name, value in row.items()}


def _value(table: Table, name: str, value: Any) -> Any:
    kind = table.c[name].type
    if value is None or not isinstance(value, str):
        return value
    if isinstance(kind, DateTime):
        instant = datetime.fromisoformat(value)
        return instant if kind.timezone else instant.replace(tzinfo=None)
    if isinstance(kind, Date):
        return date.fromisoformat(value)
    return time.fromisoformat(value) if isinstance(kind, Time) else value
