"""The one read of the clock; drivers may put a virtual one in its place. No calendar arithmetic."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

_virtual: ContextVar[datetime | None] = ContextVar("virtual_now", default=None)


def now() -> datetime:
    """The present instant, aware, in UTC; the virtual one where a driver has set it."""
    return _virtual.get() or datetime.now(UTC)


@contextmanager
def at(instant: datetime) -> Iterator[None]:
    """Within this block `now()` answers `instant` (aware); for drivers and tests."""
    if instant.tzinfo is None:
        raise ValueError("a virtual clock needs an aware instant")
    token = _virtual.set(instant.astimezone(UTC))
    try:
        yield
    finally:
        _virtual.reset(token)
