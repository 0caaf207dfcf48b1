"""Making and changing accounts: roles, staff member, whether it may sign in, password, language.

Signing in is services/sign_in.py, API tokens are services/tokens.py.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tracker.db import read_session, service
from tracker.domain.credentials import check_password, check_username
from tracker.domain.errors import N_, ConflictError, InvalidError, StaleError
from tracker.domain.roles import Role
from tracker.models import Account
from tracker.passwords import hash_password, is_password
from tracker.queries.accounts import Credentials, credentials_by_id
from tracker.writes.accounts import (
    end_sign_ins,
    ensure_system_account,
    locked_account,
    open_sign_in,
    staff_member_id_of,
)
from tracker.writes.audit import write_audit

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
    account = Account(
        username=new.username,
        password_hash=password_hash,
        roles=_known_roles(new.roles),
        staff_member_id=staff_member_id_of(session, new.staff_code),
        created_at=now,
    )
    session.add(account)
    try:
        session.flush()  # the database says whether the name is free: two may ask for it at once
    except IntegrityError as error:
        raise InvalidError(N_("This name is taken."), field="username") from error
    _note(session, account, "create", by=by, now=now, username=new.username, **_facts(account))
    return account.id


@service
def change_account(
    session: Session, account_id: int, *, change: AccountChange, by: int, now: datetime
) -> None:
    """Set roles, staff member and whether the account may sign in; other roles or none end its sign-ins.

    Raises NotFoundError, StaleError, InvalidError, and ConflictError where no administrator would be left.
    """
    _lock_active_accounts(session)
    account = locked_account(session, account_id)
    if change.version not in (None, account.version):
        raise StaleError(_CHANGED_MEANWHILE)
    before = _facts(account)
    account.roles = _known_roles(change.roles)
    account.staff_member_id = staff_member_id_of(session, change.staff_code)
    account.is_active = change.is_active
    account.version += 1
    session.flush()
    after = _facts(account)
    _keep_an_administrator(session, before=before, after=after)
    if not account.is_active or before["roles"] != after["roles"]:
        end_sign_ins(session, account_id=account_id, now=now)
    _note(session, account, "change", by=by, now=now, before=before, after=after)


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
    _note(session, account, "reset_password", by=by, now=now)


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
    _note(session, account, "change_password", by=account_id, now=now)
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
    _note(session, account, "set_language", by=account_id, now=now, language=language)


def _known_roles(roles: Collection[str]) -> list[str]:
    """The roles in their fixed order. Raises InvalidError for none or an unknown one."""
    unknown = set(roles) - set(Role)
    if unknown:
        raise InvalidError(
            N_("There is no role %(role)s."), field="roles", params={"role": min(unknown)}
        )
    if not roles:
        raise InvalidError(N_("An account has at least one role."), field="roles")
    return [role.value for role in Role if role in roles]


def _lock_active_accounts(session: Session) -> None:
    """Two administrators who remove each other must queue, or nobody would be left."""
    active = select(Account.id).where(Account.is_active).order_by(Account.id)
    session.execute(active.with_for_update()).all()


def _keep_an_administrator(
    session: Session, *, before: Mapping[str, Any], after: Mapping[str, Any]
) -> None:
    if not _administers(before) or _administers(after):
        return
    others = session.scalars(select(Account.roles).where(Account.is_active))
    if not any(Role.ADMIN in roles for roles in others):
        raise ConflictError(N_("The last active administrator cannot be removed."))


def _administers(facts: Mapping[str, Any]) -> bool:
    return facts["is_active"] and Role.ADMIN in facts["roles"]


def _facts(account: Account) -> dict[str, Any]:
    return {
        "roles": list(account.roles),
        "staff_member_id": account.staff_member_id,
        "is_active": account.is_active,
    }


def _note(
    session: Session, account: Account, action: str, *, by: int, now: datetime, **change: object
) -> None:
    write_audit(
        session,
        action=action,
        entity="account",
        entity_id=account.id,
        by=by,
        now=now,
        change=change,
    )
