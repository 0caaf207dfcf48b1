"""Making and changing accounts: who may be made, and that an administrator always remains."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.support.cast import PASSWORD, Cast
from tests.support.databases import SCHEMA, Template
from tracker.db import read_session, transaction
from tracker.domain.credentials import WrongCredentialsError, secret_hash
from tracker.domain.errors import (
    ConflictError,
    DomainError,
    InvalidError,
    NotFoundError,
    StaleError,
)
from tracker.domain.roles import SYSTEM_ACCOUNT_ID
from tracker.models import AuditEntry, SignIn, StaffMember
from tracker.queries.accounts import AccountRow, accounts, sign_in_state
from tracker.services.accounts import (
    AccountChange,
    NewAccount,
    OwnPassword,
    change_account,
    change_own_password,
    create_account,
    reset_password,
    set_language,
)
from tracker.services.sign_in import Attempt, Opened, sign_in

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


@pytest.fixture
def template() -> Template:
    return SCHEMA


@pytest.fixture(autouse=True)
def context(app: Flask, cast: Cast) -> Iterator[None]:
    with app.app_context():
        yield


def create(username: str = "anna", **other: object) -> int:
    fields = {"password": PASSWORD, "roles": ["reception"], **other}
    new = NewAccount(username=username, **fields)
    return create_account(new, by=SYSTEM_ACCOUNT_ID, now=NOW)


def row(account_id: int) -> AccountRow:
    with read_session() as session:
        return next(found for found in accounts(session) if found.id == account_id)


def enter(username: str, password: str = PASSWORD) -> Opened:
    return sign_in(Attempt(username, password, "192.0.2.1"), now=NOW)


def is_open(opened: Opened) -> bool:
    with read_session() as session:
        state = sign_in_state(session, secret_hash=secret_hash(opened.secret), now=NOW)
    assert state is not None
    return state.is_open


def audited(account_id: int) -> list[str]:
    statement = select(AuditEntry.action).where(
        AuditEntry.entity == "account", AuditEntry.entity_id == str(account_id)
    )
    with read_session() as session:
        return list(session.scalars(statement.order_by(AuditEntry.id)))


def test_a_new_account_can_sign_in() -> None:
    account_id = create(roles=["head", "reception"])
    assert enter("anna").account_id == account_id
    assert row(account_id).roles == ("reception", "head")
    assert audited(account_id) == ["create", "sign_in"]


def test_an_account_may_name_a_staff_member() -> None:
    with transaction() as session:
        session.add(StaffMember(code="D01", name="王医生", kind="doctor"))
        session.add(StaffMember(code="D02", name="李医生", kind="doctor", retired_at=NOW))
    assert row(create(staff_code="D01")).staff_name == "王医生"
    for code in ("D02", "D99"):
        with pytest.raises(InvalidError) as refusal:
            create("ben", staff_code=code)
        assert refusal.value.field == "staff"


@pytest.mark.parametrize(
    ("field", "fields"),
    [
        ("username", {"username": "Reception "}),
        ("username", {"username": ""}),
        ("password", {"password": "short"}),
        ("roles", {"roles": []}),
        ("roles", {"roles": ["nurse"]}),
    ],
)
def test_what_cannot_be_an_account_is_refused(field: str, fields: dict[str, object]) -> None:
    with pytest.raises(InvalidError) as refusal:
        create(**{"username": "anna", **fields})
    assert refusal.value.field == field
    with read_session() as session:
        assert "anna" not in [account.username for account in accounts(session)]


def test_a_trial_account_may_have_any_password() -> None:
    create(password="demo", is_trial=True)
    assert enter("anna", "demo")


def test_changed_roles_end_the_sign_ins(cast: Cast) -> None:
    opened = enter("reception")
    same = AccountChange(roles=["reception"], staff_code=None)
    change_account(cast["reception"], change=same, by=cast["admin"], now=NOW)
    assert is_open(opened)
    more = AccountChange(roles=["reception", "head"], staff_code=None)
    change_account(cast["reception"], change=more, by=cast["admin"], now=NOW)
    assert not is_open(opened)
    assert row(cast["reception"]).roles == ("reception", "head")


def test_an_inactive_account_is_signed_out_and_stays_out(cast: Cast) -> None:
    opened = enter("reception")
    gone = AccountChange(roles=["reception"], staff_code=None, is_active=False)
    change_account(cast["reception"], change=gone, by=cast["admin"], now=NOW)
    assert not is_open(opened)
    with pytest.raises(WrongCredentialsError):
        enter("reception")


def test_the_last_active_administrator_stays(cast: Cast) -> None:
    for change in (
        AccountChange(roles=["head"], staff_code=None),
        AccountChange(roles=["admin"], staff_code=None, is_active=False),
    ):
        with pytest.raises(ConflictError):
            change_account(cast["admin"], change=change, by=cast["admin"], now=NOW)
    create("second", roles=["admin"])
    change_account(cast["admin"], change=change, by=cast["admin"], now=NOW)
    assert not row(cast["admin"]).is_active


def test_two_administrators_cannot_remove_each_other(app: Flask, cast: Cast) -> None:
    pair = (cast["admin"], create("second", roles=["admin"]))
    start = threading.Barrier(2)
    refusals: list[DomainError] = []

    def remove(one: int, other: int) -> None:
        gone = AccountChange(roles=["admin"], staff_code=None, is_active=False)
        with app.app_context():
            start.wait()
            try:
                change_account(other, change=gone, by=one, now=NOW)
            except DomainError as refusal:
                refusals.append(refusal)

    threads = [threading.Thread(target=remove, args=order) for order in (pair, pair[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [type(refusal) for refusal in refusals] == [ConflictError]
    assert sum(row(account_id).is_active for account_id in pair) == 1


def test_two_callers_cannot_change_the_same_version(cast: Cast) -> None:
    seen = row(cast["head"]).version
    change = AccountChange(roles=["head", "reception"], staff_code=None, version=seen)
    change_account(cast["head"], change=change, by=cast["admin"], now=NOW)
    with pytest.raises(StaleError):
        change_account(cast["head"], change=change, by=cast["admin"], now=NOW)


@pytest.mark.parametrize("account_id", [SYSTEM_ACCOUNT_ID, 4711])
def test_accounts_of_nobody_cannot_be_changed(account_id: int) -> None:
    change = AccountChange(roles=["admin"], staff_code=None)
    with pytest.raises(NotFoundError):
        change_account(account_id, change=change, by=SYSTEM_ACCOUNT_ID, now=NOW)
    with pytest.raises(NotFoundError):
        reset_password(account_id, password=PASSWORD, by=SYSTEM_ACCOUNT_ID, now=NOW)


def test_the_system_account_cannot_sign_in() -> None:
    for password in ("", "none", PASSWORD):
        with pytest.raises(WrongCredentialsError):
            enter("system", password)


def test_a_reset_password_ends_the_sign_ins(cast: Cast) -> None:
    opened = enter("head")
    reset_password(cast["head"], password="another word", by=cast["admin"], now=NOW)
    assert not is_open(opened)
    with pytest.raises(WrongCredentialsError):
        enter("head")
    assert enter("head", "another word")


def test_changing_ones_own_password_keeps_this_browser_alone(cast: Cast) -> None:
    other_browser = enter("head")
    change = OwnPassword(present=PASSWORD, password="another word")
    secret = change_own_password(cast["head"], change=change, address="192.0.2.1", now=NOW)
    assert not is_open(other_browser)
    assert is_open(Opened(cast["head"], secret))
    assert enter("head", "another word")


@pytest.mark.parametrize(
    ("field", "present", "password"),
    [("present", "wrong", "another word"), ("password", PASSWORD, "short")],
)
def test_ones_own_password_needs_the_present_one(
    cast: Cast, field: str, present: str, password: str
) -> None:
    change = OwnPassword(present=present, password=password)
    with pytest.raises(InvalidError) as refusal:
        change_own_password(cast["head"], change=change, address="", now=NOW)
    assert refusal.value.field == field
    assert enter("head")


def test_the_language_follows_the_account(cast: Cast) -> None:
    set_language(cast["head"], language="en", now=NOW)
    assert row(cast["head"]).language == "en"
    with pytest.raises(InvalidError):
        set_language(cast["head"], language="xx", now=NOW)


def test_no_audit_entry_holds_a_password(cast: Cast) -> None:
    reset_password(cast["head"], password="another word", by=cast["admin"], now=NOW)
    enter("head", "another word")
    with read_session() as session:
        changes = " ".join(str(change) for change in session.scalars(select(AuditEntry.change)))
        assert session.scalar(select(func.count()).select_from(SignIn)) == 1
    assert "another word" not in changes
    assert "argon2" not in changes
