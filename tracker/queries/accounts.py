"""Accounts, their sign-ins and tokens, as values. Who may do what is domain/roles; changes are services."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, bindparam, func, select
from sqlalchemy.orm import Session

from tracker.db import core
from tracker.domain.credentials import FAILURES_COUNT_FOR, SIGN_IN_LASTS
from tracker.domain.roles import SYSTEM_ACCOUNT_ID, Caller, idle_minutes_of
from tracker.models import Account, ApiToken, LoginAttempt, Setting, SignIn, StaffMember

# Core columns: one of the first two statements runs in every request.
_account = Account.__table__.c
_sign_in = SignIn.__table__.c
_token = ApiToken.__table__.c
_staff = StaffMember.__table__.c
_attempt = LoginAttempt.__table__.c

_WHO = (
    _account.id.label("account_id"),
    _account.username,
    _account.roles,
    _account.language,
    _account.is_active,
    _staff.id.label("staff_member_id"),
    _staff.code.label("staff_code"),
    _staff.name.label("staff_name"),
)
_ACCOUNT_AND_STAFF = Account.__table__.outerjoin(
    StaffMember.__table__, _staff.id == _account.staff_member_id
)

_of_sign_in = (
    select(
        *_WHO,
        _sign_in.id.label("grant_id"),
        _sign_in.created_at,
        _sign_in.ended_at,
        select(Setting.value)
        .where(Setting.key == "idle_minutes")
        .scalar_subquery()
        .label("idle_minutes"),
    )
    .select_from(_ACCOUNT_AND_STAFF.join(SignIn.__table__, _sign_in.account_id == _account.id))
    .where(_sign_in.token_hash == bindparam("secret_hash"))
)

_of_token = (
    select(*_WHO, _token.id.label("grant_id"))
    .select_from(_ACCOUNT_AND_STAFF.join(ApiToken.__table__, _token.account_id == _account.id))
    .where(
        _token.token_hash == bindparam("secret_hash"),
        _token.revoked_at.is_(None),
        _account.is_active,
    )
)


@dataclass(frozen=True, slots=True)
class SignInState:
    """What a browser's secret stands for: whose it is, whether it still holds, how long it may idle."""

    caller: Caller
    is_open: bool
    idle_minutes: int


@dataclass(frozen=True, slots=True)
class AccountRow:
    """One account as the administrator's list shows it."""

    id: int
    username: str
    roles: tuple[str, ...]
    staff_code: str | None
    staff_name: str | None
    is_active: bool
    language: str
    version: int


@dataclass(frozen=True, slots=True)
class SignedIn:
    """One sign-in that stands: who, from which address, since when."""

    id: int
    account_id: int
    username: str
    address: str
    since: datetime


@dataclass(frozen=True, slots=True)
class TokenRow:
    """One API token that proves something; its text is known to nobody here."""

    id: int
    since: datetime


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a password is compared with; an empty hash belongs to nobody."""

    account_id: int
    username: str
    password_hash: str


NOBODY = Credentials(0, "", "")


def sign_in_state(session: Session, *, secret_hash: str, now: datetime) -> SignInState | None:
    """The sign-in of this secret, ended ones included (they tell whose it was); None when unknown."""
    row = core(session).execute(_of_sign_in, {"secret_hash": secret_hash}).one_or_none()
    if row is None:
        return None
    is_open = row.is_active and row.ended_at is None and now - row.created_at < SIGN_IN_LASTS
    return SignInState(_caller(row), is_open, idle_minutes_of(row.roles, row.idle_minutes))


def caller_of_token(session: Session, *, secret_hash: str) -> Caller | None:
    """Who calls with this API token; None when it is unknown or revoked or its account inactive."""
    row = core(session).execute(_of_token, {"secret_hash": secret_hash}).one_or_none()
    return None if row is None else _caller(row)


def _caller(row: Row[*tuple[Any, ...]]) -> Caller:
    return Caller(
        account_id=row.account_id,
        username=row.username,
        roles=frozenset(row.roles),
        grant_id=row.grant_id,
        staff_member_id=row.staff_member_id,
        staff_code=row.staff_code,
        staff_name=row.staff_name,
        language=row.language,
    )


def _accounts() -> Select[*tuple[Any, ...]]:
    return select(*_WHO, _account.version).select_from(_ACCOUNT_AND_STAFF)


def _account_row(row: Row[*tuple[Any, ...]]) -> AccountRow:
    return AccountRow(
        id=row.account_id,
        username=row.username,
        roles=tuple(row.roles),
        staff_code=row.staff_code,
        staff_name=row.staff_name,
        is_active=row.is_active,
        language=row.language,
        version=row.version,
    )


def roles_of(session: Session, account_id: int) -> frozenset[str]:
    """The roles of an account. One statement."""
    return frozenset(session.scalars(select(Account.roles).where(Account.id == account_id)).one())


def accounts(session: Session) -> list[AccountRow]:
    """All accounts of people by name, active ones first; the system's own is left out."""
    order = (_account.is_active.desc(), _account.username)
    statement = _accounts().where(_account.id != SYSTEM_ACCOUNT_ID).order_by(*order)
    return [_account_row(row) for row in session.execute(statement)]


def signed_in(session: Session, *, now: datetime) -> list[SignedIn]:
    """The sign-ins that stand, newest first; a browser left idle is among them until its day is over."""
    statement = (
        select(
            _sign_in.id,
            _sign_in.account_id,
            _account.username,
            _sign_in.address,
            _sign_in.created_at,
        )
        .join(Account.__table__, _account.id == _sign_in.account_id)
        .where(_sign_in.ended_at.is_(None), _sign_in.created_at > now - SIGN_IN_LASTS)
        .order_by(_sign_in.created_at.desc(), _sign_in.id.desc())
    )
    return [SignedIn(*row) for row in session.execute(statement)]


def tokens_of(session: Session, *, account_id: int) -> list[TokenRow]:
    """The tokens of an account that are not revoked, newest first."""
    statement = (
        select(_token.id, _token.created_at)
        .where(_token.account_id == account_id, _token.revoked_at.is_(None))
        .order_by(_token.id.desc())
    )
    return [TokenRow(*row) for row in session.execute(statement)]


def credentials_by_name(session: Session, *, username: str) -> Credentials:
    """Those of the active account of this plain name; NOBODY when there is none."""
    return _credentials(session, _account.username == username, _account.is_active)


def credentials_by_id(session: Session, *, account_id: int) -> Credentials:
    """Those of this account, active or not; NOBODY when there is none."""
    return _credentials(session, _account.id == account_id)


def _credentials(session: Session, *conditions: ColumnElement[bool]) -> Credentials:
    statement = select(_account.id, _account.username, _account.password_hash).where(
        _account.id != SYSTEM_ACCOUNT_ID, *conditions
    )
    row = session.execute(statement).one_or_none()
    return NOBODY if row is None else Credentials(*row)


def failures_of(
    session: Session, *, username: str, address: str, now: datetime
) -> tuple[int, datetime | None]:
    """How many sign-ins of this name failed from this address lately, and when the last one did."""
    statement = select(func.count(), func.max(_attempt.at)).where(
        _attempt.username == username,
        _attempt.address == address,
        _attempt.at > now - FAILURES_COUNT_FOR,
    )
    count, last = session.execute(statement).one()
    return count, last
