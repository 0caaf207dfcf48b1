"""The months of the calendar: their borders, and which of them lie whole in some days. Working days: workcalendar."""

from calendar import monthrange
from datetime import date, timedelta

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
