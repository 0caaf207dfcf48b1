"""Arriving: the band that a patient is told of an exact start, and the day. Which minute is booked: elsewhere."""

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


def is_day_to_arrive(
    starts_at: datetime, ends_at: datetime, now: datetime, *, zone: tzinfo
) -> bool:
    """Whether somebody may be checked in now: on the day of the booking, however early or late.

    Past midnight its day is over once its plan is.
    """
    today = local_date_of(now, zone)
    return local_date_of(starts_at, zone) == today or starts_at <= now < ends_at


def may_be_missed(starts_at: datetime, now: datetime) -> bool:
    """Whether somebody can be said not to have come: from the start of his time on, and not before."""
    return starts_at <= now


def first_of_each_band(
    openings: Iterable[Opening], *, minutes: int, zone: tzinfo, device_id: int | None = None
) -> tuple[Opening, ...]:
    """Of openings in order the first of each band: what a patient can choose between.

    In a band in which it has an opening `device_id` comes before other devices.
    """
    width = timedelta(minutes=minutes)
    midnights: dict[date, datetime] = {}
    first: dict[tuple[date, int], Opening] = {}
    for opening in openings:
        day = opening.local_date
        if day not in midnights:
            midnights[day] = day_start(day, zone)
        band = day, (opening.start - midnights[day]) // width
        known = first.setdefault(band, opening)
        if opening.device_id == device_id and known.device_id != device_id:
            first[band] = opening
    return tuple(first.values())
