"""Numbers, days and names as a report writes them, in the language that is set (flask_babel); no HTTP."""

from datetime import date, datetime, timedelta
from typing import Any

from babel.dates import format_date
from flask_babel import get_locale
from flask_babel import gettext as _

from tracker import clock
from tracker.domain.fileexams import NOT_MATCHED

_DAY = {"zh": "y年M月d日 EEE", "en": "EEE d MMM y"}
_MONTH = {"zh": "y年M月", "en": "MMMM y"}
_A_MONDAY = date(2024, 1, 1)
_COMMA = {"zh": "，", "en": ", "}


def language() -> str:
    """zh or en."""
    locale = get_locale()
    return "zh" if locale is None or locale.language == "zh" else "en"


def name_of(row: Any) -> str:
    """A row's own words: its name in this language, a doctor with the code, a machine by its code."""
    if hasattr(row, "name_zh"):
        other = "en" if language() == "zh" else "zh"
        return str(getattr(row, f"name_{language()}") or getattr(row, f"name_{other}"))
    if row.code == NOT_MATCHED:
        return str(_("not matched"))
    return f"{row.name} {row.code}" if hasattr(row, "title") else str(row.code)


def day(value: date) -> str:
    """2026年11月23日 周一 / Mon 23 Nov 2026."""
    return format_date(value, _DAY[language()], locale=language())


def weekday(number: int) -> str:
    """星期一 / Monday, of 0."""
    return format_date(_A_MONDAY + timedelta(days=number), "EEEE", locale=language())


def month(value: date) -> str:
    """2026年11月 / November 2026."""
    return format_date(value, _MONTH[language()], locale=language())


def moment(instant: datetime) -> str:
    """2026-11-23 08:30, in hospital time."""
    return f"{instant.astimezone(clock.hospital_zone()):%Y-%m-%d %H:%M}"


def number(value: float, places: int = 0) -> str:
    """190,000."""
    return f"{value:,.{places}f}"


def points(hundredths: int) -> str:
    """1.6 of 160 hundredths."""
    return f"{hundredths / 100:,.2f}".removesuffix("0")


def percent(share: float) -> str:
    """87%."""
    return f"{share:,.0%}"


def more(value: int) -> str:
    """+3, −2, 0."""
    sign = "+" if value > 0 else "−" if value < 0 else ""
    return f"{sign}{abs(value):,}"


def listed(texts: list[str]) -> str:
    """With the comma of the language."""
    return _COMMA[language()].join(texts)
