"""The idle time: when it ends a sign-in, and that the same person loses nothing by it."""

import re
from datetime import datetime, timedelta
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.support.cast import PASSWORD, Cast, ClientOf, submit, token_in
from tracker import clock
from tracker.db import transaction
from tracker.domain.roles import IDLE_MINUTES
from tracker.models import Setting

pytestmark = pytest.mark.engines("sqlite")

NINE = datetime.fromisoformat("2026-11-23T09:00:00+08:00")
IDLE = timedelta(minutes=IDLE_MINUTES["reception"])
LATER = NINE + IDLE


def hidden(page: TestResponse, name: str) -> list[str]:
    pattern = rf'<input (?=[^>]*name="{name}")(?=[^>]*type="hidden")[^>]*value="([^"]*)"'
    return [unescape(value) for value in re.findall(pattern, page.text)]


def post_late(client: FlaskClient, **fields: object) -> TestResponse:
    """Type at nine, send after the idle time."""
    with clock.at(NINE):
        token = token_in(client)
    with clock.at(LATER):
        return client.post("/probe/typed", data={"csrf_token": token, **fields})


def sign_in_with(client: FlaskClient, page: TestResponse, username: str) -> TestResponse:
    """Fill in the sign-in page that was shown, hidden fields and all."""
    fields = {name: hidden(page, name)[0] for name in ("csrf_token", "next", "kept")}
    with clock.at(LATER):
        return client.post("/login", data={**fields, "username": username, "password": PASSWORD})


@pytest.fixture
def early(client_of: ClientOf) -> FlaskClient:
    with clock.at(NINE):
        return client_of("reception")


@pytest.fixture
def typing(prober_of: ClientOf) -> FlaskClient:
    with clock.at(NINE):
        return prober_of("reception")


def status_at(client: FlaskClient, instant: datetime, **headers: str) -> int:
    with clock.at(instant):
        return client.get("/account", headers=headers).status_code


def test_an_idle_sign_in_ends(early: FlaskClient) -> None:
    assert status_at(early, LATER - timedelta(seconds=1)) == 200
    assert status_at(early, LATER + IDLE) == 303


def test_every_request_of_a_person_begins_the_time_anew(early: FlaskClient) -> None:
    for step in range(1, 5):
        assert status_at(early, NINE + step * IDLE * 0.9) == 200


def test_a_page_that_refreshes_itself_does_not(early: FlaskClient) -> None:
    assert status_at(early, NINE + IDLE * 0.9, **{"X-Background": "1"}) == 200
    assert status_at(early, LATER) == 303


def test_a_cookie_of_before_is_as_idle_as_it_was(app: Flask, early: FlaskClient) -> None:
    old = early.get_cookie("session")
    assert old is not None
    assert status_at(early, LATER - timedelta(minutes=1)) == 200
    replayed = app.test_client()
    replayed.set_cookie("session", old.value)
    assert status_at(replayed, LATER) == 303
    assert status_at(early, LATER) == 200


def test_each_role_has_its_time_and_the_hospital_may_set_it(
    app: Flask, client_of: ClientOf
) -> None:
    with clock.at(NINE):
        admin, head = client_of("admin"), client_of("head")
    after_20 = NINE + timedelta(minutes=20)
    assert (status_at(admin, after_20), status_at(head, after_20)) == (303, 200)
    with app.app_context(), transaction() as session:
        session.add(Setting(key="idle_minutes", value={"admin": 90, "head": 5}))
    assert (status_at(admin, after_20), status_at(head, after_20)) == (200, 200)
    with clock.at(NINE):
        head = client_of("head")
    assert status_at(head, NINE + timedelta(minutes=6)) == 303


def test_the_same_person_returns_to_the_same_page(early: FlaskClient) -> None:
    with clock.at(LATER):
        asked = early.get("/account?tab=3")
        page = early.get(asked.location)
        assert 'value="reception"' in page.text
        entered = submit(
            early, "/login", username="reception", password=PASSWORD, next="/account?tab=3"
        )
    assert entered.location == "/account?tab=3"


def test_another_person_begins_at_the_start_page(early: FlaskClient) -> None:
    with clock.at(LATER):
        entered = submit(early, "/login", username="head", password=PASSWORD, next="/account")
    assert entered.location == "/"


def test_a_form_sent_too_late_is_kept_and_sent_by_the_same_person(typing: FlaskClient) -> None:
    page = post_late(typing, note="不舒服 & <b>\nzweite", part=["left", "right"], empty="")
    assert page.status_code == 401
    assert "不舒服" not in page.text
    waiting = sign_in_with(typing, page, "reception")
    assert waiting.status_code == 200
    assert 'action="/probe/typed"' in waiting.text
    fields = {name: hidden(waiting, name) for name in ("note", "part", "empty")}
    assert fields == {
        "note": ["不舒服 & <b>\nzweite"],
        "part": ["left", "right"],
        "empty": [""],
    }
    with clock.at(LATER):
        token = hidden(waiting, "csrf_token")[-1]
        sent = typing.post("/probe/typed", data={"csrf_token": token, **fields})
    assert sent.status_code == 200
    assert "[&#39;left&#39;, &#39;right&#39;]" in sent.text


def test_another_person_gets_nothing_of_what_was_typed(typing: FlaskClient) -> None:
    page = post_late(typing, note="private")
    entered = sign_in_with(typing, page, "head")
    assert (entered.status_code, entered.location) == (303, "/")
    assert "private" not in entered.text


def test_a_kept_form_that_was_tampered_with_is_dropped(typing: FlaskClient) -> None:
    page = post_late(typing, note="x")
    with clock.at(LATER):
        entered = submit(
            typing,
            "/login",
            username="reception",
            password=PASSWORD,
            kept=hidden(page, "kept")[0][:-2] + "xx",
        )
    assert (entered.status_code, entered.location) == (303, "/")


def test_passwords_and_tokens_are_not_kept(typing: FlaskClient) -> None:
    page = post_late(typing, note="x", password="geheim", new_password="geheim", api_token="t")
    waiting = sign_in_with(typing, page, "reception")
    assert hidden(waiting, "note") == ["x"]
    for name in ("password", "new_password", "api_token"):
        assert hidden(waiting, name) == []


def test_a_forged_form_is_not_kept(typing: FlaskClient) -> None:
    with clock.at(LATER):
        answer = typing.post(
            "/probe/typed",
            data={"note": "forged", "csrf_token": "x"},
            headers={"Referer": "https://evil.example/page"},
        )
    assert (answer.status_code, answer.location) == (303, "/login")


def test_a_form_of_somebody_unknown_leads_to_the_page_it_was_on(prober: FlaskClient) -> None:
    answer = prober.post("/probe/typed", headers={"Referer": "http://localhost/probe/desk?day=1"})
    assert (answer.status_code, answer.location) == (303, "/login?next=/probe/desk%3Fday%3D1")


def test_a_living_page_gets_a_dialog_and_stays(typing: FlaskClient) -> None:
    htmx = {"HX-Request": "true", "HX-Current-URL": "http://localhost/probe/typed"}
    with clock.at(NINE):
        token = token_in(typing)
    with clock.at(LATER):
        asked = typing.post("/probe/typed", data={"csrf_token": token}, headers=htmx)
        assert (asked.status_code, asked.headers["X-Sign-In"]) == (401, "again")
        assert asked.text.lstrip().startswith("<dialog")
        fields = {"csrf_token": token, "username": "reception"}
        wrong = typing.post("/login", data={**fields, "password": "wrong"}, headers=htmx)
        assert wrong.status_code == 422
        assert 'id="again-password"' in wrong.text
        entered = typing.post("/login", data={**fields, "password": PASSWORD}, headers=htmx)
        assert (entered.status_code, entered.text) == (200, "")
        assert "signed-in-again" in entered.headers["HX-Trigger"]
        # the token of the page that stayed open is still good
        again = typing.post("/probe/typed", data={"csrf_token": token, "note": "x"}, headers=htmx)
        assert again.status_code == 200


def test_another_person_in_the_dialog_leaves_the_page(typing: FlaskClient) -> None:
    htmx = {"HX-Request": "true"}
    with clock.at(NINE):
        token = token_in(typing)
    with clock.at(LATER):
        fields = {"csrf_token": token, "username": "head", "password": PASSWORD}
        entered = typing.post("/login", data=fields, headers=htmx)
        assert entered.headers["HX-Redirect"] == "/"
        late = typing.post("/probe/typed", data={"csrf_token": token}, headers=htmx)
    assert late.status_code in (400, 403)


def test_a_living_page_of_somebody_unknown_goes_to_the_sign_in_page(prober: FlaskClient) -> None:
    htmx = {"HX-Request": "true", "HX-Current-URL": "http://localhost/probe/desk?day=1"}
    answer = prober.get("/probe/typed", headers=htmx)
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (
        204,
        "/login?next=/probe/desk%3Fday%3D1",
    )


def test_no_trace_of_an_idle_person_is_left_after_a_sign_out(
    typing: FlaskClient, cast: Cast
) -> None:
    with clock.at(LATER):
        submit(typing, "/logout")
        assert 'value="reception"' not in typing.get("/login").text
