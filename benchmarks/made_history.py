"""A history whose truth is known: seasons, growth, clinics on certain weekdays, check-up groups, a fixed seed."""

import math
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from tracker.domain.cellmeans import Cell
from tracker.domain.daylevels import WorkDays
from tracker.domain.workcalendar import WorkCalendar

SEED = 11
FIRST, LAST = date(2024, 11, 25), date(2026, 11, 20)
_GROWTH_A_YEAR = 1.08
_WAVE = 0.08  # how far the year's summit and trough are from its mean
_SUMMIT_MONTH = 5.0
_WEEKDAY = (1.15, 1.03, 0.99, 0.95, 0.92, 0.6, 0.6)
_AFTER_BREAK = 1.2
_DAY_NOISE = 0.04
_GROUP_DAYS = (
    0.25  # share of days on which an employer's group comes, beside the stream's own patients
)
_GROUP = (20, 200)  # exams
_STREAMS = ((1, 460, 1.0), (2, 170, 1.8), (3, 77, 0.3))
"""Stream, exams a day, how strongly it follows the season; the second one has the groups."""
_TYPES = (330, 295, 140, 130, 30, 20, 15, 10, 10, 10, 5, 5)  # ‰, by exam type from 1
_MORNING = (0.85, 0.5, 0.55, 0.5, 0.6, 0.4, 0.9, 0.95, 0.5, 0.5, 0.5, 0.7)
_CLINIC_DAYS = {7: {1, 3}, 9: {0, 2, 4}}
"""Exam types that are done on certain weekdays only."""
_BREAKS = (
    (date(2025, 1, 1), 1), (date(2025, 1, 28), 8), (date(2025, 4, 4), 3), (date(2025, 5, 1), 5),
    (date(2025, 5, 31), 3), (date(2025, 10, 1), 8), (date(2026, 1, 1), 3), (date(2026, 2, 15), 9),
    (date(2026, 4, 4), 3), (date(2026, 5, 1), 5), (date(2026, 6, 19), 3), (date(2026, 9, 25), 3),
    (date(2026, 10, 1), 7),
)  # fmt: skip
_MAKE_UP = (
    date(2025, 1, 26), date(2025, 2, 8), date(2025, 4, 27), date(2025, 9, 28), date(2025, 10, 11),
    date(2026, 1, 4), date(2026, 2, 14), date(2026, 2, 28), date(2026, 5, 9), date(2026, 9, 20),
    date(2026, 10, 10),
)  # fmt: skip


@dataclass(frozen=True)
class MadeHistory:
    """The exams that came, and how many had to be expected of each cell and day: nobody can know better."""

    days: WorkDays
    exams: Mapping[date, Mapping[Cell, float]]
    truth: Mapping[date, Mapping[Cell, float]]


def made_history() -> MadeHistory:
    """Two years, the same in every run."""
    rng = random.Random(SEED)
    known = {day + timedelta(days=n): False for day, length in _BREAKS for n in range(length)}
    known |= dict.fromkeys(_MAKE_UP, True)
    days = WorkDays(WorkCalendar(ZoneInfo("Asia/Shanghai"), known), frozenset(_MAKE_UP))
    truth, exams = {}, {}
    for day in days.calendar.working_days(FIRST, LAST):
        truth[day] = dict(_means(day, days, _GROUP_DAYS * sum(_GROUP) / 2))
        group = rng.randint(*_GROUP) if rng.random() < _GROUP_DAYS else 0
        luck = rng.gauss(1, _DAY_NOISE)
        came = {cell: _poisson(rng, mean * luck) for cell, mean in _means(day, days, group)}
        exams[day] = {cell: float(count) for cell, count in came.items() if count}
    return MadeHistory(days, exams, truth)


def _means(day: date, days: WorkDays, group: float) -> Iterator[tuple[Cell, float]]:
    """The mean of each cell on a day on which a group of so many comes."""
    years = (day - FIRST).days / 365
    month = day.month + day.day / 31
    wave = _WAVE * math.cos((month - _SUMMIT_MONTH) * math.tau / 12)
    level = _GROWTH_A_YEAR**years * _WEEKDAY[day.weekday()]
    level *= _AFTER_BREAK if days.edge(day) == "after" else 1.0
    for stream_id, usual, season in _STREAMS:
        total = usual * level * (1 + season * wave)
        for exam_type_id, permille in enumerate(_TYPES, start=1):
            clinic = _CLINIC_DAYS.get(exam_type_id)
            often = 1.0 if clinic is None else 5 / len(clinic) * (day.weekday() in clinic)
            mean = total * permille / 1000 * often
            if stream_id == 2 and exam_type_id <= 2:
                mean += group / 2
            morning = _MORNING[exam_type_id - 1]
            yield Cell("morning", stream_id, exam_type_id), mean * morning
            yield Cell("afternoon", stream_id, exam_type_id), mean * (1 - morning)


def _poisson(rng: random.Random, mean: float) -> int:
    """How many exponential gaps fit before `mean`."""
    count, reached = 0, rng.expovariate(1.0)
    while reached < mean:
        count += 1
        reached += rng.expovariate(1.0)
    return count
