"""API tokens: shown once, kept as a hash, worth what their account is worth at each use."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import select

from tests.support.cast import Cast
from tests.support.databases import SCHEMA, Template
from tracker.db import read_session
from tracker.domain.credentials import secret_hash
from tracker.domain.errors import NotFoundError
from tracker.domain.roles import SYSTEM_ACCOUNT_ID, Caller
from tracker.models import ApiToken, AuditEntry
from tracker.queries.accounts import caller_of_token
from tracker.services.accounts import AccountChange, change_account
from tracker.services.tokens import create_token, revoke_token

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


@pytest.fixture
def template() -> Template:
    return SCHEMA


@pytest.fixture(autouse=True)
def context(app: Flask, cast: Cast) -> Iterator[None]:
    with app.app_context():
        yield


def caller_with(text: str) -> Caller | None:
    with read_session() as session:
        return caller_of_token(session, secret_hash=secret_hash(text))


def change_reception(cast: Cast, **change: object) -> None:
    fields = {"roles": ["reception"], "staff_code": None, **change}
    change_account(cast["reception"], change=AccountChange(**fields), by=cast["admin"], now=NOW)


def test_a_token_has_its_accounts_roles_at_each_use(cast: Cast) -> None:
    token = create_token("Reception", by=SYSTEM_ACCOUNT_ID, now=NOW)
    who = caller_with(token.text)
    assert who is not None
    assert (who.account_id, who.roles, who.grant_id) == (cast["reception"], {"reception"}, token.id)
    change_reception(cast, roles=["reception", "head"])
    again = caller_with(token.text)
    assert again is not None
    assert again.roles == {"reception", "head"}


def test_only_a_hash_is_kept_and_audited(cast: Cast) -> None:
    token = create_token("reception", by=cast["admin"], now=NOW)
    with read_session() as session:
        assert session.scalars(select(ApiToken.token_hash)).all() == [secret_hash(token.text)]
        entry = session.scalars(select(AuditEntry).where(AuditEntry.entity == "api_token")).one()
    assert (entry.action, entry.by_id, entry.change) == (
        "create",
        cast["admin"],
        {"account_id": cast["reception"]},
    )


def test_a_revoked_token_proves_nothing(cast: Cast) -> None:
    token = create_token("reception", by=cast["admin"], now=NOW)
    for _ in range(2):
        revoke_token(token.id, by=cast["admin"], now=NOW)
    assert caller_with(token.text) is None
    with pytest.raises(NotFoundError):
        revoke_token(4711, by=cast["admin"], now=NOW)


def test_a_token_of_an_inactive_account_proves_nothing(cast: Cast) -> None:
    token = create_token("reception", by=cast["admin"], now=NOW)
    change_reception(cast, is_active=False)
    assert caller_with(token.text) is None
    with pytest.raises(NotFoundError):
        create_token("reception", by=cast["admin"], now=NOW)


@pytest.mark.parametrize("username", ["stranger", "system", "", "a\0b"])
def test_nobody_gets_no_token(cast: Cast, username: str) -> None:
    with pytest.raises(NotFoundError):
        create_token(username, by=cast["admin"], now=NOW)
