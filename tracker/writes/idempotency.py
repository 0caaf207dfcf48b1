"""An answer made in the transaction it tells of and, under a caller's key, kept: the same request has it again."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from tracker.domain.errors import N_, ConflictError
from tracker.models import IdempotencyKey

T = TypeVar("T")

KEPT = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Claim:
    """How a caller wants the answer made and, if one was sent, the Idempotency-Key it is kept under.

    `render` takes the session and the result and gives the HTTP status and body; the key is kept with its
    token and the hash of the request's body.
    """

    render: Callable[[Session, object], tuple[int, str]]
    token_id: int = 0
    key: str | None = None
    body_hash: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """A rendered answer: of this request or, under a key, of the first one."""

    status: int
    body: str


def answer_once(
    session: Session, claim: Claim | None, work: Callable[[], T], *, now: datetime
) -> T | Answer:
    """Do the work and, for a claim, render the answer; a key that was answered within 24 h has that again.

    Raises ConflictError `idempotency_conflict` for the same key with another body. A refusal is not kept.
    """
    if claim is None:
        return work()
    if claim.key is None:
        return Answer(*claim.render(session, work()))
    row_id = _claim_key(session, claim, now)
    if row_id is None:
        return _answer_before(session, claim)
    result = work()
    status, body = claim.render(session, result)
    row = session.get_one(IdempotencyKey, row_id)
    row.status, row.body = status, body
    return Answer(status, body)


def _claim_key(session: Session, claim: Claim, now: datetime) -> int | None:
    """Take the key; None when it is taken. On PostgreSQL this waits for a caller who is at it."""
    session.execute(
        delete(IdempotencyKey).where(
            IdempotencyKey.token_id == claim.token_id,
            IdempotencyKey.key == claim.key,
            IdempotencyKey.created_at <= now - KEPT,
        )
    )
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    statement = (
        dialect.insert(IdempotencyKey)
        .values(
            token_id=claim.token_id,
            key=claim.key,
            body_hash=claim.body_hash,
            status=0,
            body="",
            created_at=now,
        )
        .on_conflict_do_nothing()
        .returning(IdempotencyKey.id)
    )
    row_id: int | None = session.scalar(statement)
    return row_id


def _answer_before(session: Session, claim: Claim) -> Answer:
    row = session.scalars(
        select(IdempotencyKey).where(
            IdempotencyKey.token_id == claim.token_id, IdempotencyKey.key == claim.key
        )
    ).one()
    if row.body_hash != claim.body_hash:
        raise ConflictError(
            N_("This key was used for another request."), code="idempotency_conflict"
        )
    return Answer(row.status, row.body)
