"""Who is at the browser: Flask-Login's user around a query's result, and how long a sign-in may idle.

Which endpoint asks for which role is tracker/web/access.py.
"""

from datetime import datetime, timedelta

from flask import Flask, Response, g, request, session
from flask_login import AnonymousUserMixin, LoginManager, UserMixin, current_user, login_user

from tracker import clock
from tracker.domain.credentials import secret_hash
from tracker.domain.roles import Caller
from tracker.queries import read_session
from tracker.queries.accounts import SignInState, sign_in_state

LAST_SEEN = "seen"
REFRESH_AFTER_SECONDS = 60
"""The last request's time is rewritten at most once a minute, so that parallel requests rarely disagree."""
BACKGROUND_HEADER = "X-Background"
"""A request that a page repeats by itself carries it, and does not count as somebody being there."""


class Person(UserMixin):
    """Somebody signed in; `get_id()` is the random secret of this sign-in and not the account's number."""

    def __init__(self, caller: Caller, secret: str) -> None:
        self.caller = caller
        self._secret = secret

    def get_id(self) -> str:
        """What the cookie keeps."""
        return self._secret

    @property
    def username(self) -> str:
        """The account's name."""
        return self.caller.username

    @property
    def roles(self) -> frozenset[str]:
        """The account's roles."""
        return self.caller.roles

    @property
    def name(self) -> str:
        """The staff member's name, else the account's."""
        return self.caller.staff_name or self.caller.username


class Nobody(AnonymousUserMixin):
    """Not signed in: no name, no roles."""

    username = ""
    name = ""
    roles: frozenset[str] = frozenset()


def request_now() -> datetime:
    """The instant of this request: the clock is read once."""
    if "now" not in g:
        g.now = clock.now()
    instant: datetime = g.now
    return instant


def caller() -> Caller:
    """Who asks; only for endpoints whose access is not public."""
    who: Caller = current_user.caller
    return who


def last_person() -> Caller | None:
    """Who is signed in here, or was until it ran out or was ended elsewhere; nobody after a sign-out here."""
    if current_user.is_authenticated:
        return caller()
    left: Caller | None = g.get("person_before")
    return left


def enter(secret: str) -> Caller:
    """Sign this browser in with a new secret; the same person keeps the CSRF token of the open pages."""
    before = last_person()
    state = _state_of(secret)
    if state is None:
        raise LookupError("a sign-in is entered right after it was opened")
    is_same = before is not None and before.account_id == state.caller.account_id
    token = session.get("csrf_token") if is_same else None
    session.clear()
    g.pop("csrf_token", None)
    if token:
        session["csrf_token"] = token
    login_user(Person(state.caller, secret))
    session[LAST_SEEN] = int(request_now().timestamp())
    return state.caller


def leave() -> str | None:
    """Forget the sign-in in this browser; returns its secret, which is to be ended."""
    secret: str | None = session.get("_user_id")
    session.clear()
    g.pop("csrf_token", None)
    g.pop("person_before", None)
    g._login_user = Nobody()
    return secret


def held_secret() -> str | None:
    """The secret this browser holds, whether it still stands or not."""
    secret: str | None = session.get("_user_id")
    return secret


def _load(secret: str) -> Person | None:
    state = _state_of(secret)
    if state is None:
        return None
    if not state.is_open or _is_idle(state):
        g.person_before = state.caller
        return None
    return Person(state.caller, secret)


def _state_of(secret: str) -> SignInState | None:
    with read_session() as reading:
        return sign_in_state(reading, secret_hash=secret_hash(secret), now=request_now())


def _is_idle(state: SignInState) -> bool:
    seen = session.get(LAST_SEEN)
    if not isinstance(seen, int):
        return True
    idle = request_now().timestamp() - seen
    return idle >= timedelta(minutes=state.idle_minutes).total_seconds()


def _note_presence(response: Response) -> Response:
    """Somebody is there: write the time into the cookie. Only where the person was asked for at all."""
    person = g.get("_login_user")
    if person is None or not person.is_authenticated or BACKGROUND_HEADER in request.headers:
        return response
    seconds = int(request_now().timestamp())
    if seconds - session.get(LAST_SEEN, 0) >= REFRESH_AFTER_SECONDS:
        session[LAST_SEEN] = seconds
    return response


def register_person(app: Flask) -> None:
    """Attach Flask-Login; templates know `current_user`."""
    manager = LoginManager()
    manager.session_protection = None  # the sign-in's own row is the protection: it can be ended
    manager.anonymous_user = Nobody
    manager.user_loader(_load)
    manager.init_app(app)
    app.after_request(_note_presence)
