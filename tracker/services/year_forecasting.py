"""Forecasting how the year ends, and learning the shape of its plan line. The statistics: domain and planner."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from tracker.db import read_session, service
from tracker.domain.daylevels import WorkDays
from tracker.domain.workcalendar import DAY, local_date_of
from tracker.domain.yearprofile import LEAST_DAYS, Totals, learn_course, task_of
from tracker.planner.year_end import look_ahead
from tracker.planner.year_past import judge_past
from tracker.queries.calendar import targets
from tracker.queries.demand_history import work_days
from tracker.queries.streams import streams
from tracker.queries.year import Line, exam_history
from tracker.writes.audit import write_audit
from tracker.writes.year_rows import ForecastRow, ProfileRow, replace_forecasts, replace_profiles


@dataclass(frozen=True, slots=True)
class YearForecastMade:
    """What came of it: the year, the exams expected of all streams (None: too short a history), the days learnt from."""

    year: int
    expected: int | None
    history_days: int


@dataclass(frozen=True, slots=True)
class _Made:
    profiles: Mapping[int, list[ProfileRow]]
    forecasts: list[ForecastRow]


def forecast_year(*, by: int, now: datetime) -> YearForecastMade:
    """Forecast the end of this year, over all streams and for each that has a target, from exams before today.

    This year's plan line and next year's are learnt anew as well: from the exams before each year alone, so that a
    line moves during its year only if older exams are brought in. Takes about a second for each year held back and
    each line, and locks nothing; the writing is one short step.
    """
    with read_session() as session:
        days = work_days(session)
        today = local_date_of(now, days.calendar.zone)
        history = exam_history(session, today - DAY)
        lines: dict[Line, int | None] = {None: None}
        lines.update((stream.code, stream.id) for stream in streams(session))
        aimed = {None, *(row.stream for row in targets(session, today.year))}
    made = _Made(
        {year: _profiles(history, lines, days, year) for year in (today.year, today.year + 1)},
        _forecasts(history, {each: lines[each] for each in lines if each in aimed}, days, today),
    )
    _save(made, today, by=by, now=now)
    whole = next((row.expected for row in made.forecasts if row.stream_id is None), None)
    return YearForecastMade(today.year, whole, len(history.get(None, {})))


def _profiles(
    history: Mapping[Line, Totals], lines: Mapping[Line, int | None], days: WorkDays, year: int
) -> list[ProfileRow]:
    rows = []
    for line, stream_id in lines.items():
        before = {day: e for day, e in history.get(line, {}).items() if day.year < year and e > 0}
        if len(before) >= LEAST_DAYS:
            levels = learn_course(before, days).levels
            factors = {
                name: {str(key): factor for key, factor in known.items()}
                for name, known in (
                    ("slots", levels.slots),
                    ("months", levels.months),
                    ("edges", levels.edges),
                )
            }
            rows.append(ProfileRow(year, stream_id, max(before), len(before), factors))
    return rows


def _forecasts(
    history: Mapping[Line, Totals], lines: Mapping[Line, int | None], days: WorkDays, today: date
) -> list[ForecastRow]:
    rows, through = [], today - DAY
    for line, stream_id in lines.items():
        totals = history.get(line, {})
        ends = look_ahead(task_of(totals, days, through=through, year=today.year))
        if ends is None or not totals:
            continue
        past = judge_past(totals, days, through=through, year=today.year)
        rows.append(
            ForecastRow(
                today.year,
                stream_id,
                today,
                **asdict(ends[-1]),
                months=[[end.expected, end.low, end.high] for end in ends],
                past_years=len(past.years),
                past_inside=past.inside,
                past_error=past.error,
                naive_error=past.naive_error,
            )
        )
    return rows


@service
def _save(session: Session, made: _Made, today: date, *, by: int, now: datetime) -> None:
    changed = [replace_profiles(session, rows, year=year) for year, rows in made.profiles.items()]
    changed.append(replace_forecasts(session, made.forecasts, year=today.year, made_on=today))
    if any(changed):
        write_audit(
            session,
            action="forecast",
            entity="year_forecast",
            entity_id=f"{today.year}/{today}",
            by=by,
            now=now,
            change={"rows": len(made.forecasts)},
        )
