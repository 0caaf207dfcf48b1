"""Local time: where a hospital day begins, which days are worked, when a goal is due, a reserve released.

The only module besides the filters that knows local time. It reads neither the clock nor rows.
"""

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

DAY = timedelta(days=1)
SATURDAY = 5  # date.weekday()
ANNOUNCED_FROM = 10  # the month in which next year's holidays may be out
FIRST_YEAR, LAST_YEAR = 2000, 2100
"""Years of which a calendar is kept."""


def instant_of(local_date: date, local_time: time, zone: tzinfo) -> datetime:
    """The UTC instant at which clocks in `zone` show this time on this date.

    A time that clocks skip is that much later (02:30 becomes 03:30), one they show twice is the first.
    """
    return datetime.combine(local_date, local_time, zone).astimezone(UTC)


def day_start(local_date: date, zone: tzinfo) -> datetime:
    """The UTC instant at which the day begins in `zone`; where clocks skip midnight, the first after it."""
    return instant_of(local_date, time.min, zone)


def minute_of(local_time: time) -> int:
    """Minutes after midnight as clocks show them; seconds do not count."""
    return local_time.hour * 60 + local_time.minute


def local_date_of(instant: datetime, zone: tzinfo) -> date:
    """The day in `zone` on which an aware instant falls. Raises ValueError for a naive one."""
    if instant.tzinfo is None:
        raise ValueError(f"naive datetime {instant!r}: instants are aware")
    return instant.astimezone(zone).date()


def offset_changes(first: date, last: date, zone: tzinfo) -> list[tuple[datetime, int]]:
    """How many seconds clocks in `zone` are ahead of UTC from `first` to `last`: since when, how many.

    The first of the list is at the beginning of `first`; the others are the instants at which clocks are changed.
    """
    before = day_start(first, zone)
    changes = [(before, _ahead(before, zone))]
    while before < day_start(last + DAY, zone):
        after = before + DAY
        if _ahead(after, zone) != changes[-1][1]:
            changed = _change_between(before, after, zone)
            changes.append((changed, _ahead(changed, zone)))
        before = after
    return changes


def _ahead(instant: datetime, zone: tzinfo) -> int:
    offset = instant.astimezone(zone).utcoffset()
    return 0 if offset is None else int(offset.total_seconds())


def _change_between(before: datetime, after: datetime, zone: tzinfo) -> datetime:
    """The minute within a day at which clocks are changed."""
    minutes = range((after - before) // timedelta(minutes=1))
    old = _ahead(before, zone)
    place = bisect_left(
        minutes, True, key=lambda n: _ahead(before + timedelta(minutes=n + 1), zone) != old
    )
    return before + timedelta(minutes=place + 1)


@dataclass(frozen=True, slots=True)
class ReleaseRule:
    """When a stream's reserve is released: `at` (local time) of the day, or of the n-th working day before."""

    days_before: int
    at: time


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """Which days are worked: `known` days as stated, any other day if it is Monday to Friday.

    `published_years` are those whose holidays and make-up days (调休) the state has announced; any
    other year's days are provisional.
    """

    zone: tzinfo
    known: Mapping[date, bool]
    published_years: frozenset[int] = frozenset()

    def is_working(self, local_date: date) -> bool:
        """Whether the department works on this day."""
        known = self.known.get(local_date)
        return local_date.weekday() < SATURDAY if known is None else known

    def is_published(self, year: int) -> bool:
        """Whether the year's working days are announced, not guessed from weekdays."""
        return year in self.published_years

    def provisional_years(self, first: date, last: date) -> tuple[int, ...]:
        """The years that [first, last] (both inclusive) touches and whose calendar is not published."""
        years = range(first.year, last.year + 1)
        return tuple(year for year in years if not self.is_published(year))

    def years_to_announce(self, today: date, through: date) -> tuple[int, ...]:
        """The provisional years among the opened days: a year to come only from October of the one before.

        The State Council announces a year in October or November; nobody can enter it sooner.
        """
        years = self.provisional_years(today, through)
        return tuple(year for year in years if today >= date(year - 1, ANNOUNCED_FROM, 1))

    def next_working_day(self, local_date: date) -> date:
        """The first working day after this one."""
        return self._step(local_date, DAY)

    def add_working_days(self, local_date: date, days: int) -> date:
        """The `days`-th working day after (negative: before) this one; 0 is the day itself."""
        step = DAY if days > 0 else -DAY
        for _ in range(abs(days)):
            local_date = self._step(local_date, step)
        return local_date

    def working_days(self, first: date, last: date) -> Iterator[date]:
        """The working days of [first, last], both inclusive, in order."""
        while first <= last:
            if self.is_working(first):
                yield first
            first += DAY

    def working_days_between(self, earlier: date, later: date) -> int:
        """How many working days after `earlier` it is on `later`: 0 on the same day, 1 on the next."""
        return sum(1 for _ in self.working_days(earlier + DAY, later))

    def add_working_hours(self, instant: datetime, hours: int) -> datetime:
        """The UTC instant `hours` later when only the hours of working days count, each day having 24.

        24 hours from Friday 15:00 end on Monday at 15:00; from a Saturday they end with Monday.
        """
        local = instant.astimezone(self.zone).replace(tzinfo=None)
        if not self.is_working(local.date()):
            local = self._morning_after(local)
        remaining = timedelta(hours=hours)
        while (left := datetime.combine(local.date() + DAY, time.min) - local) < remaining:
            remaining -= left
            local = self._morning_after(local)
        return (local + remaining).replace(tzinfo=self.zone).astimezone(UTC)

    def release_instant(self, rule: ReleaseRule, local_date: date) -> datetime:
        """The UTC instant at which a reserve of this day is released; "the day before" is a working day."""
        released_on = self.add_working_days(local_date, -rule.days_before)
        return instant_of(released_on, rule.at, self.zone)

    def _step(self, local_date: date, step: timedelta) -> date:
        local_date += step
        while not self.is_working(local_date):
            local_date += step
        return local_date

    def _morning_after(self, local: datetime) -> datetime:
        return datetime.combine(self.next_working_day(local.date()), time.min)
