"""A reading of an uploaded file for its page: counts, words to explain, rejected rows, rows that are probably here."""

import time
from collections.abc import Callable, Sequence
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any

from tracker.domain.errors import N_, ConflictError
from tracker.domain.fileexams import RefusedRow
from tracker.drivers.import_files import (
    open_private,
    refused_path,
    taken_path,
    told_row,
    upload_path,
    write_refused,
    write_taken,
)
from tracker.drivers.import_reading import Decisions, ExamFile, JudgedRow, Tally, open_exam_file
from tracker.drivers.importing import told
from tracker.services.import_requests import keep_preview, keep_progress

SHOWN = 200
"""Rejected rows that the page lists; all of them are in the sheet."""
DECIDED = 300
"""Rows that are probably here already and are decided one by one; the rest by all."""
TOLD_SECONDS = 2.0


def decisions_of(stored: dict[str, Any]) -> Decisions:
    """Decisions as they are kept."""
    rows = {int(row): bool(goes_in) for row, goes_in in stored.get("rows", {}).items()}
    return Decisions(rows, stored.get("all"))


def preview(
    import_id: int,
    instance: Path,
    *,
    sheet: str,
    zone: tzinfo,
    now: datetime,
    is_ending: Callable[[], bool] = lambda: False,
) -> None:
    """Read the whole file and keep what it would do. Raises DomainError where the file is refused."""
    tally, listed = Tally(), _Listed()
    path = upload_path(instance, import_id)
    with (
        open_private(refused_path(instance, import_id)) as rejected,
        open_private(taken_path(instance, import_id)) as taken,
        open_exam_file(path, zone=zone, now=now, sheet=sheet) as file,
    ):
        last_told = time.monotonic()
        for batch in file.judged(Decisions()):
            if is_ending():
                raise ConflictError(
                    N_("The process ended before the file was brought in. Ask again.")
                )
            tally.add(batch)
            listed.add(batch)
            write_refused(rejected, batch)
            write_taken(taken, batch)
            if time.monotonic() - last_told > TOLD_SECONDS:
                keep_progress(import_id, tally.rows_in + tally.rejected)
                last_told = time.monotonic()
        findings = _findings(tally, listed, file)
    keep_preview(import_id, findings)


def _findings(tally: Tally, listed: "_Listed", file: ExamFile) -> dict[str, Any]:
    lacking, first = file.lacking()
    return told(tally, file) | {
        "rejected_rows": listed.refused,
        "probable_rows": listed.probable,
        "lacking": lacking,
        "lacking_rows": [
            [each.id, each.number, each.local_date.isoformat(), each.exam_type] for each in first
        ],
        "titles": [title for title in file.header.titles if title],
    }


class _Listed:
    """The first rejected rows, those that wait for a decision apart."""

    def __init__(self) -> None:
        self.refused: list[dict[str, Any]] = []
        self.probable: list[dict[str, Any]] = []

    def add(self, batch: Sequence[JudgedRow]) -> None:
        for each in batch:
            if not isinstance(each.verdict, RefusedRow):
                continue
            into, most = (
                (self.probable, DECIDED)
                if each.verdict.kind == "probable"
                else (self.refused, SHOWN)
            )
            if len(into) < most:
                cells = [str(cell)[:40] for cell in each.cells[:6] if cell not in (None, "")]
                into.append({**told_row(each.verdict), "cells": cells})
