"""Template filters: instants, days, numbers and names as the people of this hospital write them.

Instants become local time here and nowhere else in the web; the zone is HOSPITAL_TIMEZONE.
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import cache, wraps
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date
from flask import Flask, current_app
from flask_babel import gettext
from jinja2 import pass_context
from jinja2.runtime import Context

from tracker.domain.age import age_on
from tracker.domain.naming import mask_name
from tracker.domain.undoing import one_press_minutes
from tracker.web.labels import label
from tracker.web.languages import current_language

# Patterns of Unicode TR 35: EEE is 周一 or Mon, MMM is 11月 or Nov.
DAY = {"zh": "y年M月d日 EEE", "en": "EEE d MMM y"}
SHORT_DAY = {"zh": "M月d日 EEE", "en": "EEE d MMM"}
PLAIN_DAY = {"zh": "y年M月d日", "en": "d MMM y"}
MONTH = {"zh": "y年M月", "en": "MMMM y"}
MONTH_NAME = {"zh": "M月", "en": "MMM"}


@cache
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def local(instant: datetime) -> datetime:
    """An aware instant in the hospital's time. Raises ValueError for a naive one."""
    if instant.tzinfo is None:
        raise ValueError(f"naive datetime {instant!r}: instants are aware")
    return instant.astimezone(_zone(current_app.config["HOSPITAL_TIMEZONE"]))


def _local_date(value: date) -> date:
    return local(value).date() if isinstance(value, datetime) else value


def _written(value: date, patterns: dict[str, str]) -> str:
    language = current_language()
    return format_date(_local_date(value), patterns[language], locale=language)


def day(value: date) -> str:
    """2026年11月23日 周一 / Mon 23 Nov 2026, of a date or of the local day of an instant."""
    return _written(value, DAY)


def short_day(value: date) -> str:
    """11月23日 周一 / Mon 23 Nov: where the year is plain."""
    return _written(value, SHORT_DAY)


def plain_day(value: date) -> str:
    """2026年11月23日 / 23 Nov 2026: birth dates and others whose weekday means nothing."""
    return _written(value, PLAIN_DAY)


def month(value: date) -> str:
    """2026年11月 / November 2026."""
    return _written(value, MONTH)


def month_name(value: date) -> str:
    """11月 / Nov: in a table of one year."""
    return _written(value, MONTH_NAME)


def clock(instant: datetime) -> str:
    """08:30, local."""
    return f"{local(instant):%H:%M}"


def clock_range(start: datetime, end: datetime) -> str:
    """08:30–08:40, local."""
    return f"{clock(start)}–{clock(end)}"


def moment(instant: datetime) -> str:
    """2026年11月23日 周一 08:30 / Mon 23 Nov 2026 08:30, local."""
    return f"{day(instant)} {clock(instant)}"


def iso_day(value: date) -> str:
    """2026-11-23: for addresses and date fields."""
    return _local_date(value).isoformat()


def wall_clock(instant: datetime) -> str:
    """2026-11-23T08:30, local and without offset: for date-time fields and the timeline."""
    return f"{local(instant):%Y-%m-%dT%H:%M}"


def utc_offset(instant: datetime) -> str:
    """+08:00, the hospital's distance from UTC at an instant."""
    text = f"{local(instant):%z}"
    return f"{text[:3]}:{text[3:5]}"


def shift_days(value: date, days: int) -> date:
    """The date that many days later (earlier, when negative)."""
    return _local_date(value) + timedelta(days=days)


def minutes(value: float) -> str:
    """12 分钟 / 12 min."""
    return gettext("%(count)s min", count=number(value))


# Chinese and English write numbers alike; Babel's patterns would cost a page of figures a third of its time.
def number(value: float, places: int = 0) -> str:
    """190,000, with a fixed number of decimal places."""
    return f"{value:,.{places}f}"


def points(hundredths: int) -> str:
    """1.6 of 160 hundredths: workload points are kept as whole hundredths."""
    text = f"{hundredths / 100:,.2f}"
    return text.removesuffix("0")


def percent(share: float) -> str:
    """87% of 0.87."""
    return f"{share:,.0%}"


def age(birth_date: date, today: date) -> str:
    """46 岁 / 46 y: completed years."""
    return gettext("%(count)s y", count=age_on(birth_date, today))


def localised(row: Any, attribute: str = "name") -> str:
    """A row's own words in the page's language: `name_zh` or `name_en`; the other where one is empty."""
    language = current_language()
    other = "en" if language == "zh" else "zh"
    words = getattr(row, f"{attribute}_{language}") or getattr(row, f"{attribute}_{other}")
    return str(words or "")


FILTERS = {
    function.__name__: function
    for function in (
        day, short_day, plain_day, month, month_name, clock, clock_range, moment, iso_day, wall_clock, utc_offset,
        shift_days, minutes, number, points, percent, mask_name, localised, label, age, one_press_minutes,
    )
}  # fmt: skip


def register_filters(app: Flask) -> None:
    """Give templates every filter under its own name."""
    for name, function in FILTERS.items():
        app.jinja_env.filters[name] = _at_render(function)


def _at_render(function: Callable[..., Any]) -> Callable[..., Any]:
    """The filter, never computed when a template is compiled.

    Jinja works out a filter on a constant once, and so in the language of whoever came first.
    """

    @pass_context
    @wraps(function)
    def run(_context: Context, *values: Any, **named: Any) -> Any:
        return function(*values, **named)

    return run
