"""The days a page of figures covers: what the address asks for, and the stretches that are asked for most."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from flask import request

from tracker.domain.months import last_of_month, month_before
from tracker.domain.stretches import check_stretch
from tracker.web.arguments import day_argument


@dataclass(frozen=True, slots=True)
class DayStretch:
    """Days `first` to `last`, both inclusive."""

    first: date
    last: date

    @property
    def params(self) -> dict[str, str]:
        """The days as an address carries them."""
        return {"from": self.first.isoformat(), "to": self.last.isoformat()}

    def address(self, path: str, **chosen: object) -> str:
        """A page about these days; what is chosen besides is None or "" where it is not."""
        given = {name: value for name, value in chosen.items() if value not in (None, "")}
        return f"{path}?{urlencode({**self.params, **given})}"


def stretch_of_address(today: date) -> DayStretch:
    """?from=…&to=…; without them the month of `today`. Raises InvalidError on `from` or `to`."""
    month = today.replace(day=1)
    first = day_argument("from", month) or month
    default = last_of_month(first) if "from" in request.args else last_of_month(today)
    last = day_argument("to", default) or default
    check_stretch(first, last)
    return DayStretch(first, last)


def usual_stretches(today: date) -> Mapping[str, DayStretch]:
    """Today, this and the last month, this and the last year, by name."""
    month = today.replace(day=1)
    before = month_before(today)
    return {
        "today": DayStretch(today, today),
        "month": DayStretch(month, last_of_month(today)),
        "last_month": DayStretch(before, last_of_month(before)),
        "year": _year(today.year),
        "last_year": _year(today.year - 1),
    }


def _year(year: int) -> DayStretch:
    return DayStretch(date(year, 1, 1), date(year, 12, 31))
