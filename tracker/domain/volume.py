"""What a figure is made of: the part of the day an exam counts for. Sums are made in queries/volume."""

from collections.abc import Iterable
from datetime import time
from typing import Protocol

OTHER_HOURS = "other"
"""The part of day of an exam that starts outside the department's half-days: at noon, in the evening."""


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
