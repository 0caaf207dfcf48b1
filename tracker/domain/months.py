"""The months of the calendar: their borders, and which of them lie whole in some days. Working days: workcalendar."""

from calendar import monthrange
from datetime import date, timedelta

from tracker.domain.errors import N_, NotFoundError

FIRST_YEAR = 2000
_DAY = timedelta(days=1)


def last_of_month(day: date) -> date:
    """The last day of the month in which a day lies."""
    return day.replace(day=monthrange(day.year, day.month)[1])


def month_end(day: date) -> date:
    """The first day after the month in which a day lies."""
    return last_of_month(day) + _DAY


def month_before(day: date) -> date:
    """The first day of the month before the one in which a day lies."""
    return (day.replace(day=1) - _DAY).replace(day=1)


def whole_months(first: date, last: date) -> tuple[date, date]:
    """The first and last day of all months that lie whole in these days (inclusive); turned round where none does."""
    begins = first if first.day == 1 else month_end(first)
    return begins, last if last == last_of_month(last) else last.replace(day=1) - _DAY


def begun_month(text: str, today: date) -> date:
    """The first day of 2026-10. Raises NotFoundError for what is no month since FIRST_YEAR that has begun."""
    try:
        found = date.fromisoformat(f"{text}-01")
    except ValueError:
        found = date.max
    if len(text) != 7 or found.year < FIRST_YEAR or found > today:
        raise NotFoundError(N_("This month does not exist."))
    return found
