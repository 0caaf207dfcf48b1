"""Signing out and switching: the end of a sign-in is an end, whatever cookie is kept."""

from flask import Flask
from flask.testing import FlaskClient

from tests.support.cast import Cast, ClientOf, submit
from tracker import clock
from tracker.services.accounts import AccountChange, change_account, reset_password


def cookie_of(client: FlaskClient) -> str:
    cookie = client.get_cookie("session")
    assert cookie is not None
    return cookie.value


def is_in(client: FlaskClient) -> bool:
    return client.get("/account").status_code == 200


def test_a_replayed_cookie_is_refused(app: Flask, client_of: ClientOf) -> None:
    client = client_of("reception")
    assert is_in(client)
    stolen = cookie_of(client)
    answer = submit(client, "/logout")
    assert (answer.status_code, answer.location) == (303, "/login")
    assert not is_in(client)
    thief = app.test_client()
    thief.set_cookie("session", stolen)
    assert not is_in(thief)


def test_signing_out_here_leaves_other_browsers_alone(client_of: ClientOf) -> None:
    here, there = client_of("reception"), client_of("reception")
    submit(here, "/logout")
    assert not is_in(here)
    assert is_in(there)


def test_a_sign_out_needs_its_token(client_of: ClientOf) -> None:
    client = client_of("reception")
    assert client.post("/logout").status_code == 400
    assert client.get("/logout").status_code == 405
    assert is_in(client)


def test_a_reset_password_signs_out_everywhere(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    client = client_of("reception")
    assert is_in(client)
    with app.app_context():
        reset_password(
            cast["reception"], password="another word", by=cast["admin"], now=clock.now()
        )
    assert not is_in(client)


def test_other_roles_sign_out_everywhere(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    client = client_of("reception")
    assert is_in(client)
    change = AccountChange(roles=["sonographer"], staff_code=None)
    with app.app_context():
        change_account(cast["reception"], change=change, by=cast["admin"], now=clock.now())
    assert not is_in(client)
