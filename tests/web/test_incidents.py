"""What nobody foresaw, with a patient's name on the way: one number on page, fragment, document and log; no name in it."""

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from tests.support.api import caller
from tests.support.cast import make_cast, signed_in_client, submit
from tests.support.databases import Template, make_app
from tests.support.department import DEPARTMENT
from tracker.db import db
from tracker.logs import configure_logs

HOSTILE = '病人1"}\n{"event": "forged", "name": "<script>alert(1)</script>%0d%0a'
TRACES = ("病人1", "\\u75c5", "%E7%97%85", "forged", "script", "alert")


@pytest.fixture
def template() -> Template:
    return DEPARTMENT


@pytest.fixture
def broken(engine_url: str) -> Iterator[Flask]:
    """An application whose table of patients is away; its faults are answered as in production."""
    app = make_app(engine_url, PROPAGATE_EXCEPTIONS=False)
    make_cast(app)
    with app.app_context(), db.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE patient RENAME TO patient_away")
    yield app
    with app.app_context():
        db.engine.dispose()


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """The log; every line of it must be JSON, and hold nothing of what was typed."""
    written = capsys.readouterr().err
    assert [trace for trace in TRACES if trace in written] == []
    return [json.loads(line) for line in written.splitlines()]


def incident(capsys: pytest.CaptureFixture[str]) -> str:
    (found,) = [line for line in lines(capsys) if line["event"] == "incident"]
    assert found["where"]
    return str(found["incident"])


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}], ids=["page", "fragment"])
def test_page_and_fragment_say_the_number_of_the_log(
    broken: Flask, capsys: pytest.CaptureFixture[str], headers: dict[str, str]
) -> None:
    browser = signed_in_client(broken, make_cast(broken), "reception")
    browser.environ_base.update(
        {"HTTP_" + k.upper().replace("-", "_"): v for k, v in headers.items()}
    )
    capsys.readouterr()
    answer = submit(browser, "/patients?q=" + HOSTILE.replace("\n", ""), q=HOSTILE)
    assert answer.status_code in (500, 503)
    assert incident(capsys) in answer.text
    assert HOSTILE not in answer.text


def test_the_document_says_the_number_of_the_log(
    broken: Flask, capsys: pytest.CaptureFixture[str]
) -> None:
    who = caller(broken, "reception")
    capsys.readouterr()
    answer = who.post("/patients/search", q=HOSTILE.replace("\n", ""))  # a line's end is refused
    assert answer.status in (500, 503)
    assert answer.json["incident"] == incident(capsys)


@pytest.mark.engines("sqlite")
def test_an_address_that_nobody_has_is_not_written_down(
    broken: Flask, capsys: pytest.CaptureFixture[str]
) -> None:
    assert broken.test_client().get("/patients/x/病人1").status_code in (303, 404)
    assert {line["path"] for line in lines(capsys)} == {"unknown"}


def test_what_libraries_say_is_a_line_without_values(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs()
    capsys.readouterr()
    try:
        int(HOSTILE)
    except ValueError:
        logging.getLogger("library.part").exception("Job of %s failed", HOSTILE)
    (line,) = lines(capsys)
    assert (line["logger"], line["text"]) == ("library.part", "Job of %s failed")
    assert (line["error"], line["level"]) == ("ValueError", "error")
