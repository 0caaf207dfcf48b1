"""GET /imports/{id}/rows: every row of a file that was read, by what becomes of it, page by page."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from flask import Response, current_app
from flask_babel import force_locale
from marshmallow import fields

from tracker.api.bookings import number_of
from tracker.api.documents import AnswerSchema, Document, instant, moment, text
from tracker.api.fields import OneOf
from tracker.api.import_documents import PATH, ProblemRowSchema, problem_row
from tracker.api.interface import answer, blueprint
from tracker.api.pages import PageQuery, page, read_cursor
from tracker.api.problems import language
from tracker.domain.errors import N_, ConflictError
from tracker.drivers.import_files import TAKEN, kept_rows, refused_path, taken_path
from tracker.drivers.import_preview import decisions_of
from tracker.drivers.import_reading import Decisions
from tracker.queries import read_session
from tracker.queries.imports import one_import

KINDS = (TAKEN, "refused", "duplicate", "probable")
READ = ("previewed", "asked", "staging", "in_force", "undone")
"""States in which all rows were read, and are kept."""
LONGEST_FILE = 1 << 40


class ImportRowQuery(PageQuery):
    """Which rows."""

    kind = OneOf(
        KINDS,
        "in: they go in by themselves, and are told until they are brought in; probable: they are here "
        "already, probably, whatever was decided.",
        required=True,
    )


class UnderstoodSchema(AnswerSchema):
    """How a row is understood."""

    number = text("The exam number; empty: one is issued.")
    exam_type = text()
    stream = text()
    device = text()
    operator = text("Null: nobody who is known here.", allow_none=True)
    parts = fields.Integer()
    start = moment()
    end = moment()


class FileRowSchema(ProblemRowSchema):
    """A row of the file: one that goes in as it is understood, one that does not with its reasons and its cells."""

    kind = text("in, refused, duplicate or probable.")
    cells = fields.List(
        fields.String(),
        metadata={"description": "As the file has them; of one that does not go in."},
    )
    understood = fields.Nested(UnderstoodSchema, allow_none=True)


class FileRowPageSchema(AnswerSchema):
    """Rows in the order of the file."""

    items = fields.List(fields.Nested(FileRowSchema))
    next_cursor = text(allow_none=True)


@blueprint.route("/imports/<number>/rows", parameters=PATH, tags=["imports"])
@blueprint.arguments(ImportRowQuery, location="query")
@blueprint.response(200, FileRowPageSchema)
def list_import_rows(query: dict[str, Any], number: str) -> Response:
    """Rows of a file that was read, by what becomes of them"""
    import_id, kind, limit = number_of(number), query["kind"], query["limit"]
    with read_session() as session:
        row = one_import(session, import_id)
    if row.state not in READ:
        raise ConflictError(N_("This file was not read to its end."))
    path = taken_path if kind == TAKEN else refused_path
    place = read_cursor(query["cursor"], _place)
    found = kept_rows(
        path(Path(current_app.config["INSTANCE_DIR"]), import_id),
        kind,
        place=place[0] if place else 0,
        limit=limit + 1,
    )
    decisions = decisions_of(row.decisions)
    with force_locale(language()):
        return answer(
            page(
                found,
                limit,
                document=lambda each: _document(each[1], decisions),
                place=lambda each: (each[0],),
            )
        )


def _place(part: object) -> int:
    """A cursor's part that is a place in a file. Raises ValueError."""
    if not isinstance(part, int) or not 0 < part < LONGEST_FILE:
        raise ValueError("not a place")
    return part


def _document(told: Mapping[str, Any], decisions: Decisions) -> Document:
    if told["kind"] == TAKEN:
        without: Document = {"reasons": [], "exam": None, "decided": None, "cells": []}
        return {"row": told["row"], "kind": TAKEN, **without, "understood": _understood(told)}
    return {**problem_row(told, decisions), "cells": told["cells"], "understood": None}


def _understood(told: Mapping[str, Any]) -> Document:
    return {
        **{name: told[name] for name in ("exam_type", "stream", "device", "parts")},
        "number": told["own_number"],
        "operator": told["operator"] or None,
        "start": instant(datetime.fromisoformat(told["started_at"])),
        "end": instant(datetime.fromisoformat(told["ended_at"])),
    }
