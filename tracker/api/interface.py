"""The interface as flask-smorest knows it: one blueprint, its OpenAPI document, problems instead of its errors.

Endpoints live one noun a module beside this one; what answers look like is in documents.py.
"""

import json
from http import HTTPStatus
from typing import Any

from flask import Flask, Response, current_app
from flask_smorest import Api, Blueprint
from flask_smorest.utils import prepare_response
from werkzeug.routing import BaseConverter

from tracker.api.access import ACCESS, PUBLIC
from tracker.api.fields import CODE
from tracker.api.problems import MIMETYPE as PROBLEM
from tracker.api.problems import ProblemSchema
from tracker.api.reading import Reader
from tracker.writes.idempotency import Answer

VERSION = "1.0.0"
DESCRIPTION = """\
Booking, examining and counting in a department of ultrasound.

Codes name devices, streams, exam types and staff members; ids are strings. Instants are RFC 3339 with their
offset, `from` and `to` are days of the hospital, both inclusive. Lists are pages: send `next_cursor` as
`cursor` for the next one. A refusal is a problem document; its `code` is stable, its texts are in English or,
for `Accept-Language: zh`, in Chinese.

| code | status | what it says |
|---|---|---|
| `validation` | 400, 422 | a value is missing, malformed or out of range; `errors` has every field |
| `unauthenticated`, `forbidden` | 401, 403 | no token, or one whose roles do not include this |
| `not_found` | 404 | there is no such thing; `errors` names the field that asked for it |
| `not_bookable` | 422 | the rule says no to this time; `reasons` has every reason |
| `slot_taken` | 409 | the time was free and is taken; `openings` has what is free instead |
| `patient_busy` | 409 | the patient has another booking at this time; as a reason, and when a booking changes hands |
| `patient_merged` | 409 | the record was merged into another: use the one its `merged_into` names |
| `other_day` | 409 | a patient is checked in on the day of the booking alone |
| `not_begun` | 409 | whoever does not come is noted from the start of the booking on |
| `illegal_transition` | 409 | the booking's status does not allow this step |
| `stale` | 409 | the row was changed since the `version` that was sent |
| `device_in_use` | 409 | another exam is in progress on the device |
| `left_running` | 409 | the exam began more than twelve hours ago; enter it with its times |
| `device_lacks_capability` | 422 | the device cannot do this exam |
| `not_left_open` | 409 | the booking is of today, or nobody waits for it any more |
| `entered_already` | 422 | this exam of the patient is counted already |
| `same_exam_that_day` | 422 | the patient has an exam of this type on that day; send `is_another` if this is another |
| `already_voided` | 409 | the exam counts nothing already |
| `import_not_in_force` | 409 | the import that brought the exam does not count |
| `month_closed` | 422 | the month is closed: a change of it needs a reason |
| `number_in_use` | 422 | another exam has this exam number |
| `mrn_in_use`, `mrn_reserved` | 422 | the medical record number is another's, or looks like a temporary one |
| `idempotency_conflict` | 409 | the `Idempotency-Key` was sent with another request |
| `conflict` | 409 | somebody else was first; read again |
"""
TAGS = (
    ("catalogue", "What the department has."),
    ("desk", "What is free, and what happens now."),
    ("patients", "Names travel in bodies alone, never in an address."),
    ("bookings", "Times that are held, and every step of them."),
    ("exams", "What was performed and is counted."),
    ("closures", "Stretches in which a device or the department does not work."),
    ("volume", "Counts, parts, minutes and points."),
    ("months", "Closing months; each figure as it was closed, what changed, as it is now."),
    (
        "objections",
        "*Not mine* and *missing*: what doctors say of their figures, and the head decides.",
    ),
    ("exports", "Exam rows as a workbook, written in the background."),
    ("imports", "Files of exams that were counted elsewhere."),
    ("operation", "For those who look after the software."),
)


class Interface(Blueprint):
    """A blueprint whose requests are read by our own reader."""

    ARGUMENTS_PARSER = Reader()

    def register_views_in_doc(self, *args: Any, name: str, **kwargs: Any) -> None:
        """Add to each operation what the access table and its arguments say of it."""
        for endpoint, operations in self._docs.items():
            # what lies outside /api/v1 is open, or asks for itself
            is_public = self.url_prefix is None or ACCESS.get(f"{name}.{endpoint}") is PUBLIC
            for method, known in operations.items():
                if method != "parameters":
                    known.setdefault("manual_doc", {}).update(
                        operationId=endpoint,
                        security=[] if is_public else [{"bearer": []}],
                        responses=_problems(method, known, is_public=is_public),
                    )
        super().register_views_in_doc(*args, name=name, **kwargs)


def _problems(method: str, known: dict[str, Any], *, is_public: bool) -> dict[int, str]:
    """The refusals that an operation may give; the document's default covers what is left."""
    parameters = known.get("arguments", {}).get("parameters", [])
    places = {each["in"] for each in parameters}
    statuses: list[HTTPStatus] = []
    if not is_public:
        statuses += [HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN]
    if places:
        statuses.append(HTTPStatus.UNPROCESSABLE_ENTITY)
    if places & {"json", "files"}:
        statuses += [
            HTTPStatus.BAD_REQUEST,
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        ]
    if method != "get":
        statuses.append(HTTPStatus.CONFLICT)
    statuses.append(HTTPStatus.NOT_FOUND)
    return {int(status): status.name for status in sorted(statuses)}


class Description(Api):
    """The OpenAPI document; exceptions are answered by problems.py, so no handler is registered."""

    DEFAULT_ERROR_RESPONSE_NAME = "PROBLEM"

    def _register_error_handlers(self) -> None:
        pass

    def _register_responses(self) -> None:
        for name, text in [("PROBLEM", "A refusal or a fault"), *_phrases()]:
            response = {"description": text, "schema": ProblemSchema}
            prepare_response(response, self.spec, PROBLEM)
            self.spec.components.response(name, response, lazy=True)

    def _register_etag_headers(self) -> None:
        pass

    def _register_pagination_header(self) -> None:
        pass

    def _openapi_json(self) -> Response:
        return answer(self.spec.to_dict())


def _phrases() -> list[tuple[str, str]]:
    return [(status.name, status.phrase) for status in HTTPStatus if status >= 400]


def path_id(name: str, what: str) -> list[dict[str, Any]]:
    """The description of an id in an address."""
    schema = {"type": "string", "pattern": "^[0-9]{1,9}$"}
    return [{"in": "path", "name": name, "description": what, "schema": schema}]


def path_code(name: str, what: str) -> list[dict[str, Any]]:
    """The description of a code in an address."""
    return [
        {
            "in": "path",
            "name": name,
            "description": what,
            "schema": {"type": "string", "pattern": CODE},
        }
    ]


def path_day(name: str, what: str) -> list[dict[str, Any]]:
    """The description of a day in an address."""
    return [
        {
            "in": "path",
            "name": name,
            "description": what,
            "schema": {"type": "string", "format": "date"},
        }
    ]


blueprint = Interface("api", __name__, url_prefix="/api/v1")


def answer(document: object, status: int = 200) -> Response:
    """A JSON answer of a document that was made by hand (see documents.py)."""
    return _json(as_text(document), status)


def as_text(document: object) -> str:
    """A document as JSON."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def rendered(result: object) -> Response:
    """The JSON answer that a service made for the claim it was given."""
    if not isinstance(result, Answer):
        raise TypeError("a service that is given a claim answers it")
    return _json(result.body, result.status)


def _json(body: str, status: int) -> Response:
    response: Response = current_app.response_class(body, status, mimetype="application/json")
    response.headers["Cache-Control"] = "no-store"  # it may name a patient
    return response


class PatientConverter(BaseConverter):
    """A patient's id or number in an address; /patients/search is another endpoint."""

    regex = "(?!search$)[^/]+"


def describe(app: Flask, *blueprints: Blueprint) -> None:
    """Register the blueprints and their description at /api/openapi.json."""
    app.config["OPENAPI_URL_PREFIX"] = "/api"
    app.url_map.converters["patient"] = PatientConverter
    description = Description(
        app,
        spec_kwargs={
            "title": "Ultrasound tracker",
            "version": VERSION,
            "openapi_version": "3.1.0",
            "info": {"description": DESCRIPTION},
            "servers": [{"url": "/"}],
        },
    )
    bearer = {"type": "http", "scheme": "bearer", "description": "python run.py create-token NAME"}
    description.spec.components.security_scheme("bearer", bearer)
    for each in blueprints:
        description.register_blueprint(each)
    description.spec._tags[:] = [{"name": name, "description": text} for name, text in TAGS]
