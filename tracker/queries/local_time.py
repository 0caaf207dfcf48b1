"""Local time inside statements: seconds and days as numbers, so that a database groups by hour and weekday itself.

Both engines count whole seconds since 1970; everything else is arithmetic that they agree about.
"""

from datetime import date, timedelta
from typing import Any

from sqlalchemy import BigInteger, Integer, case, cast, extract, func, literal
from sqlalchemy.orm import Session

from tracker import clock
from tracker.domain.workcalendar import DAY, offset_changes

DAY_SECONDS = 24 * 60 * 60
_EPOCH = date(1970, 1, 1)  # a Thursday
_THURSDAY = 3


def seconds_of(session: Session, column: Any) -> Any:
    """Whole seconds since 1970 (UTC) of a column of instants, rounded down."""
    if session.get_bind().dialect.name == "postgresql":
        return cast(func.floor(extract("epoch", column)), BigInteger)
    return cast(func.strftime("%s", func.substr(column, 1, 19)), Integer)


def local_seconds_of(session: Session, column: Any, first: date, last: date) -> Any:
    """The same as the clocks of the hospital show it, for instants of the days `first` to `last` (inclusive).

    What lies outside those days is shown as at their border.
    """
    changes = offset_changes(first - DAY, last + DAY, clock.hospital_zone())
    offset: Any = literal(changes[0][1], Integer)
    if len(changes) > 1:
        later = [(column >= since, seconds) for since, seconds in reversed(changes[1:])]
        offset = case(*later, else_=changes[0][1])
    return seconds_of(session, column) + offset


def minute_of_day(local_seconds: Any) -> Any:
    """Minutes after midnight."""
    return local_seconds // 60 % (24 * 60)


def weekday_of(local_seconds: Any) -> Any:
    """Monday 0 to Sunday 6."""
    return (local_seconds // DAY_SECONDS + _THURSDAY) % 7


def day_number_of(local_seconds: Any) -> Any:
    """The day as a number; `day_of_number` makes the date of it."""
    return local_seconds // DAY_SECONDS


def day_of_number(number: int) -> date:
    """The date of a day number."""
    return _EPOCH + timedelta(days=number)
