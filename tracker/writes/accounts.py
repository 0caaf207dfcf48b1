"""Steps around accounts and sign-ins: the system account, opening and ending a sign-in, finding staff."""

import secrets
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tracker.domain.credentials import secret_hash
from tracker.domain.errors import N_, InvalidError, NotFoundError
from tracker.domain.roles import SYSTEM_ACCOUNT_ID, SYSTEM_USERNAME
from tracker.models import Account, SignIn, StaffMember
from tracker.writes.numbering import continue_numbering


def ensure_system_account(session: Session, *, now: datetime) -> None:
    """Make account 1, which stands behind jobs and drivers and cannot sign in, if it is missing.

    Raises RuntimeError when the number 1 belongs to somebody else.
    """
    known = session.get(Account, SYSTEM_ACCOUNT_ID)
    if known is None:
        known = Account(id=SYSTEM_ACCOUNT_ID, username=SYSTEM_USERNAME, roles=[], created_at=now)
        session.add(known)
        session.flush()
        continue_numbering(session.connection(), Account.__table__)
    if known.username != SYSTEM_USERNAME:
        raise RuntimeError("the first account must be the system's")


def locked_account(session: Session, account_id: int) -> Account:
    """The account of a person, locked against other changes. Raises NotFoundError."""
    account = session.get(Account, account_id, with_for_update={"key_share": True})
    if account is None or account.id == SYSTEM_ACCOUNT_ID:
        raise NotFoundError(N_("There is no such account."))
    return account


def staff_member_id_of(session: Session, code: str | None) -> int | None:
    """The staff member of this code who is still here; None for no code. Raises InvalidError."""
    if not code:
        return None
    statement = select(StaffMember.id).where(
        StaffMember.code == code, StaffMember.retired_at.is_(None)
    )
    found = session.scalar(statement)
    if found is None:
        raise InvalidError(N_("No staff member has this code."), field="staff")
    return found


def open_sign_in(session: Session, *, account_id: int, address: str, now: datetime) -> str:
    """A new sign-in; returns its secret, which only the browser keeps."""
    secret = secrets.token_urlsafe(32)
    session.add(
        SignIn(
            token_hash=secret_hash(secret),
            account_id=account_id,
            address=address[:60],
            created_at=now,
        )
    )
    return secret


def end_sign_ins(session: Session, *, account_id: int, now: datetime) -> int:
    """End every sign-in of an account; returns how many stood."""
    statement = (
        update(SignIn)
        .where(SignIn.account_id == account_id, SignIn.ended_at.is_(None))
        .values(ended_at=now)
    )
    return session.execute(statement).rowcount  # type: ignore[attr-defined,no-any-return]
