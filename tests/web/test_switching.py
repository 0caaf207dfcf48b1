"""Handing the desk to the next person: in one step, on the page that is open, and without a trace of the one before."""

import re
from urllib.parse import unquote

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.support.cast import PASSWORD, ClientOf, submit, token_in
from tracker.domain.credentials import FREE_FAILURES

pytestmark = pytest.mark.engines("sqlite")

HTMX = {"HX-Request": "true"}


def name_on(client: FlaskClient) -> str:
    return re.search(r'class="site-user-name"><b>([^<]*)</b>', client.get("/account").text)[1]


def switch(client: FlaskClient, username: str, page: str, *, htmx: bool = True, **more: str):
    fields = {"username": username, "password": PASSWORD, "next": page, **more}
    return client.post(
        "/switch-user",
        data={"csrf_token": token_in(client), **fields},
        headers=HTMX if htmx else {},
    )


def test_every_page_offers_it_and_names_itself(client_of: ClientOf) -> None:
    page = client_of("reception").get("/board?date=2026-11-23").text
    [address] = re.findall(r'hx-get="(/switch-user[^"]*)"', page)
    assert unquote(address) == "/switch-user?next=/board?date=2026-11-23"


def test_it_is_asked_above_the_page_and_as_a_page(client_of: ClientOf) -> None:
    client = client_of("reception")
    panel = client.get("/switch-user?next=/board", headers=HTMX).text
    assert (panel.lstrip().startswith("<div"), 'id="switch-username"' in panel) == (True, True)
    page = client.get("/switch-user?next=/board").text
    assert (page.lstrip().startswith("<!doctype"), 'value="/board"' in page) == (True, True)


def test_the_next_person_stays_on_the_open_page(client_of: ClientOf) -> None:
    client = client_of("reception")
    answer = switch(client, "head", "/board")
    assert (answer.status_code, answer.text) == (200, "")
    assert "user-switched" in answer.headers["HX-Trigger"]
    assert name_on(client) == "head"


def test_without_script_they_come_back_to_the_same_page(client_of: ClientOf) -> None:
    client = client_of("reception")
    answer = switch(client, "head", "/account?tab=2", htmx=False)
    assert (answer.status_code, answer.location) == (303, "/account?tab=2")
    assert name_on(client) == "head"


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example"])
def test_it_leads_nowhere_else(client_of: ClientOf, elsewhere: str) -> None:
    assert switch(client_of("reception"), "head", elsewhere, htmx=False).location == "/"


def test_whose_role_lacks_the_page_begins_at_the_start(client_of: ClientOf) -> None:
    client = client_of("reception")
    assert switch(client, "admin", "/book").headers["HX-Redirect"] == "/"
    assert name_on(client) == "admin"


@pytest.mark.parametrize("page", ["/account", "/account/password", "/volume/mine"])
def test_a_page_of_ones_own_does_not_stay(client_of: ClientOf, page: str) -> None:
    answer = switch(client_of("sonographer"), "head", page)
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (204, page)


def test_a_page_that_answered_a_form_stays_for_no_other_role(client_of: ClientOf) -> None:
    """Its address knows no GET; it shows a patient all the same."""
    answer = switch(client_of("head"), "admin", "/exams/enter/patient")
    assert answer.headers["HX-Redirect"] == "/"


def test_trying_passwords_is_slowed_as_at_the_sign_in(client_of: ClientOf) -> None:
    client = client_of("reception")
    for _ in range(FREE_FAILURES):
        assert switch(client, "head", "/board", password="wrong").status_code == 422
    answer = switch(client, "head", "/board")
    assert (answer.status_code, answer.headers["Retry-After"] in ("4", "5")) == (429, True)
    assert name_on(client) == "reception"


def test_a_wrong_password_leaves_everything_as_it_was(client_of: ClientOf) -> None:
    client = client_of("reception")
    answer = switch(client, "head", "/board", password="wrong")
    assert (answer.status_code, 'id="switch-password"' in answer.text) == (422, True)
    assert switch(client, "", "/board").status_code == 422
    assert name_on(client) == "reception"


def test_the_sign_in_and_the_token_of_the_one_before_are_gone(
    app: Flask, client_of: ClientOf
) -> None:
    client = client_of("reception")
    before, cookie = token_in(client), client.get_cookie("session")
    assert cookie is not None
    switch(client, "head", "/board")
    assert token_in(client) != before
    assert client.post("/logout", data={"csrf_token": before}).status_code == 400
    replayed = app.test_client()
    replayed.set_cookie("session", cookie.value)
    assert replayed.get("/account").status_code == 303


def test_it_needs_its_token(client_of: ClientOf) -> None:
    client = client_of("reception")
    fields = {"username": "head", "password": PASSWORD, "next": "/board"}
    assert client.post("/switch-user", data=fields).status_code == 400
    assert submit(client, "/switch-user", **fields).status_code == 303
