"""What a figure is made of: the part of the day an exam counts for, its keys and sums, and the grains that are kept.

Sums are read in queries/volume and kept in writes/volume.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date, time
from operator import add, neg, sub
from typing import Literal, Protocol

OTHER_HOURS = "other"
"""The part of day of an exam that starts outside the department's half-days: at noon, in the evening."""

NO_TITLE = "none"
"""Stands for the title of who has none."""

SUMS = ("exams", "live_exams", "visits", "parts", "minutes", "live_minutes", "points_hundredths")
"""What is summed, by the names of the roll-ups' columns."""

IDS = ("stream_id", "exam_type_id", "device_id", "operator_id")
"""The keys that a grain keeps or sums over; part of day and import stay apart in each."""


@dataclass(frozen=True, slots=True)
class Amounts:
    """How much: exams, their parts, their minutes, their points (hundredths), and the visits they opened.

    `minutes` are of all exams; `live_minutes` of the `live_exams` alone, whose times were clicked at the machine.
    As an effect or a difference each may be negative.
    """

    exams: int = 0
    parts: int = 0
    minutes: int = 0
    points_hundredths: int = 0
    visits: int = 0
    live_exams: int = 0
    live_minutes: int = 0

    def _each(self) -> tuple[int, ...]:
        return (
            self.exams,
            self.parts,
            self.minutes,
            self.points_hundredths,
            self.visits,
            self.live_exams,
            self.live_minutes,
        )

    def __add__(self, other: "Amounts") -> "Amounts":
        return Amounts(*map(add, self._each(), other._each()))

    def __sub__(self, other: "Amounts") -> "Amounts":
        return Amounts(*map(sub, self._each(), other._each()))

    def __neg__(self) -> "Amounts":
        return Amounts(*map(neg, self._each()))

    def __bool__(self) -> bool:
        return any(self._each())

    @property
    def live_share(self) -> float | None:
        """The part of the exams that the live minutes are of; None where there is no exam."""
        return self.live_exams / self.exams if self.exams else None


AMOUNTS = tuple(each.name for each in fields(Amounts))
"""The sums in the order of Amounts."""

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
