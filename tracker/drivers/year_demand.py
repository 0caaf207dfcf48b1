"""What a simulated year asks for: from a seed, day by day, who wants which exam when, and what becomes of each.

Shares of streams and exam types are the catalogue's; everything else here is a planning assumption of the
department's facts, or a figure of a public data set that its comment names. Nothing is read, nothing written.
"""

import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import cached_property
from itertools import accumulate

from tracker.domain.patients import PatientFacts
from tracker.domain.workcalendar import WorkCalendar, instant_of
from tracker.drivers.kinds import Kind, service_minutes
from tracker.drivers.trial_people import person

LONGEST_LEAD = 20
"""Nobody asks for a day more working days ahead than this."""
LONGEST_DELAY = 30
"""Nobody is examined more working days after the day asked for (3 of the window, 10 of a move, 5 of each closure)."""

_BUSY_MONTHS = frozenset({3, 4, 5, 6, 9, 10, 11, 12})  # check-ups (department facts)
_QUIET_MONTH = 0.5
_MONDAY_OUTPATIENTS = 1.15  # department facts
_GROUP = (20, 200, 60)  # people an employer sends on one day: least, most, commonest
_SAME_DAY = 0.5  # of outpatients (department facts)
_LEADS, _LEAD_WEIGHTS = (1, 2, 3, 5, 8, 12, 20), (30, 20, 15, 13, 11, 7, 4)
# Hours at which 110,527 appointments were made (Brazil 2016, "Medical Appointment No Shows").
_HOURS, _HOUR_WEIGHTS = range(7, 17), (174, 139, 116, 100, 77, 49, 82, 83, 73, 50)
# Share of patients who stayed away, by days from asking to the appointment (the same data set), brought down
# to the 3 to 12 % of imaging departments (department facts).
_NO_SHOW = ((0, 0.0465), (1, 0.2135), (3, 0.2374), (7, 0.252), (14, 0.3047), (400, 0.3259))
_NO_SHOW_SCALE = 0.12 / 0.3259
_WALK_INS, _CANCELLED, _MOVED = 0.05, 0.045, 0.03
_SECOND_EXAM = 0.15  # of check-ups
_EARLY_MINUTES = (25.0, 15.0)  # mean and deviation of coming before the time; about 5 % come late
_VERY_LATE, _LATE_MINUTES = 0.02, 35.0
_PEOPLE_PER_EXAM = 0.6
GROUPED, WARD = "medical_exam", "cadre_ward"


@dataclass(frozen=True, slots=True)
class YearRequest:
    """One exam that somebody asks for, and his or her fate. `line` is its place in the order of the year.

    `first` and `last` bound the days that would do; `leaning` in [0, 1) decides who stays away; the patient
    calls off, or asks for another day, at `cancels_at` and `moves_at` unless the exam is over by then.
    """

    line: int
    asked_at: datetime
    stream: str
    exam_type: str
    first: date
    last: date
    person: int
    early_minutes: float
    service_minutes: float
    leaning: float
    cancels_at: datetime | None = None
    moves_at: datetime | None = None
    is_walk_in: bool = False

    def stays_away(self, days_ahead: int) -> bool:
        """Whether the patient does not come to an exam so many days after it was asked for."""
        share = next(rate for days, rate in _NO_SHOW if days_ahead <= days)
        return not self.is_walk_in and self.leaning < share * _NO_SHOW_SCALE

    def comes(self, start: datetime, since: datetime) -> datetime:
        """When the patient is there for a start that is known since then; nobody comes twice at one instant."""
        soonest = since + timedelta(seconds=30 + 60 * self.leaning)
        return max(soonest, start - timedelta(minutes=self.early_minutes))


@dataclass(frozen=True, slots=True)
class Year:
    """What is simulated: the year, the exams asked for in it, the seed.

    `troubles`: how many times as often as assumed machines break down and doctors fall ill.
    """

    year: int
    exams: int
    seed: int
    troubles: float = 1.0

    @property
    def first(self) -> date:
        """New Year's Day."""
        return date(self.year, 1, 1)

    @property
    def last(self) -> date:
        """New Year's Eve."""
        return date(self.year, 12, 31)


class YearDemand:
    """The requests of each working day of a year, the same for the same seed, in any order of asking."""

    def __init__(
        self, year: Year, kinds: Sequence[tuple[str, str, Kind]], calendar: WorkCalendar
    ) -> None:
        self.year = year
        self._calendar = calendar
        self._kinds: dict[str, list[tuple[str, Kind]]] = defaultdict(list)
        for exam_type, stream, kind in kinds:
            self._kinds[stream].append((exam_type, kind))
        self._weights = {
            s: list(accumulate(k.permille for _, k in ks)) for s, ks in self._kinds.items()
        }
        self._people = max(50, round(year.exams * _PEOPLE_PER_EXAM))

    @cached_property
    def days(self) -> list[date]:
        """The working days of the year."""
        return list(self._calendar.working_days(self.year.first, self.year.last))

    @cached_property
    def begins(self) -> date:
        """The first day on which somebody asks: for a day of January, in December."""
        return self._calendar.add_working_days(self.days[0], -LONGEST_LEAD)

    @cached_property
    def _a_weight(self) -> dict[str, float]:
        """Exams of each stream on a working day of weight 1."""
        total = sum(weights[-1] for weights in self._weights.values())
        return {
            stream: self.year.exams
            * weights[-1]
            / total
            / sum(_weight(stream, d) for d in self.days)
            for stream, weights in self._weights.items()
        }

    def asked_for(self, day: date) -> list[YearRequest]:
        """Everything asked for that is wanted on a working day of the year, whenever it is asked; by line."""
        rng = random.Random(f"{self.year.seed}/{day}")  # nosec B311  # the same in every run
        made: list[YearRequest] = []
        for stream in sorted(self._kinds):
            expected = self._a_weight[stream] * _weight(stream, day) * rng.gauss(1, 0.05)
            count = int(expected + rng.random())
            make = self._groups if stream == GROUPED else self._single_people
            made += make(rng, stream, day, count)
        lines = day.toordinal() * 10_000
        return [replace(each, line=lines + number) for number, each in enumerate(made)]

    def facts_of(self, number: int) -> PatientFacts:
        """Who a person is: the same whenever he or she comes again."""
        rng = random.Random(f"{self.year.seed}/person/{number}")  # nosec B311  # made-up people
        return person(rng, number, today=self.year.first)

    def _single_people(
        self, rng: random.Random, stream: str, day: date, count: int
    ) -> Iterator[YearRequest]:
        for _ in range(count):
            is_walk_in = stream != WARD and rng.random() < _WALK_INS
            asked = self._asked(rng, stream, day, is_walk_in)
            last = (
                day
                if is_walk_in
                else self._calendar.add_working_days(day, 1 if stream == WARD else 3)
            )
            request = self._request(rng, stream, (asked, day, min(last, self.year.last)))
            yield self._second_thoughts(rng, replace(request, is_walk_in=is_walk_in))

    def _asked(self, rng: random.Random, stream: str, day: date, is_walk_in: bool) -> datetime:
        """The ward orders the day before; half the outpatients ask on the day itself."""
        lead, hour = 0, rng.choices(_HOURS, _HOUR_WEIGHTS)[0]
        if stream == WARD:
            lead, hour = (1, rng.randrange(10, 17)) if rng.random() < 0.85 else (0, 8)
        elif is_walk_in:
            hour = rng.choice((8, 9, 10, 11, 14, 15, 16))
        elif rng.random() >= _SAME_DAY:
            lead = rng.choices(_LEADS, _LEAD_WEIGHTS)[0]
        on = self._calendar.add_working_days(day, -lead)
        return instant_of(on, time(hour), self._calendar.zone) + _within(rng, 3600)

    def _groups(
        self, rng: random.Random, stream: str, day: date, count: int
    ) -> Iterator[YearRequest]:
        """Employers send lists of people for an agreed day; some of them have two exams."""
        while count > 0:
            size = min(count, round(rng.triangular(*_GROUP)))
            count -= size
            on = self._calendar.add_working_days(day, -rng.randrange(4, LONGEST_LEAD + 1))
            asked = instant_of(on, time(rng.randrange(9, 16)), self._calendar.zone)
            asked += _within(rng, 1800)
            for _ in range(size):
                asked += timedelta(seconds=20) + _within(rng, 5)
                request = self._request(rng, stream, (asked, day, day))
                yield self._second_thoughts(rng, request)
                if count > 0 and rng.random() < _SECOND_EXAM:
                    count -= 1
                    asked += timedelta(seconds=20) + _within(rng, 5)
                    second = self._request(rng, stream, (asked, day, day), again=request.person)
                    yield replace(second, leaning=request.leaning)

    def _request(
        self,
        rng: random.Random,
        stream: str,
        when: tuple[datetime, date, date],
        *,
        again: int | None = None,
    ) -> YearRequest:
        kinds, weights = self._kinds[stream], self._weights[stream]
        exam_type, kind = rng.choices(kinds, cum_weights=weights)[0]
        number = rng.randrange(1, self._people + 1) if again is None else again
        while kind.sex not in {None, self.facts_of(number).sex}:
            if again is not None:
                exam_type, kind = rng.choices(kinds, cum_weights=weights)[0]
            else:
                number = rng.randrange(1, self._people + 1)
        early = rng.gauss(*_EARLY_MINUTES)
        if rng.random() < _VERY_LATE:
            early = -rng.expovariate(1 / _LATE_MINUTES)
        return YearRequest(
            line=0,
            asked_at=when[0],
            stream=stream,
            exam_type=exam_type,
            first=when[1],
            last=when[2],
            person=number,
            early_minutes=early,
            service_minutes=max(1.0, service_minutes(rng, kind.minutes)),
            leaning=rng.random(),
        )

    def _second_thoughts(self, rng: random.Random, request: YearRequest) -> YearRequest:
        """Some who asked days ahead call off or want another day, before the morning of the day."""
        until = instant_of(request.first, time(7), self._calendar.zone)
        fate, when = (
            rng.random(),
            request.asked_at + (until - request.asked_at) * rng.uniform(0.1, 1),
        )
        if until - request.asked_at < timedelta(hours=12):
            return request
        if fate < _CANCELLED:
            return replace(request, cancels_at=when)
        return replace(request, moves_at=when) if fate < _CANCELLED + _MOVED else request


def _weight(stream: str, day: date) -> float:
    """How much of a stream's year falls on a working day, beside others."""
    if stream == GROUPED:
        return 1.0 if day.month in _BUSY_MONTHS else _QUIET_MONTH
    return _MONDAY_OUTPATIENTS if stream != WARD and day.weekday() == 0 else 1.0


def _within(rng: random.Random, seconds: float) -> timedelta:
    return timedelta(seconds=rng.uniform(0, seconds))
