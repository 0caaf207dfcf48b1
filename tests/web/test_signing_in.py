"""Signing in: the page, what is refused, and where it leads."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.support.cast import PASSWORD, Cast, ClientOf, submit
from tracker import clock
from tracker.domain.credentials import FREE_FAILURES
from tracker.services.accounts import set_language


def sign_in(client: FlaskClient, username: str = "reception", password: str = PASSWORD, **more):
    return submit(client, "/login", username=username, password=password, **more)


def test_a_page_without_sign_in_leads_to_the_sign_in_page_and_back(
    client: FlaskClient, cast: Cast
) -> None:
    asked = client.get("/account?tab=1")
    assert (asked.status_code, asked.location) == (303, "/login?next=/account%3Ftab%3D1")
    assert 'value="/account?tab=1"' in client.get(asked.location).text
    entered = sign_in(client, next="/account?tab=1")
    assert (entered.status_code, entered.location) == (303, "/account?tab=1")
    assert client.get("/account").status_code == 200


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize(
    ("name", "start"),
    [
        ("reception", "/board"),
        ("sonographer", "/worklist"),
        ("head", "/volume"),
        ("admin", "/admin"),
    ],
)
def test_each_role_begins_where_its_work_is(client_of: ClientOf, name: str, start: str) -> None:
    answer = client_of(name).get("/")
    assert (answer.status_code, answer.location) == (303, start)


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:x", ""]
)
def test_no_sign_in_leads_off_this_site(client: FlaskClient, cast: Cast, elsewhere: str) -> None:
    assert sign_in(client, next=elsewhere).location == "/"


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize(
    ("username", "password"),
    [
        ("reception", "wrong"),
        ("stranger", PASSWORD),
        ("system", ""),
        ("", ""),
        ("reception\0", PASSWORD),
        ("<script>alert(1)</script>", "x"),
        ("x" * 5000, "x" * 5000),
    ],
)
def test_wrong_credentials_are_told_on_the_page(
    client: FlaskClient, cast: Cast, username: str, password: str
) -> None:
    answer = sign_in(client, username, password)
    assert answer.status_code in (401, 422)
    assert "<script>alert" not in answer.text
    assert client.get("/account").status_code == 303


def test_who_fails_too_often_is_told_how_long_to_wait(client: FlaskClient, cast: Cast) -> None:
    for _ in range(FREE_FAILURES):
        assert sign_in(client, password="wrong").status_code == 401
    answer = sign_in(client)
    assert answer.status_code == 429
    assert answer.headers["Retry-After"] in ("4", "5")
    assert client.get("/account").status_code == 303


@pytest.mark.engines("sqlite")
def test_a_sign_in_needs_the_token_of_its_form(client: FlaskClient, cast: Cast) -> None:
    fields = {"username": "reception", "password": PASSWORD}
    assert client.post("/login", data=fields).status_code == 400
    assert client.post("/login", data={**fields, "csrf_token": "x"}).status_code == 400
    assert client.get("/account").status_code == 303


@pytest.mark.engines("sqlite")
def test_the_cookie_is_hidden_from_scripts_and_other_sites(client: FlaskClient, cast: Cast) -> None:
    sign_in(client)
    cookie = client.get_cookie("session")
    assert cookie is not None
    assert cookie.http_only
    assert cookie.same_site == "Lax"
    assert not cookie.secure
    assert cookie.expires is None


@pytest.mark.engines("sqlite")
def test_behind_https_the_cookie_is_secure(client: FlaskClient, cast: Cast) -> None:
    answer = client.get("/login", base_url="https://localhost")
    assert "Secure" in answer.headers["Set-Cookie"]


@pytest.mark.engines("sqlite")
def test_the_secret_changes_with_every_sign_in(client: FlaskClient, cast: Cast) -> None:
    def secret() -> str:
        with client.session_transaction() as cookie:
            return cookie["_user_id"]

    sign_in(client)
    first = secret()
    sign_in(client)
    assert secret() != first


@pytest.mark.engines("sqlite")
def test_the_language_of_the_account_comes_along(
    app: Flask, client: FlaskClient, cast: Cast
) -> None:
    with app.app_context():
        set_language(cast["head"], language="en", now=clock.now())
    client.set_cookie("lang", "zh")
    sign_in(client, "head")
    cookie = client.get_cookie("lang")
    assert cookie is not None
    assert cookie.value == "en"


@pytest.mark.engines("sqlite")
def test_who_is_signed_in_needs_no_sign_in_page(client_of: ClientOf) -> None:
    answer = client_of("head").get("/login?next=/account")
    assert (answer.status_code, answer.location) == (303, "/account")
