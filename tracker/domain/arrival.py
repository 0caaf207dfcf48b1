"""The arrival band: what a patient is told of an exact start. Which minute is booked is decided elsewhere."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

from tracker.domain.supply import MINUTE, Opening
from tracker.domain.workcalendar import day_start, local_date_of


@dataclass(frozen=True, slots=True)
class Band:
    """[start, end), aware UTC: the stretch in which the patient is asked to arrive."""

    start: datetime
    end: datetime

    def minutes_after(self, start: datetime) -> int:
        """How many whole minutes later than `start` (in the band) a start still lies in it."""
        return max(0, (self.end - start) // MINUTE - 1)


def arrival_band(start: datetime, *, minutes: int, zone: tzinfo) -> Band:
    """The band of `minutes` (at least 1) around a start; bands follow each other from local midnight."""
    midnight = day_start(local_date_of(start, zone), zone)
    width = timedelta(minutes=minutes)
    begin = midnight + (start - midnight) // width * width
    return Band(begin, begin + width)


def first_of_each_band(
    openings: Iterable[Opening], *, minutes: int, zone: tzinfo
) -> tuple[Opening, ...]:
    """Of openings in order the first of each band: what a patient can choose between."""
    width = timedelta(minutes=minutes)
    midnights: dict[date, datetime] = {}
    first: dict[tuple[date, int], Opening] = {}
    for opening in openings:
        day = opening.local_date
        if day not in midnights:
            midnights[day] = day_start(day, zone)
        first.setdefault((day, (opening.start - midnights[day]) // width), opening)
    return tuple(first.values())
