"""Signing in and out: what a failure costs, whom it slows, and that an end is an end."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.support.cast import PASSWORD, Cast
from tests.support.databases import SCHEMA, Template
from tracker import passwords
from tracker.db import read_session
from tracker.domain.credentials import (
    FAILURES_COUNT_FOR,
    FREE_FAILURES,
    SIGN_IN_LASTS,
    TooManyFailuresError,
    WrongCredentialsError,
    secret_hash,
)
from tracker.models import Account, LoginAttempt, SignIn
from tracker.queries.accounts import SignInState, sign_in_state, signed_in
from tracker.services.sign_in import Attempt, Opened, sign_in, sign_out

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
DESK, ELSEWHERE = "192.0.2.1", "192.0.2.99"


@pytest.fixture
def template() -> Template:
    return SCHEMA


@pytest.fixture(autouse=True)
def context(app: Flask, cast: Cast) -> Iterator[None]:
    with app.app_context():
        yield


def enter(
    username: str = "reception",
    password: str = PASSWORD,
    *,
    address: str = DESK,
    now: datetime = NOW,
    replaces: str | None = None,
) -> Opened:
    return sign_in(Attempt(username, password, address, replaces), now=now)


def fail(times: int, *, username: str = "reception", address: str = DESK) -> None:
    for _ in range(times):
        with pytest.raises(WrongCredentialsError):
            enter(username, "wrong", address=address)


def state_of(secret: str, *, now: datetime = NOW) -> SignInState | None:
    with read_session() as session:
        return sign_in_state(session, secret_hash=secret_hash(secret), now=now)


def test_a_sign_in_tells_whose_it_is(cast: Cast) -> None:
    state = state_of(enter(" Reception ").secret)
    assert state is not None
    assert state.is_open
    assert state.caller.account_id == cast["reception"]
    assert state.caller.roles == {"reception"}


def test_only_a_hash_of_the_secret_is_kept() -> None:
    secret = enter().secret
    with read_session() as session:
        assert session.scalars(select(SignIn.token_hash)).all() == [secret_hash(secret)]
    assert state_of("another") is None


@pytest.mark.parametrize("username", ["stranger", "", "a\0b", "' OR 1=1 --", "x" * 500, "\u202e"])
def test_unknown_names_and_wrong_passwords_are_told_the_same(username: str) -> None:
    with pytest.raises(WrongCredentialsError) as unknown:
        enter(username)
    with pytest.raises(WrongCredentialsError) as wrong:
        enter("reception", "wrong")
    assert str(unknown.value) == str(wrong.value)


@pytest.mark.engines("sqlite")
def test_an_unknown_name_costs_as_much_as_a_known_one() -> None:
    passwords.set_cost()
    try:
        kept = passwords.hash_password(PASSWORD)
        passwords.is_password("warm-up", kept="")
        times = {}
        for name, hash_ in (("known", kept), ("unknown", "")):
            started = time.process_time()
            for _ in range(3):
                assert not passwords.is_password("wrong", kept=hash_)
            times[name] = time.process_time() - started
    finally:
        passwords.set_cost(time_cost=1, memory_kib=8)
    assert times["unknown"] > times["known"] / 3


def test_repeated_failures_must_wait_even_with_the_right_password() -> None:
    fail(FREE_FAILURES)
    with pytest.raises(TooManyFailuresError) as refusal:
        enter()
    assert refusal.value.retry_after_seconds == 5
    assert "5 seconds" in str(refusal.value)
    assert enter(now=NOW + timedelta(seconds=5))


def test_a_refused_try_does_not_lengthen_the_wait() -> None:
    fail(FREE_FAILURES)
    for _ in range(3):
        with pytest.raises(TooManyFailuresError) as refusal:
            enter()
        assert refusal.value.retry_after_seconds == 5


def test_a_stranger_elsewhere_does_not_shut_the_desk_out() -> None:
    fail(FREE_FAILURES, address=ELSEWHERE)
    with pytest.raises(TooManyFailuresError):
        enter(address=ELSEWHERE)
    assert enter(address=DESK)
    assert enter("head", address=ELSEWHERE)


def test_names_that_nobody_has_must_wait_too() -> None:
    fail(FREE_FAILURES, username="nobody")
    with pytest.raises(TooManyFailuresError):
        enter("nobody")


def test_a_success_forgets_the_failures() -> None:
    fail(FREE_FAILURES - 1)
    enter()
    fail(FREE_FAILURES - 1)
    assert enter()


def test_failures_of_yesterday_do_not_count_and_are_removed() -> None:
    fail(FREE_FAILURES, address=ELSEWHERE)
    fail(FREE_FAILURES)
    assert enter(now=NOW + FAILURES_COUNT_FOR + timedelta(seconds=1))
    with read_session() as session:
        assert session.scalar(select(func.count()).select_from(LoginAttempt)) == 0


def test_signing_out_ends_it_for_good(cast: Cast) -> None:
    opened, other = enter(), enter()
    sign_out(opened.secret, now=NOW)
    sign_out(opened.secret, now=NOW)
    ended, standing = state_of(opened.secret), state_of(other.secret)
    assert ended is not None
    assert standing is not None
    assert (ended.is_open, standing.is_open) == (False, True)
    assert ended.caller.account_id == cast["reception"]


def test_a_sign_in_replaces_the_one_the_browser_held() -> None:
    old = enter()
    new = enter("head", replaces=old.secret)
    old_state, new_state = state_of(old.secret), state_of(new.secret)
    assert old_state is not None
    assert new_state is not None
    assert (old_state.is_open, new_state.is_open) == (False, True)


def test_a_sign_in_does_not_outlast_a_day() -> None:
    secret = enter().secret
    before, after = (
        state_of(secret, now=NOW + SIGN_IN_LASTS / 2),
        state_of(secret, now=NOW + SIGN_IN_LASTS),
    )
    assert before is not None
    assert after is not None
    assert (before.is_open, after.is_open) == (True, False)


def test_a_hash_of_other_cost_is_renewed(cast: Cast) -> None:
    def kept() -> str:
        with read_session() as session:
            account = session.get(Account, cast["reception"])
            assert account is not None
            return account.password_hash

    before = kept()
    enter()
    assert kept() == before
    passwords.set_cost(time_cost=2, memory_kib=16)
    try:
        enter()
    finally:
        passwords.set_cost(time_cost=1, memory_kib=8)
    assert "m=16,t=2,p=1" in kept()
    assert enter()


def test_who_is_signed_in_is_a_list() -> None:
    first = enter()
    enter("head", address=ELSEWHERE, now=NOW + timedelta(minutes=1))
    with read_session() as session:
        found = signed_in(session, now=NOW + timedelta(minutes=2))
    assert [(one.username, one.address) for one in found] == [
        ("head", ELSEWHERE),
        ("reception", DESK),
    ]
    sign_out(first.secret, now=NOW)
    with read_session() as session:
        assert [one.username for one in signed_in(session, now=NOW)] == ["head"]
        assert signed_in(session, now=NOW + 2 * SIGN_IN_LASTS) == []
