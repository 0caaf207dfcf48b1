"""POST /imports: a file of exams is sent and kept; the jobs process reads it. What becomes of it then is imports.py."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from flask import Response, current_app
from flask_smorest.fields import Upload
from marshmallow import ValidationError
from werkzeug.datastructures import FileStorage

from tracker import clock
from tracker.api.access import caller
from tracker.api.fields import REQUIRED, Text, refused
from tracker.api.idempotency import claimed, idempotent
from tracker.api.import_documents import OneImportSchema, import_document
from tracker.api.interface import blueprint, rendered
from tracker.api.reading import RequestSchema
from tracker.domain.errors import N_, Reason
from tracker.drivers.import_files import keep_upload
from tracker.services.importing import NewImport, register_import

NOT_A_FILE = Reason("invalid", N_("Send a file with its name."))


class SentFile(Upload):
    """A part of a form that is a file."""

    def make_error(self, _key: str, **_kwargs: object) -> ValidationError:
        """Instead of marshmallow's sentences."""
        return refused(REQUIRED)

    def _deserialize(self, value: Any, *_args: Any, **_kwargs: Any) -> FileStorage:
        if not isinstance(value, FileStorage):
            raise refused(NOT_A_FILE)
        if not value.filename:
            raise refused(REQUIRED)
        return value


class ExamFileParts(RequestSchema):
    """A CSV or XLSX file of performed exams, at most 64 MB."""

    file = SentFile(required=True)
    sheet = Text(
        "Which sheet is meant, where the workbook has several; else the one with the header is read.",
        longest=80,
        least=0,
        load_default="",
    )


@blueprint.route("/imports", methods=["POST"], tags=["imports"])
@idempotent
@blueprint.arguments(ExamFileParts, location="files")
@blueprint.response(201, OneImportSchema)
def send_import(parts: dict[str, Any]) -> Response:
    """Send a file of exams; it is read in a while, and nothing of it counts before it is brought in"""
    file: FileStorage = parts["file"]
    by, now = caller().account_id, clock.now()
    answers: list[object] = []

    def register(sha256: str) -> int | None:
        new = NewImport(Path(file.filename or "").name, sha256, parts["sheet"])
        kept: list[int] = []

        def render(session: Any, import_id: int) -> object:
            kept.append(import_id)
            return import_document(session, import_id)

        claim = claimed(asdict(new), render)
        answers.append(register_import(new, by=by, now=now, claim=claim))
        return kept[-1] if kept else None  # none: the answer is that to an earlier request

    keep_upload(Path(current_app.config["INSTANCE_DIR"]), file.stream, register)
    return rendered(answers[0])
