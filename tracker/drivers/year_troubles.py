"""What goes wrong in a simulated year: machines that break down and doctors who fall ill, from the seed.

The shares are planning assumptions. What is done about it is in year_responses.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from tracker.domain.workcalendar import instant_of
from tracker.drivers.year_demand import Year

_BREAKS_A_DAY = 0.004  # of each machine: about once a year
_MEDIAN_HOURS, _SPREAD = 2.5, 0.8
_SHORTEST, _LONGEST = timedelta(minutes=30), timedelta(hours=30)
_KEPT, _EARLY = 0.3, 0.5
_ILL_A_DAY = 0.006  # of each doctor: one and a half days a year at no notice
_BEFORE_WORK = 0.75


@dataclass(frozen=True, slots=True)
class Breakdown:
    """A machine (code) fails at an instant; it is said to work again at `until`, and does so at `mended`.

    `keeps`: its bookings are kept and wait; else they are moved.
    """

    at: datetime
    device: str
    until: datetime
    mended: datetime
    keeps: bool


@dataclass(frozen=True, slots=True)
class Absence:
    """A doctor (code) is found missing at an instant, for the rest of the day."""

    at: datetime
    doctor: str


def breakdowns(year: Year, day: date, devices: Sequence[str], zone: ZoneInfo) -> list[Breakdown]:
    """The machines that fail on a working day, by code."""
    rng = random.Random(f"{year.seed}/breakdowns/{day}")  # nosec B311  # the same in every run
    found = []
    for device in sorted(devices):
        if rng.random() >= _BREAKS_A_DAY * year.troubles:
            continue
        at = instant_of(day, time(8), zone) + timedelta(seconds=rng.uniform(0, 8 * 3600))
        length = timedelta(hours=_MEDIAN_HOURS * rng.lognormvariate(0, _SPREAD))
        length = min(max(length, _SHORTEST), _LONGEST)
        mended = at + length * rng.uniform(0.4, 0.95) if rng.random() < _EARLY else at + length
        found.append(Breakdown(at, device, at + length, mended, rng.random() < _KEPT))
    return found


def absences(year: Year, day: date, doctors: Sequence[str], zone: ZoneInfo) -> list[Absence]:
    """The doctors who fall ill on a working day, by code: most before work, some in the middle of it."""
    rng = random.Random(f"{year.seed}/absences/{day}")  # nosec B311  # the same in every run
    found = []
    for doctor in sorted(doctors):
        if rng.random() >= _ILL_A_DAY * year.troubles:
            continue
        early = rng.random() < _BEFORE_WORK
        begin, span = (time(7), 50 * 60) if early else (time(9), 6 * 3600)
        at = instant_of(day, begin, zone) + timedelta(seconds=rng.uniform(0, span))
        found.append(Absence(at, doctor))
    return found
