"""Making and changing accounts: roles, staff member, whether it may sign in, password, language.

Signing in is services/sign_in.py, API tokens are services/tokens.py.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from tracker.db import read_session, service
from tracker.domain.credentials import check_password, check_username
from tracker.domain.errors import N_, InvalidError, StaleError
from tracker.passwords import hash_password, is_password
from tracker.queries.accounts import Credentials, credentials_by_id
from tracker.writes.account_rows import (
    AccountFacts,
    insert_account,
    lock_active_accounts,
    note_account,
    update_account,
)
from tracker.writes.accounts import (
    end_sign_ins,
    ensure_system_account,
    locked_account,
    open_sign_in,
)
from tracker.writes.booking_rows import Author

LANGUAGES = ("", "zh", "en")  # "" is the browser's own choice

_CHANGED_MEANWHILE = N_("Somebody else changed this account meanwhile.")


@dataclass(frozen=True, slots=True)
class NewAccount:
    """An account to be made; `is_trial` accepts any password, for accounts that guard made-up data."""

    username: str
    password: str
    roles: Collection[str]
    staff_code: str | None = None
    is_trial: bool = False


@dataclass(frozen=True, slots=True)
class AccountChange:
    """What an account shall be from now on; `version` is the one the caller saw, if it saw one."""

    roles: Collection[str]
    staff_code: str | None
    is_active: bool = True
    version: int | None = None


@dataclass(frozen=True, slots=True)
class OwnPassword:
    """The present password, which proves who asks, and the one to come."""

    present: str
    password: str


def create_account(new: NewAccount, *, by: int, now: datetime) -> int:
    """Make an account that can sign in at once; returns its id. Raises InvalidError with the field."""
    plain = replace(new, username=check_username(new.username))
    if not new.is_trial:
        check_password(new.password, username=plain.username)
    return _create_account(plain, password_hash=hash_password(new.password), by=by, now=now)


@service
def _create_account(
    session: Session, new: NewAccount, *, password_hash: str, by: int, now: datetime
) -> int:
    ensure_system_account(session, now=now)
    facts = AccountFacts(new.roles, new.staff_code)
    return insert_account(
        session, new.username, facts, Author(by, now), password_hash=password_hash
    )


@service
def change_account(
    session: Session, account_id: int, *, change: AccountChange, by: int, now: datetime
) -> None:
    """Set roles, staff member and whether the account may sign in; other roles or none end its sign-ins.

    Raises NotFoundError, StaleError, InvalidError, and ConflictError where no administrator would be left.
    """
    lock_active_accounts(session)
    account = locked_account(session, account_id)
    if change.version not in (None, account.version):
        raise StaleError(_CHANGED_MEANWHILE)
    facts = AccountFacts(change.roles, change.staff_code, change.is_active)
    update_account(session, account, facts, Author(by, now))


def reset_password(account_id: int, *, password: str, by: int, now: datetime) -> None:
    """Give an account another password and end its sign-ins. Raises NotFoundError, InvalidError."""
    check_password(password, username=_credentials(account_id).username)
    _reset_password(account_id, password_hash=hash_password(password), by=by, now=now)


@service
def _reset_password(
    session: Session, account_id: int, *, password_hash: str, by: int, now: datetime
) -> None:
    account = locked_account(session, account_id)
    account.password_hash = password_hash
    account.version += 1
    end_sign_ins(session, account_id=account_id, now=now)
    note_account(session, account, "reset_password", Author(by, now))


def change_own_password(
    account_id: int, *, change: OwnPassword, address: str, now: datetime
) -> str:
    """Exchange one's own password; ends all sign-ins and returns the secret of a new one for this browser.

    Raises InvalidError on the field `present` or `password`.
    """
    kept = _credentials(account_id)
    if not is_password(change.present, kept=kept.password_hash):
        raise InvalidError(N_("This is not your present password."), field="present")
    check_password(change.password, username=kept.username)
    hashes = (kept.password_hash, hash_password(change.password))
    return _exchange_password(account_id, hashes=hashes, address=address, now=now)


def _credentials(account_id: int) -> Credentials:
    """The present password's hash, read apart: hashing takes too long for a write transaction."""
    with read_session() as session:
        return credentials_by_id(session, account_id=account_id)


@service
def _exchange_password(
    session: Session, account_id: int, *, hashes: tuple[str, str], address: str, now: datetime
) -> str:
    account = locked_account(session, account_id)
    if account.password_hash != hashes[0]:
        raise StaleError(_CHANGED_MEANWHILE)
    account.password_hash = hashes[1]
    account.version += 1
    end_sign_ins(session, account_id=account_id, now=now)
    note_account(session, account, "change_password", Author(account_id, now))
    return open_sign_in(session, account_id=account_id, address=address, now=now)


@service
def set_language(session: Session, account_id: int, *, language: str, now: datetime) -> None:
    """Choose the language of one's own pages ("zh", "en", or "" for the browser's). Raises InvalidError."""
    if language not in LANGUAGES:
        raise InvalidError(N_("This language is not known."), field="language")
    account = locked_account(session, account_id)
    if account.language == language:
        return
    account.language = language
    author = Author(account_id, now)
    note_account(session, account, "set_language", author, language=language)
