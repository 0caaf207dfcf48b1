"""One's own account: another password, another language."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.support.cast import PASSWORD, ClientOf, submit

NEW = "another word for it"


def change(client: FlaskClient, **fields: str):
    return submit(
        client,
        "/account/password",
        **{"present": PASSWORD, "password": NEW, "again": NEW, **fields},
    )


def test_a_changed_password_keeps_this_browser_and_ends_the_others(
    app: Flask, client_of: ClientOf
) -> None:
    here, there = client_of("reception"), client_of("reception")
    answer = change(here)
    assert (answer.status_code, answer.location) == (303, "/account")
    assert here.get("/account").status_code == 200
    assert there.get("/account").status_code == 303
    anew = app.test_client()
    assert submit(anew, "/login", username="reception", password=NEW).status_code == 303


@pytest.mark.engines("sqlite")
def test_open_pages_of_this_browser_stay_usable(client_of: ClientOf) -> None:
    client = client_of("reception")
    page = client.get("/account").text
    token = page.split('name="csrf-token" content="')[1].split('"')[0]
    change(client)
    data = {"csrf_token": token, "language": "en"}
    assert client.post("/account/language", data=data).status_code == 303


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("present", "wrong"),
        ("present", ""),
        ("password", "short"),
        ("password", "reception"),
        ("password", "x" * 201),
        ("again", "something else"),
        ("present", "nul\0"),
    ],
)
def test_a_refused_password_is_told_beside_its_field(
    app: Flask, client_of: ClientOf, field: str, value: str
) -> None:
    client = client_of("reception")
    more = {"again": value} if field == "password" else {}
    answer = change(client, **{field: value, **more})
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert client.get("/account/password").status_code == 200
    anew = app.test_client()
    assert submit(anew, "/login", username="reception", password=PASSWORD).status_code == 303


@pytest.mark.engines("sqlite")
def test_the_language_is_kept_with_the_account(app: Flask, client_of: ClientOf) -> None:
    client = client_of("reception")
    assert submit(client, "/account/language", language="en").status_code == 303
    assert 'lang="en"' in client.get("/account").text
    anew = app.test_client()
    anew.set_cookie("lang", "zh")
    submit(anew, "/login", username="reception", password=PASSWORD)
    assert 'lang="en"' in anew.get("/account").text


@pytest.mark.engines("sqlite")
def test_an_unknown_language_is_refused(client_of: ClientOf) -> None:
    answer = submit(client_of("reception"), "/account/language", language="<script>")
    assert answer.status_code == 422
    assert "<script>" not in answer.text


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize("name", ["reception", "sonographer", "head", "admin"])
def test_everybody_has_an_account_page(client_of: ClientOf, name: str) -> None:
    page = client_of(name).get("/account")
    assert page.status_code == 200
    assert name in page.text


@pytest.mark.engines("sqlite")
def test_a_stranger_has_none(client_of: ClientOf) -> None:
    assert client_of("stranger").get("/account").status_code == 303
