"""Refusals and faults: the right status, a sentence, no names in the log."""

import json
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.support.cast import ClientOf
from tracker.domain.errors import (
    ConflictError,
    DomainError,
    ForbiddenError,
    InvalidError,
    NotBookableError,
    NotFoundError,
    Params,
    Reason,
    SlotTakenError,
)
from tracker.sentences import sentence, status_of

pytestmark = pytest.mark.engines("sqlite")

HTMX = {"HX-Request": "true"}


@pytest.mark.parametrize(
    ("refusal", "status"),
    [
        (NotFoundError("x"), 404),
        (ForbiddenError("x"), 403),
        (ConflictError("x"), 409),
        (SlotTakenError("x"), 409),
        (InvalidError("x"), 422),
        (NotBookableError([]), 422),
        (DomainError("x"), 422),
    ],
)
def test_each_refusal_has_its_status(refusal: DomainError, status: int) -> None:
    assert status_of(refusal) == status


def test_a_refusal_becomes_a_page(prober: FlaskClient) -> None:
    answer = prober.get("/probe/refusing", headers={"Accept-Language": "en"})
    assert answer.status_code == 404
    assert "There is no such account." in answer.text
    assert "<h1>" in answer.text


def test_a_refusal_becomes_a_fragment_for_htmx(prober: FlaskClient) -> None:
    answer = prober.get("/probe/refusing", headers={**HTMX, "Accept-Language": "en"})
    assert answer.status_code == 404
    assert "There is no such account." in answer.text
    assert "<html" not in answer.text
    assert answer.headers["HX-Reswap"] == "afterbegin"


def test_an_unknown_page_and_a_wrong_method_are_pages(client: FlaskClient) -> None:
    assert "<h1>" in client.get("/nowhere").text
    answer = client.delete("/login")
    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]


def test_a_fault_has_a_number_that_the_log_knows(
    prober_of: ClientOf, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = prober_of("reception").get("/probe/broken?q=张三")
    assert answer.status_code == 500
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines() if line[:1] == "{"]
    incident = next(line for line in lines if line["event"] == "incident")
    assert incident["incident"] in answer.text
    assert incident["error"] == "ValueError"
    assert any("break_down" in frame for frame in incident["where"])
    assert incident["request"] == lines[-1]["request"]
    assert lines[-1]["status"] == 500


def test_no_name_and_no_query_reach_the_log(
    prober: FlaskClient, capsys: pytest.CaptureFixture[str]
) -> None:
    prober.get("/probe/broken?q=张三")
    prober.post("/probe/refusing?q=张三", data={"q": "张三"})
    written = capsys.readouterr().err
    assert "/probe/broken" in written
    assert "张三" not in written
    assert "%E5%BC%A0" not in written
    assert "\\u5f20" not in written


def test_a_fault_in_a_fragment_is_a_fragment(prober: FlaskClient) -> None:
    answer = prober.get("/probe/broken", headers=HTMX)
    assert answer.status_code == 500
    assert "<html" not in answer.text


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", "12 minutes until Mon 23 Nov 2026 08:00 for a, b"),
        ("zh", "12 minutes until 2026年11月23日 周一 08:00 for a、b"),
    ],
)
def test_a_sentence_is_filled_in_the_readers_way(app: Flask, language: str, expected: str) -> None:
    params = Params(m=12, until=datetime(2026, 11, 23, tzinfo=UTC), streams=("a", "b"))
    reason = Reason("x", "%(m)s minutes until %(until)s for %(streams)s", params)
    with app.test_request_context("/", headers={"Accept-Language": language}):
        assert sentence(reason) == expected


def test_a_percent_sign_without_places_stays(app: Flask) -> None:
    with app.test_request_context("/"):
        assert sentence(DomainError("100 %")) == "100 %"
        assert sentence(DomainError("")) == ""
