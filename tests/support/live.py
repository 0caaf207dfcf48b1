"""The application on a port of its own, under a clock that a test sets: what journeys drive with a browser.

The clock is set around each request, from outside: the product knows nothing of it.
"""

import functools
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from flask import Flask
from werkzeug.serving import make_server

from tests.support.translations import catalogue_file, read
from tracker import clock


class Hospital:
    """Where the department answers, and what time it is there."""

    def __init__(self, app: Flask, now: datetime) -> None:
        self.now = now
        self._app = app
        self._server = make_server("127.0.0.1", 0, self._answer, threaded=True)
        self._port = self._server.server_port
        self._thread: threading.Thread | None = None
        self.address = f"http://127.0.0.1:{self._port}"

    def wait(self, minutes: int) -> None:
        """Let time pass between two requests."""
        self.now += timedelta(minutes=minutes)

    def _answer(self, environ: Any, start_response: Any) -> Iterable[bytes]:
        with clock.at(self.now):
            return self._app.wsgi_app(environ, start_response)

    def start(self) -> None:
        """Answer; after a `stop` on the same port as before."""
        if self._server.socket.fileno() < 0:
            self._server = make_server("127.0.0.1", self._port, self._answer, threaded=True)
        serve = self._server.serve_forever
        self._thread = threading.Thread(target=serve, args=(0.05,), daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Refuse every connection; what was begun is answered."""
        if self._thread is None:
            return
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self._thread = None

    @contextmanager
    def open(self) -> Iterator["Hospital"]:
        """Answer until the block ends."""
        self.start()
        try:
            yield self
        finally:
            self.stop()


class Words:
    """The words of a page in one language: `words("Check in")` is 报到 in Chinese."""

    def __init__(self, language: str) -> None:
        self.language = language

    def __call__(self, message: str, **places: object) -> str:
        """A message as the page shows it. Raises KeyError for one that the catalogue lacks."""
        text = message if self.language == "en" else _translations(self.language)[message]
        return text % places if places else text


@functools.cache
def _translations(language: str) -> dict[str, str]:
    catalogue = read(catalogue_file(language))
    plain = [one for one in catalogue if isinstance(one.id, str) and not one.context]
    return {message.id: message.string for message in plain}
