"""Problems: one shape for every refusal, in the caller's language; a fault is a number and never a trace."""

import json

import pytest

from tests.support.api import ApiCaller
from tests.support.databases import make_app
from tracker.db import db

pytestmark = pytest.mark.engines("sqlite")


def post(who: ApiCaller, data: bytes | str, content_type: str | None = "application/json"):
    return who.send("POST", "/api/v1/bookings", data=data, content_type=content_type)


@pytest.mark.parametrize(
    "data",
    [
        b"{",
        b"",
        b"\xff\xfe\x00",
        b"{'a': 1}",
        b'{"parts": NaN}',
        b'{"parts": 1e999999}',
        b"[" * 100_000,
        b"9" * 5000,
        "null",
        "[]",
        '"text"',
        "1",
    ],
)
def test_a_body_that_is_no_object_is_refused(reception, data):
    answer = post(reception, data)
    assert answer.status in (400, 422)
    assert answer.code == "validation"
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_a_body_of_another_kind_is_refused(reception):
    assert post(reception, "a=1", "application/x-www-form-urlencoded").status == 415
    assert post(reception, "{}", "text/plain").code == "unsupported_media_type"
    assert post(reception, "{}", "application/json; charset=utf-8").status == 422
    assert post(reception, "{}", None).status == 422


def test_a_body_that_is_too_large_is_refused(reception):
    answer = post(reception, json.dumps({"patient": "x" * 1_000_001}))
    assert answer.status == 413


def test_a_method_that_is_not_known_names_those_that_are(reception):
    answer = reception.send("PUT", "/api/v1/bookings")
    assert (answer.status, answer.code) == (405, "method_not_allowed")
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS", "POST"}


def test_an_address_that_is_not_known_is_a_problem_too(reception):
    for path in ("/api/", "/api/v1/nothing", "/api/v2/bookings", "/api/v1/bookings/", "/api/%00"):
        answer = reception.send("GET", path)
        assert (answer.status, answer.code) == (404, "not_found")


def test_texts_are_english_unless_chinese_is_asked_for(reception):
    path = "/api/v1/openings?exam_type=abdominal&stream=outpatient&from=2026-11-29&to=2026-11-29"
    for language in (None, "en", "fr", "*", ";;q=", "en;q=0.9, zh;q=0.1"):
        headers = {} if language is None else {"Accept-Language": language}
        answer = reception.send("GET", path, headers=headers)
        assert answer.json["reasons"][0]["text"].isascii(), language


def test_chinese_is_spoken_where_it_is_asked_for(reception):
    headers = {"Accept-Language": "zh-CN,zh;q=0.9,en;q=0.8"}
    answer = reception.send("GET", "/api/v1/bookings?limit=0", headers=headers)
    texts = [answer.json["detail"], answer.json["errors"][0]["text"]]
    assert not any(text.isascii() for text in texts)


def test_many_unknown_fields_are_not_all_repeated(reception):
    answer = post(reception, json.dumps({f"field{number}": 1 for number in range(1000)}))
    assert (answer.status, len(answer.json["errors"])) == (422, 50)


def test_a_fault_says_its_number_and_nothing_else(engine_url, reception, monkeypatch):
    app = make_app(engine_url, PROPAGATE_EXCEPTIONS=False)

    def break_down(*_args: object, **_kwargs: object) -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr("tracker.api.bookings.booking_lines", break_down)
    headers = {"Authorization": f"Bearer {reception.token}"}
    answer = app.test_client().get("/api/v1/bookings", headers=headers)
    assert (answer.status_code, answer.json["code"]) == (500, "fault")
    assert len(answer.json["incident"]) == 8
    assert "secret" not in answer.text
    with app.app_context():
        db.engine.dispose()
