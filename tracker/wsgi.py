"""What the web server loads: the application, worked on by a few threads at a time."""

import threading
from collections.abc import Iterable
from typing import TYPE_CHECKING

from config import Settings
from tracker import create_app

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

REQUESTS_AT_ONCE = 4


class FewAtOnce:
    """Let at most `limit` requests run; the others wait their turn outside Python.

    Threads that all compute only take the interpreter from each other: with 16 clients a limit
    of four answered nearly twice as many pages a second. A response that streams is made after
    its turn has ended.
    """

    def __init__(self, inner: "WSGIApplication", *, limit: int) -> None:
        self._inner = inner
        self._turns = threading.BoundedSemaphore(limit)

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        with self._turns:
            return self._inner(environ, start_response)


def _application(settings: Settings) -> FewAtOnce:
    return FewAtOnce(create_app(settings.as_flask()).wsgi_app, limit=REQUESTS_AT_ONCE)


app = _application(Settings.from_environment())
