"""The limit on requests worked on at once: never more, as many as allowed, none lost."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from werkzeug.test import create_environ, run_wsgi_app

from tracker.web.few_at_once import FewAtOnce


def test_as_many_as_allowed_run_together_and_no_more() -> None:
    together = threading.Barrier(3, timeout=60)
    guard, running, most = threading.Lock(), 0, 0

    def inner(_environ, start_response):
        nonlocal running, most
        with guard:
            running += 1
            most = max(most, running)
        together.wait()  # breaks unless three are inside at once
        with guard:
            running -= 1
        start_response("200 OK", [])
        return [b"done"]

    limited = FewAtOnce(inner, limit=3)
    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(lambda _: run_wsgi_app(limited, create_environ()), range(12)))
    assert [status for _body, status, _headers in answers] == ["200 OK"] * 12
    assert most == 3


def test_a_request_that_fails_gives_its_turn_back() -> None:
    def inner(_environ, _start_response):
        raise ZeroDivisionError

    limited = FewAtOnce(inner, limit=1)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError):
            run_wsgi_app(limited, create_environ())
