"""Refusals and faults as answers: a page, or a fragment for htmx, with a sentence and the right status.

The JSON interface registers an answer of its own for its addresses in `ERROR_ANSWERS`.
"""

from collections.abc import Callable, Sequence

from flask import Flask, Response, current_app, g, make_response, render_template, request
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from tracker.domain.errors import DomainError, NotBookableError
from tracker.logs import log, report_incident
from tracker.queries import DatabaseAwayError, UnfitValueError
from tracker.sentences import sentence, status_of
from tracker.web.fragments import is_htmx
from tracker.web.person import Nobody

ERROR_ANSWERS = "error_answers"
"""Key in `app.extensions`: path prefix → function that answers an exception there."""
UNFIT = (UnfitValueError, OverflowError)
"""What the databases raise for a value that no column can hold, such as a number of thirty digits."""


def answer(error: Exception) -> Response:
    """Answer any exception that leaves a view."""
    for prefix, other in current_app.extensions[ERROR_ANSWERS].items():
        if request.path.startswith(prefix):
            response: Response = other(error)
            return response
    if isinstance(error, DomainError):
        return _answer_refusal(error)
    if isinstance(error, HTTPException):
        return _answer_http(error)
    if isinstance(error, UNFIT):
        # No row has such a number or text; whoever asks for one by hand is not the product's fault.
        log().warning("unfit_value", error=type(error).__qualname__)
        return _page(404 if request.method == "GET" else 422)
    return _answer_fault(error)


def _answer_refusal(refusal: DomainError) -> Response:
    log().info("refused", code=refusal.code)
    if isinstance(refusal, NotBookableError):
        reasons = [sentence(reason) for reason in refusal.reasons]
        return _page(status_of(refusal), message=_(refusal.text), reasons=reasons)
    return _page(status_of(refusal), message=sentence(refusal))


def _answer_http(error: HTTPException) -> Response:
    status = error.code or 500
    if error.response is not None or status < 400:
        return make_response(error.get_response())  # a redirect is no refusal
    if isinstance(error, CSRFError):
        log().warning("csrf_refused", why=error.description)
    response = _page(status)
    for name, value in error.get_headers(request.environ):
        if name.lower() in ("allow", "retry-after"):
            response.headers[name] = value
    return response


def _answer_fault(error: Exception) -> Response:
    """Something nobody foresaw: the page asks neither the database nor who is signed in."""
    if current_app.config["PROPAGATE_EXCEPTIONS"]:
        raise error
    number = report_incident(error)
    g._login_user = Nobody()
    if isinstance(error, DatabaseAwayError):
        response = _page(503, reference=number)
        response.headers["Retry-After"] = "5"
        return response
    if is_htmx():
        return _page(500, reference=number)
    return make_response(render_template("errors/broken.html", reference=number), 500)


def _page(
    status: int, *, message: str = "", reasons: Sequence[str] = (), reference: str = ""
) -> Response:
    """The error page, or for htmx the same in few words at the top of the place that asked."""
    template = "errors/fragment.html" if is_htmx() else "errors/page.html"
    page = render_template(
        template, status=status, message=message, reasons=reasons, reference=reference
    )
    response = make_response(page, status)
    if is_htmx():
        response.headers["HX-Reswap"] = "afterbegin"
    return response


def register_errors(app: Flask) -> None:
    """Answer every exception; in tests and debugging a fault passes through instead."""
    answers: dict[str, Callable[[Exception], Response]] = {}
    app.extensions[ERROR_ANSWERS] = answers
    if app.config["PROPAGATE_EXCEPTIONS"] is None:
        app.config["PROPAGATE_EXCEPTIONS"] = app.testing or app.debug
    app.register_error_handler(Exception, answer)
