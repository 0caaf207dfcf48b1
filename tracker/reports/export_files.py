"""The files of exports: where they lie, under which name they are sent. Who asked for them is on record: queries/exports."""

from pathlib import Path

from tracker.domain.errors import N_, NotFoundError
from tracker.queries.exams import ExamFilter
from tracker.queries.exports import ExportRow

FOLDER = "exports"
"""In the folder of reports."""


def export_path(reports: Path, run: ExportRow) -> Path:
    """The workbook of an export. Raises NotFoundError where it is not there (yet, or any more)."""
    path = reports / FOLDER / run.file_name
    if not run.file_name or not path.is_file():
        raise NotFoundError(N_("This file is kept no longer. Export it again."))
    return path


def sent_name(chosen: ExamFilter) -> str:
    """exams-20261101-20261130: the name without its ending under which the exams of a filter are sent."""
    days = (chosen.first, chosen.last)
    return "-".join(["exams", *(f"{day:%Y%m%d}" for day in days if day)])
