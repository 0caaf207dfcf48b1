"""What a figure is made of: the part of the day an exam counts for, its keys and sums, and the grains that are kept.

Sums are read in queries/volume and kept in writes/volume.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, time
from typing import Literal, Protocol

OTHER_HOURS = "other"
"""The part of day of an exam that starts outside the department's half-days: at noon, in the evening."""

NO_TITLE = "none"
"""Stands for the title of who has none."""

SUMS = ("exams", "live_exams", "visits", "parts", "minutes", "live_minutes", "points_hundredths")
"""What is summed, by the names of the roll-ups' columns."""

IDS = ("stream_id", "exam_type_id", "device_id", "operator_id")
"""The keys that a grain keeps or sums over; part of day and import stay apart in each."""

Period = Literal["day", "month"]


class Hours(Protocol):
    """A half-day: its code and local hours [starts, ends)."""

    @property
    def code(self) -> str: ...
    @property
    def starts(self) -> time: ...
    @property
    def ends(self) -> time: ...


def part_of_day_at(start: time, parts: Iterable[Hours]) -> str:
    """The code of the half-day in which an exam starts (local time), or OTHER_HOURS."""
    return next((part.code for part in parts if part.starts <= start < part.ends), OTHER_HOURS)


@dataclass(frozen=True, slots=True)
class Grain:
    """Sums that are kept besides the full ones of each day: their number in the table, period and keys (of IDS)."""

    number: int
    period: Period
    keys: frozenset[str]

    def first_of(self, day: date) -> date:
        """The first day of the period in which a day lies."""
        return day.replace(day=1) if self.period == "month" else day


def _grain(number: int, period: Period, *keys: str) -> Grain:
    return Grain(number, period, frozenset(f"{key}_id" for key in keys))


GRAINS = (
    _grain(1, "day", "device", "operator"),
    _grain(2, "day", "stream", "exam_type"),
    _grain(3, "month", "stream", "exam_type"),
    _grain(4, "month", "stream", "device"),
    _grain(5, "month", "stream", "operator"),
    _grain(6, "month", "device", "operator"),
    _grain(7, "month", "stream", "exam_type", "device"),
    _grain(8, "month", "stream", "exam_type", "operator"),
    _grain(9, "month", "stream", "device", "operator"),
    _grain(10, "month", "exam_type", "device", "operator"),
)
"""What is kept, of each period the smallest first; docs/adr/0022 has the figures they were chosen by."""


def coarsest(period: Period, keys: Iterable[str]) -> Grain | None:
    """The smallest grain of a period that keeps all these keys; None where only the full sums of a day do."""
    wanted = set(keys)
    return next((g for g in GRAINS if g.period == period and wanted <= g.keys), None)
