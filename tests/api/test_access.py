"""Bearer tokens: who gets in, who does not, and that a refusal is a problem document."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.support.cast import Cast, make_cast, signed_in_client, token_in
from tests.support.databases import make_app
from tracker import clock
from tracker.api.access import ACCESS, PUBLIC, caller
from tracker.db import db
from tracker.domain.errors import InvalidError, NotBookableError, Reason
from tracker.queries import read_session
from tracker.queries.accounts import account_by_id
from tracker.services.tokens import create_token, revoke_token

PROBES = {
    "probe_open": PUBLIC,
    "probe_who": frozenset({"reception", "head"}),
    "probe_refusing": PUBLIC,
    "probe_broken": PUBLIC,
    "probe_number": PUBLIC,
}


@pytest.fixture
def probes(engine_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """An application of its own with endpoints to try; its faults become documents as in production."""
    for endpoint, audience in PROBES.items():
        monkeypatch.setitem(ACCESS, endpoint, audience)
    app = make_app(engine_url, PROPAGATE_EXCEPTIONS=False)
    app.add_url_rule("/api/probe/open", "probe_open", lambda: {"open": True})
    app.add_url_rule("/api/probe/unlisted", "probe_unlisted", lambda: {"open": True})
    app.add_url_rule("/api/probe/who", "probe_who", who, methods=["GET", "POST"])
    app.add_url_rule("/api/probe/refusing/<kind>", "probe_refusing", refuse)
    app.add_url_rule("/api/probe/broken", "probe_broken", lambda: 1 / 0)
    app.add_url_rule("/api/probe/number/<int:account_id>", "probe_number", find)
    yield app
    with app.app_context():
        db.engine.dispose()


def who() -> dict[str, object]:
    return {"username": caller().username, "roles": sorted(caller().roles)}


def find(account_id: int) -> dict[str, object]:
    with read_session() as reading:
        return {"found": account_by_id(reading, account_id=account_id) is not None}


def refuse(kind: str) -> None:
    if kind == "field":
        raise InvalidError("A whole number is needed.", field="parts")
    raise NotBookableError([Reason("closed", "The device is closed at this time.", count=3)])


@pytest.fixture
def cast_here(probes: Flask) -> Cast:
    return make_cast(probes)


@pytest.fixture
def browser(probes: Flask) -> FlaskClient:
    return probes.test_client()


def token_of(app: Flask, name: str) -> str:
    with app.app_context():
        return create_token(name, by=1, now=clock.now()).text


def ask(client: FlaskClient, path: str, authorization: str = "") -> TestResponse:
    headers = {"Authorization": authorization} if authorization else {}
    return client.get(f"/api/probe/{path}", headers=headers)


def is_problem(answer: TestResponse, status: int, code: str) -> bool:
    document = answer.get_json()
    assert answer.mimetype == "application/problem+json"
    assert set(document) >= {"type", "title", "status", "code", "detail", "errors"}
    return (answer.status_code, document["status"], document["code"]) == (status, status, code)


def test_a_token_tells_who_calls(probes: Flask, cast_here: Cast, browser: FlaskClient) -> None:
    answer = ask(browser, "who", f"Bearer {token_of(probes, 'reception')}")
    assert answer.get_json() == {"username": "reception", "roles": ["reception"]}
    assert "Set-Cookie" not in answer.headers


def test_a_role_that_is_not_in_the_table_is_refused(
    probes: Flask, cast_here: Cast, browser: FlaskClient
) -> None:
    answer = ask(browser, "who", f"Bearer {token_of(probes, 'admin')}")
    assert is_problem(answer, 403, "forbidden")
    unlisted = ask(browser, "unlisted", f"Bearer {token_of(probes, 'admin')}")
    assert is_problem(unlisted, 403, "forbidden")


@pytest.mark.parametrize(
    "authorization", ["", "Bearer", "Bearer ", "Bearer x", "Bearer \x7f", "Basic eDp5", "x", "张"]
)
@pytest.mark.engines("sqlite")
def test_without_a_valid_token_nobody_gets_in(browser: FlaskClient, authorization: str) -> None:
    answer = ask(browser, "who", authorization)
    assert is_problem(answer, 401, "unauthenticated")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_revoked_token_is_refused(probes: Flask, cast_here: Cast, browser: FlaskClient) -> None:
    with probes.app_context():
        token = create_token("head", by=1, now=clock.now())
        revoke_token(token.id, by=1, now=clock.now())
    assert is_problem(ask(browser, "who", f"Bearer {token.text}"), 401, "unauthenticated")


@pytest.mark.engines("sqlite")
def test_a_browsers_sign_in_is_no_token(probes: Flask, cast_here: Cast) -> None:
    client = signed_in_client(probes, cast_here, "head")
    assert is_problem(ask(client, "who"), 401, "unauthenticated")
    headers = {"X-CSRFToken": token_in(client)}
    assert client.post("/api/probe/who", headers=headers).status_code == 401


@pytest.mark.engines("sqlite")
def test_a_call_needs_no_csrf_token(probes: Flask, cast_here: Cast, browser: FlaskClient) -> None:
    headers = {"Authorization": f"Bearer {token_of(probes, 'head')}"}
    assert browser.post("/api/probe/who", headers=headers).status_code == 200


@pytest.mark.engines("sqlite")
def test_an_open_endpoint_asks_nobody(browser: FlaskClient) -> None:
    assert ask(browser, "open").get_json() == {"open": True}


@pytest.mark.engines("sqlite")
def test_unknown_addresses_and_methods_are_problems(browser: FlaskClient) -> None:
    assert is_problem(ask(browser, "nowhere"), 404, "not_found")
    answer = browser.delete("/api/probe/open")
    assert is_problem(answer, 405, "method_not_allowed")
    assert "GET" in answer.headers["Allow"]


@pytest.mark.engines("sqlite")
def test_a_refusal_names_its_field_or_its_reasons(browser: FlaskClient) -> None:
    field = ask(browser, "refusing/field")
    assert is_problem(field, 422, "validation")
    assert [one["field"] for one in field.get_json()["errors"]] == ["parts"]
    reasons = ask(browser, "refusing/reasons")
    assert is_problem(reasons, 422, "not_bookable")
    assert [(one["code"], one["count"]) for one in reasons.get_json()["reasons"]] == [("closed", 3)]


def test_a_number_that_no_column_can_hold_is_no_fault(browser: FlaskClient) -> None:
    assert ask(browser, "number/7").get_json() == {"found": False}
    assert ask(browser, "number/" + "9" * 30).status_code in (200, 422)


@pytest.mark.engines("sqlite")
def test_a_fault_is_a_problem_with_a_number(
    browser: FlaskClient, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = ask(browser, "broken")
    assert is_problem(answer, 500, "fault")
    assert f'"incident": "{answer.get_json()["incident"]}"' in capsys.readouterr().err
