"""Until when a finished exam is taken back by one press; what that changes is in writes/examining."""

from datetime import datetime, timedelta

ONE_PRESS = timedelta(minutes=10)
"""A wrong press is noticed at once; whoever takes a finish back later says why."""

_MINUTE = timedelta(minutes=1)


def needs_reason(finished_at: datetime, now: datetime) -> bool:
    """Whether taking back a finish of that instant needs a reason by now: from ten minutes on."""
    return now - finished_at >= ONE_PRESS


def one_press_minutes(finished_at: datetime, now: datetime) -> int:
    """The minutes left in which one press will do, a begun one whole; 0: none."""
    return max(0, -((now - finished_at - ONE_PRESS) // _MINUTE))
