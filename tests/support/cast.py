"""The fixed cast: one account per role, named like the role, and a stranger whom nobody knows."""

import re
from collections.abc import Callable

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from tracker import clock
from tracker.db import read_session, transaction
from tracker.domain.roles import SYSTEM_ACCOUNT_ID, Role
from tracker.models import Account
from tracker.services.accounts import NewAccount, create_account
from tracker.writes.accounts import open_sign_in

PASSWORD = "a word for the cast"
STRANGER = "stranger"
NAMES = tuple(role.value for role in Role)

Cast = dict[str, int]
ClientOf = Callable[[str], FlaskClient]


def make_cast(app: Flask) -> Cast:
    """The account id of each name; accounts that a template made already are taken as they are."""
    with app.app_context():
        with read_session() as session:
            known = dict(session.execute(select(Account.username, Account.id)).all())
        return {name: known.get(name) or _create(name) for name in NAMES}


def _create(name: str) -> int:
    new = NewAccount(username=name, password=PASSWORD, roles=[name])
    return create_account(new, by=SYSTEM_ACCOUNT_ID, now=clock.now())


def signed_in_client(app: Flask, cast: Cast, name: str) -> FlaskClient:
    """A browser in which `name` has just signed in (by the clock of this moment); the stranger has not."""
    client = app.test_client()
    if name == STRANGER:
        return client
    now = clock.now()
    with app.app_context(), transaction() as session:
        secret = open_sign_in(session, account_id=cast[name], address="127.0.0.1", now=now)
    with client.session_transaction() as cookie:
        cookie.update({"_user_id": secret, "_fresh": True, "seen": int(now.timestamp())})
    return client


def submit(client: FlaskClient, path: str, **fields: object) -> TestResponse:
    """POST a form as a page of this browser would, with its CSRF token; a list is a repeated field."""
    return client.post(path, data={"csrf_token": token_in(client), **fields})


def token_in(client: FlaskClient) -> str:
    """The CSRF token that the pages of this browser carry."""
    with client.session_transaction() as cookie:
        is_signed_in = "_user_id" in cookie
    page = client.get("/account" if is_signed_in else "/login", follow_redirects=True)
    return re.search(r'name="csrf-token" content="([^"]+)"', page.text)[1]
