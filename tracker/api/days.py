"""The days that figures are asked for: from and to, both inclusive, as far as pages show them."""

from datetime import date
from typing import Any

from tracker.api.fields import Day
from tracker.api.reading import RequestSchema
from tracker.domain.stretches import check_stretch


class DaysQuery(RequestSchema):
    """Which days, both inclusive; three years at most."""

    first = Day("The first day.", data_key="from", required=True)
    last = Day("The last day.", data_key="to", required=True)


def days_of(query: dict[str, Any]) -> tuple[date, date]:
    """The days of a DaysQuery. Raises InvalidError on `to`."""
    first, last = query["first"], query["last"]
    check_stretch(first, last)
    return first, last
