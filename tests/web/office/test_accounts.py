"""Accounts: made, changed, given a password, signed out; API tokens made once and revoked."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.support.cast import Cast, ClientOf, submit
from tests.support.department import at
from tests.web.office.forms import form_of, resend, words
from tracker.db import read_session
from tracker.domain.credentials import secret_hash
from tracker.queries.accounts import (
    AccountRow,
    accounts,
    caller_of_token,
    signed_in,
)

PASSWORD = "a fine long password"
NEW = {
    "username": "Li.Na",
    "password": PASSWORD,
    "roles": ["reception", "sonographer"],
    "staff": "D02",
}


def account(app: Flask, account_id: int) -> AccountRow:
    with app.app_context(), read_session() as session:
        return next(found for found in accounts(session) if found.id == account_id)


def named(app: Flask, username: str) -> list[AccountRow]:
    with app.app_context(), read_session() as session:
        return [row for row in accounts(session) if row.username == username]


def test_a_new_account_can_sign_in(app: Flask, office: FlaskClient) -> None:
    answer = submit(office, "/admin/accounts/new", **NEW)
    assert (answer.status_code, answer.location) == (303, "/admin/accounts")
    (made,) = named(app, "li.na")
    assert (made.roles, made.staff_code) == (("reception", "sonographer"), "D02")
    anew = app.test_client()
    assert submit(anew, "/login", username="li.na", password=PASSWORD).status_code == 303


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("username", ""),
        ("username", "head"),
        ("username", "two words"),
        ("username", "x" * 81),
        ("password", "short"),
        ("password", "x" * 201),
        ("roles", []),
        ("roles", ["emperor"]),
        ("staff", "D99"),
    ],
)
def test_what_is_refused_is_told_beside_its_field(
    app: Flask, office: FlaskClient, field: str, value: object
) -> None:
    answer = submit(office, "/admin/accounts/new", **{**NEW, field: value})
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert PASSWORD not in answer.text
    assert named(app, "li.na") == []


def test_other_roles_end_the_sign_ins(
    app: Flask, office: FlaskClient, client_of: ClientOf, cast: Cast
) -> None:
    desk = client_of("reception")
    address = f"/admin/accounts/{cast['reception']}"
    assert resend(office, address, roles=["sonographer"], staff="D03").status_code == 303
    changed = account(app, cast["reception"])
    assert (changed.roles, changed.staff_code) == (("sonographer",), "D03")
    assert desk.get("/account").status_code == 303


@pytest.mark.engines("sqlite")
def test_who_saves_second_is_told(app: Flask, office: FlaskClient, cast: Cast) -> None:
    address = f"/admin/accounts/{cast['head']}"
    mine = form_of(office.get(address).text, address)
    resend(office, address, staff="D01")
    answer = office.post(address, data={**mine, "staff": "D04"})
    assert answer.status_code == 409
    again = form_of(answer.text, address)
    assert again["staff"] == ["D04"]
    assert office.post(address, data=again).status_code == 303
    assert account(app, cast["head"]).staff_code == "D04"


@pytest.mark.engines("sqlite")
def test_the_last_administrator_stays(app: Flask, office: FlaskClient, cast: Cast) -> None:
    answer = resend(office, f"/admin/accounts/{cast['admin']}", is_active=None)
    assert answer.status_code == 409
    assert "The last active administrator cannot be removed." in words(answer.text)
    assert account(app, cast["admin"]).is_active


def test_a_password_is_set_and_ends_the_sign_ins(
    app: Flask, office: FlaskClient, client_of: ClientOf, cast: Cast
) -> None:
    desk = client_of("reception")
    address = f"/admin/accounts/{cast['reception']}"
    answer = resend(office, address, f"{address}/password", password=PASSWORD)
    assert answer.status_code == 303
    assert desk.get("/account").status_code == 303
    anew = app.test_client()
    assert submit(anew, "/login", username="reception", password=PASSWORD).status_code == 303


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize("password", ["", "short", "reception"])
def test_a_weak_password_is_refused(office: FlaskClient, cast: Cast, password: str) -> None:
    address = f"/admin/accounts/{cast['reception']}"
    answer = resend(office, address, f"{address}/password", password=password)
    assert answer.status_code == 422
    assert 'id="password-error"' in answer.text
    assert office.get(f"{address}/password").status_code == 200


def test_one_browser_is_signed_out_and_the_other_stays(
    app: Flask, office: FlaskClient, client_of: ClientOf, cast: Cast
) -> None:
    first, second = client_of("reception"), client_of("reception")
    with app.app_context(), read_session() as session:
        mine = [s for s in signed_in(session, now=at(7)) if s.username == "reception"]
    address = f"/admin/accounts/{cast['reception']}"
    newest = max(mine, key=lambda each: each.id)
    assert resend(office, address, f"{address}/sign-ins/{newest.id}/end").status_code == 303
    assert (first.get("/account").status_code, second.get("/account").status_code) == (200, 303)
    assert submit(office, f"{address}/sign-ins/999999/end").status_code == 404
    assert "reception" in office.get(f"{address}/sign-ins/999999/end").text


def test_a_token_is_shown_once_and_revoked(app: Flask, office: FlaskClient, cast: Cast) -> None:
    address = f"/admin/accounts/{cast['head']}"
    answer = resend(office, address, f"{address}/tokens")
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
    text = re.search(r'<code class="secret"[^>]*>([^<]+)</code>', answer.text)[1]
    page = office.get(address).text
    assert text not in page
    with app.app_context(), read_session() as session:
        caller = caller_of_token(session, secret_hash=secret_hash(text))
    assert caller is not None
    assert caller.username == "head"
    revoking = re.search(rf"{address}/tokens/\d+/revoke", page)[0]
    assert resend(office, address, revoking).status_code == 303
    assert office.get(revoking).status_code == 200
    with app.app_context(), read_session() as session:
        assert caller_of_token(session, secret_hash=secret_hash(text)) is None


@pytest.mark.engines("sqlite")
def test_an_account_that_may_not_sign_in_gets_no_token(office: FlaskClient, cast: Cast) -> None:
    address = f"/admin/accounts/{cast['head']}"
    resend(office, address, is_active=None)
    assert submit(office, f"{address}/tokens").status_code == 404
    assert "gets no token" in words(office.get(address).text)
