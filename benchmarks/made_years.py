"""Years whose course is known: growth, seasons, holidays that move, weeks that wander, an epidemic; fixed seeds.

Beside made_history, which has two years in cells for the demand forecast, these are ten years of day totals.
"""

import math
import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from tracker.domain.daylevels import WorkDays
from tracker.domain.workcalendar import WorkCalendar

FIRST_YEAR, LAST_YEAR = 2016, 2025
A_DAY = 700
_WEEKDAY = (1.15, 1.03, 0.99, 0.95, 0.92, 0.6, 0.6)
_AFTER_BREAK = 1.2
_DAY_NOISE = 0.04
_WEEK_NOISE = 0.015  # of each week; 0.7 of it lasts into the next
_GROUP_DAYS, _GROUP = 0.25, (20, 200)  # employers' check-ups
_DIP = 0.45  # what is left of the exams at the worst of an epidemic
_DIP_MONTHS, _RECOVERY_MONTHS = 2.5, 4.5
_MONTH_DAYS = 30.4


@dataclass(frozen=True)
class Course:
    """How a department's years go: growth a year, another one from a year on, how its level wanders, an epidemic."""

    name: str
    seed: int
    growth: float
    wander: float = 0.0
    turn: tuple[int, float] | None = None
    dip: date | None = None


COURSES = (
    Course("steady, +3 % a year", 1, 1.03),
    Course("growing, +8 % a year", 2, 1.08),
    Course("shrinking, −3 %", 3, 0.97, wander=0.004),
    Course("wandering, +4 %", 4, 1.04, wander=0.012),
    Course("growth that ends in 2021", 5, 1.10, wander=0.006, turn=(2021, 0.99)),
    Course("epidemic in 2020", 6, 1.05, dip=date(2020, 1, 27)),
)


def made_calendar() -> WorkDays:
    """The state's calendar of these years, with its moving holidays and make-up days."""
    import holidays

    years = range(FIRST_YEAR, LAST_YEAR + 1)
    known = holidays.country_holidays("CN", years=years)
    make_up = frozenset(known.weekend_workdays)
    days = dict.fromkeys(known, False) | dict.fromkeys(make_up, True)
    return WorkDays(WorkCalendar(ZoneInfo("Asia/Shanghai"), days), make_up)


def made_years(course: Course, days: WorkDays) -> Mapping[date, float]:
    """Exams of each working day of ten years, the same in every run."""
    rng = random.Random(course.seed)
    totals: dict[date, float] = {}
    level = lasting = 0.0
    week = None
    for day in days.calendar.working_days(date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 12, 31)):
        if day.isocalendar()[:2] != week:
            week = day.isocalendar()[:2]
            level += rng.gauss(0, course.wander)
            lasting = 0.7 * lasting + rng.gauss(0, _WEEK_NOISE)
        usual = A_DAY * math.exp(_grown(course, day) + level + lasting)
        usual *= _WEEKDAY[day.weekday()] * _season(day) * _left(course, day)
        usual *= _AFTER_BREAK if days.edge(day) == "after" else 1.0
        mean = usual * rng.gauss(1, _DAY_NOISE)
        group = rng.randint(*_GROUP) if rng.random() < _GROUP_DAYS else 0
        totals[day] = max(1.0, round(rng.gauss(mean, math.sqrt(mean))) + group)
    return totals


def _grown(course: Course, day: date) -> float:
    """The logarithm of the growth since the beginning."""
    years = (day - date(FIRST_YEAR, 1, 1)) / timedelta(days=365.25)
    if course.turn is None or day.year < course.turn[0]:
        return math.log(course.growth) * years
    before = course.turn[0] - FIRST_YEAR
    return math.log(course.growth) * before + math.log(course.turn[1]) * (years - before)


def _season(day: date) -> float:
    month = day.month + day.day / 31
    return (
        1
        + 0.08 * math.cos((month - 5) * math.tau / 12)
        + 0.04 * math.cos((month - 3) * math.tau / 6)
    )


def _left(course: Course, day: date) -> float:
    """The part of the usual exams that an epidemic leaves."""
    months = (day - course.dip).days / _MONTH_DAYS if course.dip else -1.0
    if not 0 <= months < _DIP_MONTHS + _RECOVERY_MONTHS:
        return 1.0
    return _DIP + (1 - _DIP) * max(0.0, months - _DIP_MONTHS) / _RECOVERY_MONTHS
