"""API tokens of an account: made once, shown once, revoked; only their SHA-256 is kept."""

import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.db import service
from tracker.domain.credentials import plain_username, secret_hash
from tracker.domain.errors import N_, NotFoundError
from tracker.domain.roles import SYSTEM_ACCOUNT_ID
from tracker.models import Account, ApiToken
from tracker.writes.audit import write_audit


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token's number, by which it is revoked, and its text, which is never shown again."""

    id: int
    text: str


@service
def create_token(session: Session, username: str, *, by: int, now: datetime) -> NewToken:
    """Make a bearer token with the roles its account has at each use. Raises NotFoundError."""
    statement = select(Account.id).where(
        Account.username == plain_username(username),
        Account.is_active,
        Account.id != SYSTEM_ACCOUNT_ID,
    )
    account_id = session.scalar(statement)
    if account_id is None:
        raise NotFoundError(
            N_("There is no active account %(username)s."), params={"username": username}
        )
    text = secrets.token_urlsafe(32)
    token = ApiToken(token_hash=secret_hash(text), account_id=account_id, created_at=now)
    session.add(token)
    session.flush()
    _note(session, token, "create", by=by, now=now)
    return NewToken(token.id, text)


@service
def revoke_token(session: Session, token_id: int, *, by: int, now: datetime) -> None:
    """Let a token prove nothing any more; revoking it again changes nothing. Raises NotFoundError."""
    token = session.get(ApiToken, token_id, with_for_update=True)
    if token is None:
        raise NotFoundError(N_("There is no such token."))
    if token.revoked_at is None:
        token.revoked_at = now
        _note(session, token, "revoke", by=by, now=now)


def _note(session: Session, token: ApiToken, action: str, *, by: int, now: datetime) -> None:
    write_audit(
        session,
        action=action,
        entity="api_token",
        entity_id=token.id,
        by=by,
        now=now,
        change={"account_id": token.account_id},
    )
