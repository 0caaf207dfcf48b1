"""Who asks for what, when: a fortnight of requests made from shares and fits. Which time they get is not decided here.

Figures marked [calibration] were fitted on public data sets, those marked [assumed] are planning assumptions:
docs/adr/0021-a-time-is-ranked-by-what-it-takes-from-others.md names the sources.
"""

import math
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from benchmarks.quality.department import (
    CALENDAR,
    FIRST_DAY,
    ZONE,
    Department,
    ExamKind,
    StreamKind,
)
from tracker.domain.workcalendar import instant_of, local_date_of

SIGMA = 0.44  # of log service times [calibration]: 6,637 consultations
WEEKDAY = (1.15, 1.04, 0.99, 0.94, 0.88)  # Monday +15 % [assumed], the rest falling [calibration]
SAME_DAY = 0.5  # of outpatients [assumed]
LEAD_DAYS = {1: 39, 2: 18, 3: 12, 4: 9, 5: 6, 6: 4.5, 7: 3, 8: 2, 9: 2, 10: 1.5, 12: 1.5, 14: 1.5}
OUTPATIENT_HOURS = {7: 18, 8: 18.5, 9: 20, 10: 11, 11: 7.5, 12: 7, 13: 8, 14: 6.5, 15: 3, 16: 0.5}
WARD_HOURS_BEFORE = {12: 3, 13: 8, 14: 16, 15: 18, 16: 16, 17: 13, 18: 12, 19: 8, 20: 6}
WARD_HOURS_SAME_DAY = {7: 31, 8: 36, 9: 23, 10: 10}
WARD_SAME_DAY = 0.3  # [assumed]: "ordered the day before", some in the morning
GROUP_SIZES = (20, 30, 45, 60, 80, 120, 200)  # check-ups of one employer [assumed]
NO_SHOW = (
    (0, 0.03),
    (3, 0.055),
    (8, 0.09),
    (99, 0.105),
)  # by lead days, within 3-12 % [calibration]
CANCELLED = 0.03  # of those who ask a day or more ahead [assumed]
WINDOW_DAYS = (
    7  # an outpatient who has waited a week longer than he wished goes elsewhere [assumed]
)


@dataclass(frozen=True, slots=True)
class Ask:
    """One exam asked for. `due` is the end of its stream's goal; `earliest` and `latest` are days.

    `comes` says whether the patient would come; `service_minutes` what the exam would really take.
    """

    number: int
    asked_at: datetime
    kind: ExamKind = field(repr=False)
    stream: StreamKind = field(repr=False)
    earliest: date
    latest: date
    due: datetime
    comes: bool
    cancels_at: datetime | None
    early_minutes: float
    service_minutes: float


def fortnight_of(department: Department, *, seed: int, load: float) -> list[Ask]:
    """The asks of a fortnight, by time, whose minutes are `load` × its open minutes."""
    rng = random.Random(f"{seed}/asks")
    dates = department.dates
    wanted = load * department.open_minutes
    scale = sum(WEEKDAY[day.weekday()] for day in dates)
    made: list[Ask] = []
    for day in dates:
        share = wanted * WEEKDAY[day.weekday()] / scale
        made += _asks_of_day(department, day, share, rng)
    made.sort(key=lambda ask: (ask.asked_at, ask.number))
    return made


def _asks_of_day(
    department: Department, day: date, minutes: float, rng: random.Random
) -> Iterator[Ask]:
    """Asks for this day until their minutes are spent; the last may be left out."""
    pairs = [(kind, stream) for kind in department.kinds for stream in department.streams]
    weights = [kind.permille.get(stream.code, 0) for kind, stream in pairs]
    group_left, group_at = 0, _group_asked_at(day, rng)
    number = day.toordinal() * 10_000
    while True:
        kind, stream = rng.choices(pairs, weights)[0]
        if stream.code == "medical_exam":
            if not group_left:
                group_left, group_at = rng.choice(GROUP_SIZES), _group_asked_at(day, rng)
            group_left -= 1
            asked_at = group_at
        else:
            asked_at = _asked_at(stream, day, rng)
        ask = _ask(number, (kind, stream), asked_at, day, rng)
        minutes -= kind.minutes
        if minutes < rng.random() * -kind.minutes:
            return
        number += 1
        yield ask


def _ask(
    number: int,
    pair: tuple[ExamKind, StreamKind],
    asked_at: datetime,
    day: date,
    rng: random.Random,
) -> Ask:
    kind, stream = pair
    lead = (day - local_date_of(asked_at, ZONE)).days
    stays_away = rng.random() < next(rate for most, rate in NO_SHOW if lead <= most)
    cancels, share = rng.random() < CANCELLED, rng.random()
    morning = instant_of(day, time(7), ZONE)
    last, due = _goal(stream, asked_at, day)
    return Ask(
        number=number,
        asked_at=asked_at,
        kind=kind,
        stream=stream,
        earliest=day,
        latest=last,
        due=due,
        comes=not stays_away and not (cancels and lead > 0),
        cancels_at=asked_at + share * (morning - asked_at) if cancels and lead > 0 else None,
        early_minutes=rng.gauss(33, 10),
        service_minutes=kind.minutes * math.exp(rng.gauss(-SIGMA * SIGMA / 2, SIGMA)),
    )


def _goal(stream: StreamKind, asked_at: datetime, day: date) -> tuple[date, datetime]:
    """The last day on which the exam is still wanted, and when the goal ends."""
    last_of_all = CALENDAR.add_working_days(FIRST_DAY, 9)
    if stream.goal_days is not None:
        due = CALENDAR.add_working_days(day, stream.goal_days)
        last = day + timedelta(days=WINDOW_DAYS)
        return min(last, last_of_all), instant_of(due + timedelta(days=1), time.min, ZONE)
    if stream.goal_hours is not None:
        due_at = CALENDAR.add_working_hours(asked_at, stream.goal_hours)
        last = CALENDAR.next_working_day(local_date_of(due_at, ZONE))
        return min(last, last_of_all), due_at
    return day, instant_of(day + timedelta(days=1), time.min, ZONE)


def _asked_at(stream: StreamKind, day: date, rng: random.Random) -> datetime:
    if stream.code == "cadre_ward":
        if rng.random() < WARD_SAME_DAY:
            return _moment(day, WARD_HOURS_SAME_DAY, rng)
        return _moment(CALENDAR.add_working_days(day, -1), WARD_HOURS_BEFORE, rng)
    if rng.random() < SAME_DAY:
        return _moment(day, OUTPATIENT_HOURS, rng)
    lead = rng.choices(list(LEAD_DAYS), list(LEAD_DAYS.values()))[0]
    asked_on = day - timedelta(days=lead)
    if not CALENDAR.is_working(asked_on):
        asked_on = CALENDAR.add_working_days(asked_on, -1)
    return _moment(asked_on, OUTPATIENT_HOURS, rng)


def _group_asked_at(day: date, rng: random.Random) -> datetime:
    ahead = CALENDAR.add_working_days(day, -rng.randint(3, 10))
    return _moment(ahead, {9: 1, 10: 1, 14: 1, 15: 1}, rng)


def _moment(day: date, hours: Mapping[int, float], rng: random.Random) -> datetime:
    hour = rng.choices(list(hours), list(hours.values()))[0]
    return instant_of(day, time(hour, rng.randrange(60)), ZONE)
