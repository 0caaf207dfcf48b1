"""What an import looks like in answers: the file, what a reading found, its rows that do not go in, how far it is."""

from collections.abc import Mapping
from typing import Any

from flask import Response
from flask_babel import force_locale
from marshmallow import fields

from tracker.api.documents import (
    AnswerSchema,
    Document,
    id_or_none,
    instant,
    instant_or_none,
    moment,
    text,
)
from tracker.api.interface import answer, path_id
from tracker.api.problems import language
from tracker.drivers.import_preview import decisions_of
from tracker.drivers.import_reading import Decisions
from tracker.queries import read_session
from tracker.queries.imports import ImportRow, one_import, who_did
from tracker.sentences import kept_sentence

PATH = path_id("number", "The import's id.")
COUNTS = ("rows_in", "refused", "duplicates", "probable")


class ImportSchema(AnswerSchema):
    """A file of exams. They count while its state is in_force."""

    id = text()
    file_name = text()
    sheet = text()
    state = text(
        "waiting, reading, previewed, asked, staging, in_force, undone, failed or forgotten."
    )
    rows = fields.Integer(metadata={"description": "Exams that are staged or count."})
    staged_at = moment()
    by = text("The account's name.")
    in_force_at = moment(allow_none=True)
    undone_at = moment(allow_none=True)
    reason = text()
    undo_reason = text()
    error = text("Why the file was refused.", allow_none=True)


class RowReasonSchema(AnswerSchema):
    """Why a row does not go in, and of which of its cells that is said."""

    field = text("Null: of the whole row.", allow_none=True)
    text = text()


class ProblemRowSchema(AnswerSchema):
    """A row that does not go in by itself: refused, a duplicate, or probably here."""

    row = fields.Integer(metadata={"description": "The record, the header being 1."})
    kind = text("refused, duplicate or probable.")
    reasons = fields.List(fields.Nested(RowReasonSchema))
    exam = text("The exam here that it may be.", allow_none=True)
    decided = fields.Boolean(
        allow_none=True,
        metadata={
            "description": "Of one probably here: whether it goes in, by itself or with all others; null: undecided, it stays out."
        },
    )


class UnknownWordSchema(AnswerSchema):
    """A word of the file that nobody explained."""

    kind = text()
    word = text()
    rows = fields.Integer()


class LackingExamSchema(AnswerSchema):
    """An exam here that the file does not name, on a day that the file is about."""

    id = text()
    number = text()
    local_date = fields.Date()
    exam_type = text("Its code.")


class FindingsSchema(AnswerSchema):
    """What the last reading found. Data rows are rows_in, refused, duplicates and probable."""

    rows_in = fields.Integer()
    refused = fields.Integer()
    duplicates = fields.Integer()
    probable = fields.Integer()
    lacking = fields.Integer(
        allow_none=True,
        metadata={
            "description": "Exams here that the file lacks in its days; null once it was brought in."
        },
    )
    lacking_exams = fields.List(
        fields.Nested(LackingExamSchema), metadata={"description": "The first of those."}
    )
    goes_in = fields.Integer(
        metadata={"description": "rows_in, and those probably here that were decided in."}
    )
    notes = fields.List(fields.String())
    unknown_words = fields.List(fields.Nested(UnknownWordSchema))
    rows = fields.List(
        fields.Nested(ProblemRowSchema),
        metadata={"description": "The first of those that do not go in."},
    )


class ProgressSchema(AnswerSchema):
    """How far reading or bringing in is."""

    step = text(
        "reading; rows: they are staged; sums: they are made. Null: it has just begun.",
        allow_none=True,
    )
    rows = fields.Integer(metadata={"description": "Read, or staged."})
    through = fields.Date(
        allow_none=True, metadata={"description": "Through which day sums are made."}
    )


class OneImportSchema(ImportSchema):
    """An import with what was found (null before it was read), and who let it count and undid it (account names)."""

    titles = fields.List(
        fields.String(),
        metadata={"description": "Of the file's columns; none where no header was found."},
    )
    progress = fields.Nested(
        ProgressSchema, allow_none=True, metadata={"description": "Null: nobody is at it."}
    )
    put_in_force_by = text(allow_none=True)
    undone_by = text(allow_none=True)
    findings = fields.Nested(FindingsSchema, allow_none=True)


def answer_import(import_id: int) -> Response:
    """OneImportSchema, as it is now."""
    with read_session() as session:
        return answer(import_document(session, import_id))


def import_document(session: Any, import_id: int) -> Document:
    """OneImportSchema in a transaction."""
    row = one_import(session, import_id)
    doers = who_did(session, [import_id]) if row.in_force_at else {}
    told = {name: doers.get((import_id, action)) for name, action in _DOERS.items()}
    with force_locale(language()):
        findings = _findings(row) if row.findings else None
        return {
            **file_document(row),
            **told,
            "titles": _titles(row),
            "progress": _progress(row),
            "findings": findings,
        }


_DOERS = {"put_in_force_by": "put_in_force", "undone_by": "undo"}


def file_document(row: ImportRow) -> Document:
    """ImportSchema."""
    error = row.progress.get("error")
    return {
        "id": str(row.id),
        "file_name": row.file_name,
        "sheet": row.sheet,
        "state": row.state,
        "rows": row.rows,
        "staged_at": instant(row.staged_at),
        "by": row.by,
        "in_force_at": instant_or_none(row.in_force_at),
        "undone_at": instant_or_none(row.undone_at),
        "reason": row.reason,
        "undo_reason": row.undo_reason,
        "error": kept_sentence(error) if error else None,
    }


def _titles(row: ImportRow) -> list[str]:
    refused: Mapping[str, Any] = row.progress.get("error", {})
    return list((refused or row.findings).get("titles", ()))


def _progress(row: ImportRow) -> Document | None:
    if row.state not in ("reading", "staging"):
        return None
    told = row.progress
    return {
        "step": told.get("step"),
        "rows": told.get("done", 0),
        "through": told.get("through"),
    }


def _findings(row: ImportRow) -> Document:
    found = row.findings
    listed = [*found.get("probable_rows", ()), *found.get("rejected_rows", ())]
    return {
        **{name: found.get(name, 0) for name in COUNTS},
        "lacking": found.get("lacking"),
        "lacking_exams": [
            {"id": str(exam_id), "number": number, "local_date": day, "exam_type": exam_type}
            for exam_id, number, day, exam_type in found.get("lacking_rows", ())
        ],
        "goes_in": row.goes_in,
        "notes": [kept_sentence(each) for each in found.get("notes", ())],
        "unknown_words": list(found.get("unknown", ())),
        "rows": [problem_row(each, decisions_of(row.decisions)) for each in listed],
    }


def problem_row(told: Mapping[str, Any], decisions: Decisions) -> Document:
    """ProblemRowSchema of a row as it was kept."""
    return {
        "row": told["row"],
        "kind": told["kind"],
        "reasons": [
            {"field": each.get("field") or None, "text": kept_sentence(each)}
            for each in told["reasons"]
        ],
        "exam": id_or_none(told["exam"]),
        "decided": decisions.takes(told["row"]) if told["kind"] == "probable" else None,
    }
