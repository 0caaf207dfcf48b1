"""Names, passwords and secrets of accounts: what they look like, and how failures slow a sign-in.

Hashing of passwords lives in tracker/passwords.py, rows elsewhere.
"""

import hashlib
import unicodedata
from datetime import datetime, timedelta

from tracker.domain.errors import N_, DomainError, ForbiddenError, InvalidError

USERNAME_LENGTH = 80
PASSWORD_LENGTH = range(8, 201)

FREE_FAILURES = 5
FIRST_DELAY = timedelta(seconds=5)
LONGEST_DELAY = timedelta(minutes=5)
FAILURES_COUNT_FOR = timedelta(hours=1)

SIGN_IN_LASTS = timedelta(hours=24)
"""However busy its browser is, a sign-in ends after this."""


class WrongCredentialsError(ForbiddenError):
    """No active account has this name and password; which of them is wrong is not said."""

    code = "wrong_credentials"

    def __init__(self) -> None:
        super().__init__(N_("The name or the password is not right."))


class TooManyFailuresError(DomainError):
    """This name failed too often from this address and must wait; `retry_after_seconds` says how long."""

    code = "too_many_failures"

    def __init__(self, wait: timedelta) -> None:
        self.retry_after_seconds = max(1, -(-wait // timedelta(seconds=1)))
        super().__init__(
            N_("Too many failed sign-ins with this name here. Please wait %(seconds)s seconds."),
            params={"seconds": self.retry_after_seconds},
        )


def plain_username(text: str) -> str:
    """The one spelling under which a name is kept and compared: composed, lower case, printable."""
    folded = unicodedata.normalize("NFKC", text).strip().casefold()
    printable = "".join(
        letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in folded
    )
    return printable[:USERNAME_LENGTH]


def check_username(text: str) -> str:
    """The plain spelling of a new account's name. Raises InvalidError."""
    name = plain_username(text)
    if not name or len(text.strip()) > USERNAME_LENGTH:
        raise InvalidError(
            N_("A name has 1 to %(length)s characters."),
            field="username",
            params={"length": USERNAME_LENGTH},
        )
    if "\N{REPLACEMENT CHARACTER}" in name or any(letter.isspace() for letter in name):
        raise InvalidError(N_("A name has no spaces or control characters."), field="username")
    return name


def check_password(password: str, *, username: str) -> None:
    """Length alone is asked for, after NIST SP 800-63B, and no copy of the name. Raises InvalidError."""
    if len(password) not in PASSWORD_LENGTH:
        raise InvalidError(
            N_("A password has %(least)s to %(most)s characters."),
            field="password",
            params={"least": PASSWORD_LENGTH[0], "most": PASSWORD_LENGTH[-1]},
        )
    if plain_username(password) == username:
        raise InvalidError(N_("The password must not be the name."), field="password")


def secret_hash(secret: str) -> str:
    """What is kept of a sign-in's or an API token's secret: SHA-256, in hexadecimal.

    The secrets are 256 random bits, so that a slow hash would gain nothing.
    """
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def wait_after(failures: int, *, last: datetime | None, now: datetime) -> timedelta:
    """How long to wait before the next try; nothing for the first five failures, then 5 s, doubling to 5 min.

    `failures` and `last` are those of one name from one address within FAILURES_COUNT_FOR.
    """
    if failures < FREE_FAILURES or last is None:
        return timedelta(0)
    doublings = min(failures - FREE_FAILURES, 10)
    delay = min(FIRST_DELAY * (1 << doublings), LONGEST_DELAY)
    return max(last + delay - now, timedelta(0))
