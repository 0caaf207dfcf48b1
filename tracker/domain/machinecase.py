"""What one more machine would have taken of the searches that were turned away. What it costs is said elsewhere."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class TurnedAway:
    """A search for so many minutes on any day from `first` to `last` (inclusive) that found none in time."""

    minutes: int
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Taken:
    """How many searches a machine would have served, and their minutes."""

    searches: int = 0
    minutes: int = 0


def taken_by_one_more(turned_away: Iterable[TurnedAway], open_minutes: Mapping[date, int]) -> Taken:
    """What one more machine with these open minutes a day would have taken.

    Day by day it takes whole searches that are wanted on the day, those first whose days end first, then the
    shorter ones, as long as they fit. Other machines are as full as they were.
    """
    waiting = sorted(turned_away, key=lambda each: (each.last, each.minutes, each.first))
    searches = minutes = 0
    for day in sorted(open_minutes):
        left, later = open_minutes[day], []
        for each in waiting:
            if each.first <= day <= each.last and each.minutes <= left:
                left -= each.minutes
                searches, minutes = searches + 1, minutes + each.minutes
            elif each.last > day:
                later.append(each)
        waiting = later
    return Taken(searches, minutes)
