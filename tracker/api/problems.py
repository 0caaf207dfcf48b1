"""Refusals and faults as problem+json (RFC 9457), for every address below /api/."""

from collections.abc import Mapping, Sequence

from flask import Flask, Response, current_app, jsonify, make_response
from werkzeug.exceptions import HTTPException
from werkzeug.http import HTTP_STATUS_CODES

from tracker.api.access import PREFIX, UnauthenticatedError
from tracker.domain.errors import N_, DomainError, InvalidError, NotBookableError
from tracker.logs import report_incident
from tracker.queries import DatabaseAwayError, UnfitValueError
from tracker.sentences import sentence, status_of

HTTP_CODES = {
    400: "validation",
    401: "unauthenticated",
    403: "forbidden",
    404: "not_found",
    422: "validation",
}

UNFIT = (UnfitValueError, OverflowError)
"""What the databases raise for a value that no column can hold, such as a number of thirty digits."""


def problem(
    status: int,
    code: str,
    detail: str,
    *,
    errors: Sequence[Mapping[str, object]] = (),
    **extra: object,
) -> Response:
    """One problem document; `errors` are {"field", "code", "text"}, `extra` members stand beside them."""
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
    response.mimetype = "application/problem+json"
    if status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def answer(error: Exception) -> Response:
    """Answer any exception that leaves an endpoint."""
    if isinstance(error, DomainError):
        return answer_refusal(error)
    if isinstance(error, HTTPException):
        return _answer_http(error)
    if isinstance(error, UNFIT):
        refusal = InvalidError(N_("A value is out of range."))
        return answer_refusal(refusal)
    if current_app.config["PROPAGATE_EXCEPTIONS"]:
        raise error
    return _answer_fault(error)


def answer_refusal(refusal: DomainError) -> Response:
    """A rule's no, with the field it names and the reasons it gives."""
    status = 401 if isinstance(refusal, UnauthenticatedError) else status_of(refusal)
    text = sentence(refusal)
    errors = []
    if refusal.field:
        errors = [{"field": refusal.field, "code": refusal.code, "text": text}]
    extra: dict[str, object] = {}
    if isinstance(refusal, NotBookableError):
        extra["reasons"] = [
            {"code": reason.code, "count": reason.count, "text": sentence(reason)}
            for reason in refusal.reasons
        ]
    return problem(status, refusal.code, text, errors=errors, **extra)


def _answer_http(error: HTTPException) -> Response:
    status = error.code or 500
    if error.response is not None or status < 400:
        return make_response(error.get_response())
    code = HTTP_CODES.get(status) or HTTP_STATUS_CODES.get(status, "error").lower().replace(
        " ", "_"
    )
    response = problem(status, code, error.description or "")
    for name, value in error.get_headers():
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
    """Let the application answer exceptions below /api/ with these documents and not with pages."""
    app.extensions["error_answers"][PREFIX] = answer
