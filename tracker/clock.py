"""The one read of the clock, and the hospital's zone; drivers may set a virtual clock. No arithmetic."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

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


_zone = ZoneInfo("Asia/Shanghai")


def set_hospital_zone(name: str) -> None:
    """Set, once per application, the zone in which the hospital's days begin and end (IANA name)."""
    global _zone  # noqa: PLW0603 - one hospital per process
    _zone = ZoneInfo(name)


def hospital_zone() -> ZoneInfo:
    """The hospital's time zone."""
    return _zone
