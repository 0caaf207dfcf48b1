"""GET /imports and its steps: files of exams, what a reading found, bringing in and undoing."""

from typing import Any

from flask import Response
from flask_babel import force_locale
from marshmallow import fields

from tracker import clock
from tracker.api.access import caller
from tracker.api.bookings import number_of
from tracker.api.documents import AnswerSchema, text
from tracker.api.fields import LONGEST_REASON, Text
from tracker.api.import_documents import (
    PATH,
    ImportSchema,
    OneImportSchema,
    answer_import,
    file_document,
)
from tracker.api.interface import answer, blueprint
from tracker.api.pages import PageQuery, page, read_cursor, row_id
from tracker.api.problems import language
from tracker.api.reading import RequestSchema
from tracker.queries import read_session
from tracker.queries.imports import imports
from tracker.services.import_requests import ask_bringing
from tracker.services.importing import undo_import


class BringBody(RequestSchema):
    """Why, where a closed month gets others."""

    reason = Text(longest=LONGEST_REASON, least=0, load_default="")


class UndoImportBody(RequestSchema):
    """Why none of its exams shall count any more."""

    reason = Text(longest=LONGEST_REASON, required=True)


class ImportPageSchema(AnswerSchema):
    """Imports, newest first, without those that were given up."""

    items = fields.List(fields.Nested(ImportSchema))
    next_cursor = text(allow_none=True)


@blueprint.route("/imports", endpoint="list_imports", tags=["imports"])
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, ImportPageSchema)
def list_files(query: dict[str, Any]) -> Response:
    """Files of exams that were brought, and whether they count"""
    place, limit = read_cursor(query["cursor"], row_id), query["limit"]
    with read_session() as session:
        found = imports(session, limit=limit + 1, before_id=place[0] if place else None)
    with force_locale(language()):
        return answer(page(found, limit, document=file_document, place=lambda row: (row.id,)))


@blueprint.route("/imports/<number>", parameters=PATH, tags=["imports"])
@blueprint.response(200, OneImportSchema)
def show_import(number: str) -> Response:
    """One file: how far it is, and what it would do or did"""
    return answer_import(number_of(number))


@blueprint.route("/imports/<number>/bring", methods=["POST"], parameters=PATH, tags=["imports"])
@blueprint.arguments(BringBody, required=False)
@blueprint.response(200, OneImportSchema)
def bring_import(body: dict[str, Any], number: str) -> Response:
    """Let the jobs process bring in a file that was read"""
    import_id, by = number_of(number), caller().account_id
    ask_bringing(import_id, reason=body["reason"], by=by, now=clock.now())
    return answer_import(import_id)


@blueprint.route(
    "/imports/<number>/undo",
    endpoint="undo_import",
    methods=["POST"],
    parameters=PATH,
    tags=["imports"],
)
@blueprint.arguments(UndoImportBody)
@blueprint.response(200, OneImportSchema)
def undo(body: dict[str, Any], number: str) -> Response:
    """Let none of an import's exams count any more"""
    import_id, by = number_of(number), caller().account_id
    undo_import(import_id, reason=body["reason"], by=by, now=clock.now())
    return answer_import(import_id)
