"""The rows of accounts: making one, changing roles, staff member and whether it may sign in, with audit.

Passwords are the services' matter; an account whose hash is empty cannot sign in.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tracker.domain.errors import N_, ConflictError, InvalidError
from tracker.domain.roles import Role
from tracker.models import Account
from tracker.writes.accounts import end_sign_ins, staff_member_id_of
from tracker.writes.audit import note_row
from tracker.writes.booking_rows import Author


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """What an administrator says of an account, besides its name and password."""

    roles: Collection[str]
    staff_code: str | None
    is_active: bool = True


def insert_account(
    session: Session, username: str, facts: AccountFacts, author: Author, *, password_hash: str = ""
) -> int:
    """Make an account; returns its id. Raises InvalidError with the field. The name has been checked."""
    account = Account(
        username=username,
        password_hash=password_hash,
        roles=_known_roles(facts.roles),
        staff_member_id=staff_member_id_of(session, facts.staff_code),
        is_active=facts.is_active,
        created_at=author.now,
    )
    session.add(account)
    try:
        session.flush()  # the database says whether the name is free: two may ask for it at once
    except IntegrityError as error:
        raise InvalidError(N_("This name is taken."), field="username") from error
    note_account(session, account, "create", author, username=username, **_facts(account))
    return account.id


def lock_active_accounts(session: Session) -> None:
    """Two administrators who remove each other must queue, or nobody would be left. Before any update.

    Who books goes on: a booking refers to its account and waits for no such lock.
    """
    active = select(Account.id).where(Account.is_active).order_by(Account.id)
    session.execute(active.with_for_update(key_share=True)).all()


def update_account(session: Session, account: Account, facts: AccountFacts, author: Author) -> bool:
    """Set what was said of a locked account; other roles or none end its sign-ins. Whether it changed.

    Raises InvalidError with the field, ConflictError where no administrator would be left.
    """
    before = _facts(account)
    account.roles = _known_roles(facts.roles)
    account.staff_member_id = staff_member_id_of(session, facts.staff_code)
    account.is_active = facts.is_active
    after = _facts(account)
    if before == after:
        return False
    account.version += 1
    session.flush()
    _keep_an_administrator(session, before=before, after=after)
    if not account.is_active or before["roles"] != after["roles"]:
        end_sign_ins(session, account_id=account.id, now=author.now)
    note_account(session, account, "change", author, before=before, after=after)
    return True


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


def note_account(
    session: Session, account: Account, action: str, author: Author, **change: object
) -> None:
    """The audit entry of a step of an account."""
    note_row(session, account, action, author, change)
