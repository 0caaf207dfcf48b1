"""The files of imports on the disk: what was uploaded and which of its rows go in, until it is brought in, and which of
its rows were refused.

They lie in INSTANCE_DIR, where the web and the jobs process both reach them, and hold names: mode 0600.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from secrets import token_hex
from typing import IO, Any

from tracker.domain.errors import N_, InvalidError, NotFoundError
from tracker.domain.fileexams import FileExam, RefusedRow
from tracker.drivers.import_reading import JudgedRow

FOLDER = "imports"
MOST_SENT = 65 * 1024 * 1024
"""Bytes of a request that carries a file: 100,000 exams are some 15 to 20 MB."""


def upload_path(instance: Path, import_id: int) -> Path:
    """Where the file lies as it was sent."""
    return instance / FOLDER / f"{import_id}.file"


def refused_path(instance: Path, import_id: int) -> Path:
    """Where its rejected rows lie, a line of JSON each."""
    return instance / FOLDER / f"{import_id}.refused"


def taken_path(instance: Path, import_id: int) -> Path:
    """Where the rows that go in lie as they were understood, a line of JSON each."""
    return instance / FOLDER / f"{import_id}.taken"


def unnamed_path(instance: Path, name: str) -> Path:
    """Where an upload lies until its import has a number."""
    folder = instance / FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder / f"{name}.part"


def keep_upload(instance: Path, sent: IO[bytes], register: Callable[[str], int | None]) -> None:
    """Keep a file that was sent under the id that `register` gives for its SHA-256, or not at all where it gives none.

    Raises InvalidError on `file` where it is empty, and what `register` raises.
    """
    unnamed = unnamed_path(instance, token_hex(8))
    try:
        with unnamed.open("xb") as kept:
            os.fchmod(kept.fileno(), 0o600)
            shutil.copyfileobj(sent, kept)
        if not unnamed.stat().st_size:
            raise InvalidError(N_("The file is empty."), field="file")
        with unnamed.open("rb") as content:
            digest = hashlib.file_digest(content, "sha256").hexdigest()
        import_id = register(digest)
        if import_id is not None:
            unnamed.replace(upload_path(instance, import_id))
    finally:
        sent.close()  # a large one lies in a file of its own meanwhile
        unnamed.unlink(missing_ok=True)


def open_private(path: Path) -> IO[str]:
    """A text file that its owner alone may read, made anew."""
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    return os.fdopen(descriptor, "w", encoding="utf-8")


def write_refused(file: IO[str], batch: Sequence[JudgedRow]) -> None:
    """Keep the rejected rows of a batch with their reasons and cells."""
    for each in batch:
        verdict = each.verdict
        if isinstance(verdict, RefusedRow):
            cells = ["" if cell is None else str(cell)[:1000] for cell in each.cells]
            told = told_row(verdict)
            file.write(json.dumps({**told, "cells": cells}, ensure_ascii=False) + "\n")


def told_row(row: RefusedRow) -> dict[str, Any]:
    """A rejected row as JSON keeps it."""
    return {
        "row": row.row,
        "kind": row.kind,
        "exam": row.same_as,
        "reasons": [
            {"text": each.text, "params": dict(each.params), "field": each.field}
            for each in row.reasons
        ],
    }


def write_taken(file: IO[str], batch: Sequence[JudgedRow]) -> None:
    """Keep how the rows of a batch that go in were understood, without their patients."""
    for each in batch:
        exam = each.verdict
        if isinstance(exam, FileExam):
            told = {"row": exam.row, "kind": TAKEN} | {name: getattr(exam, name) for name in _TOLD}
            instants = {name: getattr(exam, name).isoformat() for name in _INSTANTS}
            file.write(json.dumps(told | instants, ensure_ascii=False) + "\n")


TAKEN = "in"
_TOLD = ("own_number", "exam_type", "stream", "device", "operator", "parts")
_INSTANTS = ("started_at", "ended_at")


def kept_rows(path: Path, kind: str, *, place: int, limit: int) -> list[tuple[int, dict[str, Any]]]:
    """The rows of a kind behind a place of such a file (0: its beginning), each with the place behind it.

    Raises InvalidError on `cursor` for a place at which no row begins, NotFoundError where no rows are kept.
    """
    if not path.exists():
        raise NotFoundError(N_("The rows of this import are not kept."))
    found: list[tuple[int, dict[str, Any]]] = []
    with path.open("rb") as file:
        if place:
            file.seek(place - 1)
            if file.read(1) != b"\n":
                raise InvalidError(N_("This is no cursor of this list."), field="cursor")
        while len(found) < limit and (line := file.readline()):
            told = json.loads(line)
            if told["kind"] == kind:
                found.append((file.tell(), told))
    return found


def read_refused(path: Path) -> Iterator[dict[str, Any]]:
    """The rejected rows in order; none when there is no file."""
    if not path.exists():
        return
    with path.open(encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


def forget_files(instance: Path, import_id: int, *, refused_too: bool) -> None:
    """Delete an upload and what was understood of it, and with `refused_too` what was kept of its rejected rows."""
    upload_path(instance, import_id).unlink(missing_ok=True)
    taken_path(instance, import_id).unlink(missing_ok=True)
    if refused_too:
        refused_path(instance, import_id).unlink(missing_ok=True)
