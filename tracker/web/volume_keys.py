"""The keys of volume in words: what each is called, how its values are shown, ordered and chosen, and their days."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from tracker.domain.catalogue import TITLES
from tracker.domain.months import last_of_month
from tracker.domain.volume import NO_TITLE, OTHER_HOURS
from tracker.queries import Reading
from tracker.queries.streams import parts_of_day
from tracker.queries.volume import CODED
from tracker.web.exam_choices import Catalogue, Pair, read_catalogue
from tracker.web.filters import day as day_word
from tracker.web.filters import localised
from tracker.web.filters import month as month_word
from tracker.web.office_labels import WEEKDAY

KEY_WORDS = {
    "day": _l("Day"),
    "week": _l("Week"),
    "month": _l("Month"),
    "quarter": _l("Quarter"),
    "year": _l("Year"),
    "stream": _l("Stream"),
    "exam_type": _l("Exam type"),
    "device": _l("Device"),
    "operator": _l("Doctor"),
    "title": _l("Title"),
    "part_of_day": _l("Part of day"),
}
_OF_CATALOGUE = {"stream": "streams", "exam_type": "exam_types", "device": "devices"}


@dataclass(frozen=True, slots=True)
class KeyWords:
    """The values of each coded key in the department's order: code and word."""

    pairs: Mapping[str, list[Pair]]
    short: Mapping[str, Mapping[str, str]]

    def word(self, key: str, value: Any) -> str:
        """A value as tables show it."""
        if key in CODED:
            return self.short[key].get(str(value), str(value))
        if key == "day":
            return day_word(value)
        if key == "month":
            return month_word(days_of(key, value)[0])
        if key == "week":
            year, week = str(value).split("-W")
            return _("%(year)s week %(week)s", year=year, week=int(week))
        return str(value).replace("-", " ")

    def ordered(self, key: str, values: Iterable[Any]) -> list[Any]:
        """Time ascending, everything else in the department's order, what it does not know last."""
        places = {code: place for place, (code, _word) in enumerate(self.pairs.get(key, []))}
        if key in CODED:
            return sorted(values, key=lambda code: (places.get(code, len(places)), str(code)))
        return sorted(values)


def read_words(reading: Reading) -> KeyWords:
    """Eight statements."""
    known = read_catalogue(reading)
    pairs = {key: known.pairs(kind, with_retired=True) for key, kind in _OF_CATALOGUE.items()}
    pairs |= {
        "operator": known.pairs("doctors", with_retired=True),
        "title": title_pairs(),
        "part_of_day": part_pairs(reading),
    }
    short = {key: dict(chosen) for key, chosen in pairs.items()}
    return KeyWords(pairs, short | _shorter(known))


def _shorter(known: Catalogue) -> dict[str, dict[str, str]]:
    """In a table a device is its code and a doctor the name alone."""
    return {
        "device": {row.code: row.code for row in known.devices},
        "operator": {row.code: row.name for row in known.people},
    }


def title_pairs() -> list[Pair]:
    """Titles from the highest, and none."""
    return [*((code, _(name)) for code, name in TITLES.items() if name), (NO_TITLE, _("No title"))]


def part_pairs(reading: Reading) -> list[Pair]:
    """The half-days in order, and all hours outside of them."""
    halves = [(row.code, localised(row)) for row in parts_of_day(reading)]
    return [*halves, (OTHER_HOURS, _("Outside the half-days"))]


def weekday_pairs() -> list[Pair]:
    """The weekdays from Monday on, as /exams takes them."""
    return [(code, str(word)) for code, word in WEEKDAY.items()]


def hour_pairs() -> list[Pair]:
    """The hours of a day and of the night after it, as /exams takes them."""
    return [(str(hour), f"{hour:02d}:00") for hour in range(48)]


def days_of(key: str, value: Any) -> tuple[date, date]:
    """The first and last day of a period as volume shows it."""
    if key == "day":
        return value, value
    if key == "week":
        year, week = str(value).split("-W")
        monday = date.fromisocalendar(int(year), int(week), 1)
        return monday, monday + timedelta(days=6)
    if key == "month":
        year, month = str(value).split("-")
        return _months(int(year), int(month), int(month))
    if key == "quarter":
        year, quarter = str(value).split("-Q")
        return _months(int(year), 3 * int(quarter) - 2, 3 * int(quarter))
    return _months(int(value), 1, 12)


def _months(year: int, first: int, last: int) -> tuple[date, date]:
    return date(year, first, 1), last_of_month(date(year, last, 1))
