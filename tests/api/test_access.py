"""Who may call what: without a token nobody, with one the roles of the table, and nothing more."""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import select, update

from tests.support.api import ApiCaller, caller
from tests.support.department import ACCOUNTS, at
from tracker.api.access import ACCESS, PUBLIC
from tracker.db import transaction
from tracker.models import Account, ApiToken

pytestmark = pytest.mark.engines("sqlite")

WRITES = ("POST", "PUT", "DELETE")


def requests(app: Flask) -> Iterator[tuple[str, str, str]]:
    """Endpoint, method and an address of everything in the table; nothing in it exists."""
    for rule in app.url_map.iter_rules():
        if ACCESS.get(rule.endpoint, PUBLIC) is not PUBLIC:
            values = dict.fromkeys(rule.arguments, "999999")
            _, path = rule.build(values) or ("", "")
            for method in (rule.methods or set()) & {"GET", *WRITES}:
                yield rule.endpoint, method, path


def statuses(app: Flask, who: ApiCaller) -> dict[str, int]:
    """What each endpoint answers to an empty request."""
    return {
        endpoint: who.send(method, path, json={} if method in WRITES else None).status
        for endpoint, method, path in requests(app)
    }


def test_without_a_token_nobody_is_let_in(app):
    answered = statuses(app, caller(app, None))
    assert len(answered) > 20
    assert set(answered.values()) == {401}


@pytest.mark.parametrize("name", ACCOUNTS)
def test_a_token_has_its_accounts_roles(app, name):
    answered = statuses(app, caller(app, name))
    for endpoint, status in answered.items():
        is_allowed = not ACCESS[endpoint].isdisjoint(ACCOUNTS[name])
        assert (status != 403) == is_allowed, (endpoint, status)
        assert status not in (401, 500), endpoint


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer",
        "Bearer ",
        "Bearer nonsense",
        "Basic YTpi",
        "Bearer \xff",
        "bearer a b",
        "x" * 9000,
    ],
)
def test_another_header_proves_nothing(app, header):
    answer = ApiCaller(app.test_client(), None).send(
        "GET", "/api/v1/devices", headers={"Authorization": header}
    )
    assert (answer.status, answer.code) == (401, "unauthenticated")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_the_cookie_of_a_browser_is_no_token(app, client_of):
    browser = client_of("reception")
    assert browser.get("/api/v1/devices").status_code == 401
    assert browser.post("/api/v1/patients/search", json={"q": "a"}).status_code == 401


def test_a_revoked_token_or_a_closed_account_is_let_in_no_more(app):
    reception, head = caller(app, "reception"), caller(app, "head")
    assert reception.get("/devices").status == head.get("/devices").status == 200
    with app.app_context(), transaction() as session:
        owner = select(Account.id).where(Account.username == "reception").scalar_subquery()
        session.execute(
            update(ApiToken).where(ApiToken.account_id == owner).values(revoked_at=at(7))
        )
        session.execute(update(Account).where(Account.username == "head").values(is_active=False))
    assert reception.get("/devices").status == head.get("/devices").status == 401
