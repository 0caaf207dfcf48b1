"""Refusals and faults as problem+json (RFC 9457), for every address below /api/, in the caller's language."""

from collections.abc import Mapping, Sequence

from flask import Flask, Response, current_app, g, jsonify, make_response, request
from flask_babel import force_locale
from marshmallow import fields
from werkzeug.exceptions import HTTPException
from werkzeug.http import HTTP_STATUS_CODES

from tracker.api.access import PREFIX, UnauthenticatedError
from tracker.api.documents import (
    AnswerSchema,
    OpeningSchema,
    ReasonSchema,
    opening_document,
    reason_document,
    text,
)
from tracker.api.reading import NotAFormError, RefusedFieldsError, UnreadableError
from tracker.domain.errors import N_, DomainError, NotBookableError, SlotTakenError
from tracker.domain.supply import Opening
from tracker.logs import report_incident
from tracker.queries import DatabaseAwayError, UnfitValueError, read_session
from tracker.queries.named_openings import named
from tracker.sentences import sentence, status_of

MIMETYPE = "application/problem+json"
LANGUAGES = ("en", "zh")
MOST_ERRORS = 50
UNFIT = (UnfitValueError, OverflowError)
"""What the databases raise for a value that no column can hold."""

HTTP_CODES = {
    400: "validation",
    401: "unauthenticated",
    403: "forbidden",
    404: "not_found",
    422: "validation",
}
HTTP_TEXTS = {
    404: N_("There is nothing at this address."),
    405: N_("This address does not know this method."),
    413: N_("The body is too large."),
    415: N_("Send JSON, with Content-Type: application/json."),
}


class FieldErrorSchema(AnswerSchema):
    """What is wrong with one field; dots lead inside an object."""

    field = text()
    code = text()
    text = text()


class ProblemSchema(AnswerSchema):
    """A refusal or a fault (RFC 9457)."""

    class Meta:
        sometimes = ("openings", "reasons", "incident")

    type = text()
    title = text()
    status = fields.Integer()
    code = text("Stable; made for programs.")
    detail = text("A sentence for people.")
    errors = fields.List(fields.Nested(FieldErrorSchema))
    openings = fields.List(
        fields.Nested(OpeningSchema), metadata={"description": "With slot_taken: what is free."}
    )
    reasons = fields.List(
        fields.Nested(ReasonSchema), metadata={"description": "Every reason why not."}
    )
    incident = text("With a fault: its number in the log.")


def language() -> str:
    """The language of an answer: the caller's (Accept-Language), else English."""
    return request.accept_languages.best_match(LANGUAGES) or LANGUAGES[0]


def problem(
    status: int,
    code: str,
    detail: str,
    *,
    errors: Sequence[Mapping[str, object]] = (),
    **extra: object,
) -> Response:
    """One problem document; `errors` are {"field", "code", "text"}, `extra` members stand beside them."""
    g.refusal_code = code  # for the metrics
    response = jsonify(
        {
            "type": "about:blank",
            "title": HTTP_STATUS_CODES.get(status, "Error"),
            "status": status,
            "code": code,
            "detail": detail,
            "errors": list(errors),
            **extra,
        }
    )
    response.status_code = status
    response.mimetype = MIMETYPE
    if status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def answer_problem(error: Exception) -> Response:
    """Answer any exception that leaves an endpoint."""
    with force_locale(language()):
        if isinstance(error, DomainError):
            return answer_refusal(error)
        if isinstance(error, HTTPException):
            return _answer_http(error)
        if isinstance(error, UNFIT):
            unfit = DomainError(N_("A value is too large, or holds what cannot be kept."))
            return problem(422, "validation", sentence(unfit))
        if current_app.config["PROPAGATE_EXCEPTIONS"]:
            raise error
        return _answer_fault(error)


def answer_refusal(refusal: DomainError) -> Response:
    """A rule's no, with the fields it names, the reasons it gives and what is free instead."""
    status = _status_of(refusal)
    detail = sentence(refusal)
    errors = [{"field": refusal.field, "code": refusal.code, "text": detail}]
    if isinstance(refusal, RefusedFieldsError):
        errors = [
            {"field": field, "code": reason.code, "text": sentence(reason)}
            for field, reason in refusal.fields[:MOST_ERRORS]
        ]
    elif not refusal.field:
        errors = []
    return problem(status, refusal.code, detail, errors=errors, **_extra(refusal))


def _status_of(refusal: DomainError) -> int:
    if isinstance(refusal, UnauthenticatedError):
        return 401
    return 400 if isinstance(refusal, UnreadableError) else status_of(refusal)


def _extra(refusal: DomainError) -> dict[str, object]:
    extra: dict[str, object] = {}
    if isinstance(refusal, NotBookableError | SlotTakenError):
        extra["reasons"] = [reason_document(one) for one in refusal.details.get("reasons", ())]
    if isinstance(refusal, SlotTakenError):
        openings: Sequence[Opening] = refusal.details.get("openings", ())
        with read_session() as session:
            extra["openings"] = [opening_document(one) for one in named(session, openings)]
    return extra


def _answer_http(error: HTTPException) -> Response:
    status = error.code or 500
    if error.response is not None or status < 400:
        return make_response(error.get_response())
    title = HTTP_STATUS_CODES.get(status, "Error")
    code = HTTP_CODES.get(status) or title.lower().replace(" ", "_")
    told = error.text if isinstance(error, NotAFormError) else HTTP_TEXTS.get(status)
    detail = sentence(DomainError(told)) if told else title
    response = problem(status, code, detail)
    for name, value in error.get_headers(request.environ):
        if name.lower() in ("allow", "retry-after"):
            response.headers[name] = value
    return response


def _answer_fault(error: Exception) -> Response:
    number = report_incident(error)
    if isinstance(error, DatabaseAwayError):
        refusal = DomainError(
            N_("The database does not answer. Please try again in a few seconds.")
        )
        response = problem(503, "unavailable", sentence(refusal), incident=number)
        response.headers["Retry-After"] = "5"
        return response
    refusal = DomainError(
        N_("Something went wrong. Incident %(number)s."), params={"number": number}
    )
    return problem(500, "fault", sentence(refusal), incident=number)


def register_problems(app: Flask) -> None:
    """Let the application answer exceptions at these addresses with documents and not with pages."""
    for prefix in (PREFIX, "/healthz", "/readyz", "/metrics"):
        app.extensions["error_answers"][prefix] = answer_problem
