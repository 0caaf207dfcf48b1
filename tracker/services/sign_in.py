"""Signing in and out: a name, a password, and a secret that one browser keeps until it is ended."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from tracker.db import service
from tracker.domain.credentials import (
    FAILURES_COUNT_FOR,
    TooManyFailuresError,
    WrongCredentialsError,
    plain_username,
    secret_hash,
    wait_after,
)
from tracker.domain.errors import N_, NotFoundError
from tracker.models import Account, LoginAttempt, SignIn
from tracker.passwords import hash_password, is_outdated, is_password
from tracker.queries.accounts import Credentials, credentials_by_name, failures_of
from tracker.writes.accounts import open_sign_in
from tracker.writes.audit import write_audit


@dataclass(frozen=True, slots=True)
class Attempt:
    """A name and a password from an address; `replaces` is the secret this browser still holds."""

    username: str
    password: str
    address: str
    replaces: str | None = None


@dataclass(frozen=True, slots=True)
class Opened:
    """A sign-in that was opened: whose it is and the secret its browser keeps."""

    account_id: int
    secret: str


def sign_in(attempt: Attempt, *, now: datetime) -> Opened:
    """Open a sign-in; an unknown name takes as long as a wrong password.

    Raises WrongCredentialsError, or TooManyFailuresError while this name must wait at this address.
    """
    username = plain_username(attempt.username)
    address = attempt.address[:60]
    credentials = _note_attempt(username, address=address, now=now)
    if not is_password(attempt.password, kept=credentials.password_hash):
        raise WrongCredentialsError
    renewed = hash_password(attempt.password) if is_outdated(credentials.password_hash) else None
    return _open(attempt, credentials=credentials, renewed_hash=renewed, now=now)


@service
def _note_attempt(session: Session, username: str, *, address: str, now: datetime) -> Credentials:
    """Count the try as failed before the password is compared: tries at the same moment count too."""
    failures, last = failures_of(session, username=username, address=address, now=now)
    wait = wait_after(failures, last=last, now=now)
    if wait:
        raise TooManyFailuresError(wait)
    session.add(LoginAttempt(username=username, address=address, at=now))
    return credentials_by_name(session, username=username)


@service
def _open(
    session: Session,
    attempt: Attempt,
    *,
    credentials: Credentials,
    renewed_hash: str | None,
    now: datetime,
) -> Opened:
    account = session.get(Account, credentials.account_id, with_for_update=True)
    if account is None or not account.is_active:
        raise WrongCredentialsError
    if account.password_hash != credentials.password_hash:
        raise WrongCredentialsError  # it was changed while this one was compared
    if renewed_hash is not None:
        account.password_hash = renewed_hash
    _forget_failures(session, username=account.username, address=attempt.address[:60], now=now)
    if attempt.replaces:
        _end(session, secret=attempt.replaces, now=now)
    secret = open_sign_in(session, account_id=account.id, address=attempt.address, now=now)
    _note(session, account.id, "sign_in", now=now, address=attempt.address)
    return Opened(account.id, secret)


@service
def sign_out(session: Session, secret: str, *, now: datetime) -> None:
    """End the sign-in of this secret; nothing happens when it has ended already."""
    account_id = _end(session, secret=secret, now=now)
    if account_id is not None:
        _note(session, account_id, "sign_out", now=now)


@service
def end_sign_in(session: Session, sign_in_id: int, *, by: int, now: datetime) -> None:
    """Sign somebody else's browser out; one that has ended stays as it is. Raises NotFoundError."""
    standing = session.get(SignIn, sign_in_id, with_for_update=True)
    if standing is None:
        raise NotFoundError(N_("There is no such sign-in."))
    if standing.ended_at is None:
        standing.ended_at = now
        _note(session, standing.account_id, "end_sign_in", by=by, now=now)


def _end(session: Session, *, secret: str, now: datetime) -> int | None:
    """End one sign-in and return its account; None when it does not stand."""
    standing = session.scalar(
        select(SignIn)
        .where(SignIn.token_hash == secret_hash(secret), SignIn.ended_at.is_(None))
        .with_for_update()
    )
    if standing is None:
        return None
    standing.ended_at = now
    return standing.account_id


def _forget_failures(session: Session, *, username: str, address: str, now: datetime) -> None:
    """A success clears its own pair, and whatever no longer counts."""
    mine = (LoginAttempt.username == username) & (LoginAttempt.address == address)
    old = LoginAttempt.at < now - FAILURES_COUNT_FOR
    session.execute(delete(LoginAttempt).where(mine | old))


def _note(
    session: Session,
    account_id: int,
    action: str,
    *,
    now: datetime,
    by: int | None = None,
    **change: object,
) -> None:
    write_audit(
        session,
        action=action,
        entity="account",
        entity_id=account_id,
        by=account_id if by is None else by,
        now=now,
        change=change,
    )
