"""A year as stored: the plan lines of its targets, how it was expected to end, the exams it is learnt from. No writes.

What a target means for a day or a month is said by domain/yearplan alone; where the year stands by year_standing.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tracker.domain.daylevels import DayLevels, WorkDays
from tracker.domain.yearplan import YearPlan, plan_year
from tracker.models import Stream, YearForecast, YearProfile
from tracker.queries.calendar import targets
from tracker.queries.volume import VolumeFilter, volume

HISTORY_YEARS = 10
"""So many years back exams are looked at: older ones say nothing of the coming months."""

Line = str | None
"""A stream's code, or None for all streams together."""


@dataclass(frozen=True, slots=True)
class PlanLine:
    """A target as a plan line. `history_days`: working days its shape was learnt from; 0 means an even line."""

    plan: YearPlan
    history_days: int = 0
    learnt_through: date | None = None


@dataclass(frozen=True, slots=True)
class Reached:
    """Exams of the year at the end of a month: as likely more as less, and the borders of 80 %."""

    expected: int
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class YearOutlook:
    """How a year was last expected to end, what it reaches at the end of each month, how far off that used to be.

    Errors are means over `past_years` years held back, None without any; `past_inside` of them ended inside.
    """

    made_on: date
    end: Reached
    months: tuple[Reached, ...]
    past_years: int
    past_inside: int
    past_error: float | None
    naive_error: float | None


def plan_lines(session: Session, year: int, days: WorkDays) -> dict[Line, PlanLine]:
    """The plan line of each target of the year, that of all streams first. Two statements.

    Targets are apart: those of the streams need not add up to the one of all. None is derived from others.
    """
    shapes = _profiles(session, year)
    lines: dict[Line, PlanLine] = {}
    for target in targets(session, year):
        shape = shapes.get(target.stream)
        levels = None if shape is None else _levels(shape)
        plan = plan_year(year, target.exams, days, levels)
        if plan is not None:
            known = (0, None) if shape is None else (shape.history_days, shape.learnt_through)
            lines[target.stream] = PlanLine(plan, *known)
    return lines


def _profiles(session: Session, year: int) -> dict[Line, YearProfile]:
    found = session.execute(
        select(Stream.code, YearProfile)
        .select_from(YearProfile)
        .outerjoin(Stream, Stream.id == YearProfile.stream_id)
        .where(YearProfile.year == year)
    )
    return {code: profile for code, profile in found}  # noqa: C416 - rows, not pairs


def _levels(shape: YearProfile) -> DayLevels:
    """JSON has texts for keys."""
    factors = shape.factors
    return DayLevels(
        {int(slot): factor for slot, factor in factors["slots"].items()},
        {int(month): factor for month, factor in factors["months"].items()},
        dict(factors["edges"]),
    )


def year_outlooks(session: Session, year: int) -> dict[Line, YearOutlook]:
    """The latest forecast of a year's end, of all streams and of each that has one. One statement."""
    last = select(func.max(YearForecast.made_on)).where(YearForecast.year == year)
    found = session.execute(
        select(Stream.code, YearForecast)
        .select_from(YearForecast)
        .outerjoin(Stream, Stream.id == YearForecast.stream_id)
        .where(YearForecast.year == year, YearForecast.made_on == last.scalar_subquery())
    )
    return {code: _outlook(row) for code, row in found}


def _outlook(row: YearForecast) -> YearOutlook:
    return YearOutlook(
        row.made_on,
        Reached(row.expected, row.low, row.high),
        tuple(Reached(*month) for month in row.months),
        row.past_years,
        row.past_inside,
        row.past_error,
        row.naive_error,
    )


def exam_history(session: Session, through: date) -> Mapping[Line, Mapping[date, float]]:
    """Exams of each day until `through`, of all streams and of each; ten years at most, without a gap of a year.

    A statement for each year: a job's reading, not a page's.
    """
    history: dict[Line, dict[date, float]] = defaultdict(dict)
    for year in range(through.year, through.year - HISTORY_YEARS - 1, -1):
        chosen = VolumeFilter(date(year, 1, 1), min(date(year, 12, 31), through))
        found = volume(session, chosen, ["day", "stream"]).rows
        if not found and year < through.year:
            break
        for row in found:
            day, exams = row.keys["day"], float(row.amounts.exams)
            history[row.keys["stream"]][day] = exams
            history[None][day] = history[None].get(day, 0.0) + exams
    return history
