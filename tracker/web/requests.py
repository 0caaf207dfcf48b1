"""The frame of every request: its number in the log, one line about it at the end; no names, no query."""

import time

from flask import Flask, Response, g, request

from tracker.logs import begin_request, configure_logs, end_request, log

QUIET = frozenset({"assets.asset_file"})
"""Endpoints whose requests say nothing worth a line."""


def _begin() -> None:
    g.started = time.perf_counter()
    # an address that nobody has may be anything a person pasted, a name too
    path = request.path if request.url_rule is not None else "unknown"
    g.request_number = begin_request(method=request.method, path=path)


def _end(response: Response) -> Response:
    if request.endpoint not in QUIET:
        milliseconds = round((time.perf_counter() - g.started) * 1000, 1)
        log().info("request", status=response.status_code, ms=milliseconds)
    return response


def _let_go(_error: BaseException | None) -> None:
    end_request()


def register_requests(app: Flask) -> None:
    """Number and note every request. Register it before all else that looks at requests."""
    configure_logs()
    app.before_request(_begin)
    app.after_request(_end)
    app.teardown_request(_let_go)
