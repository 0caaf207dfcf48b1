"""Forecasting what will be asked for, from two years of exams and from what is booked. The statistics: domain."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from tracker.db import read_session, service
from tracker.domain.errors import N_, InvalidError
from tracker.domain.forecast import Expected, learn, suppose, with_booked
from tracker.domain.workcalendar import DAY, local_date_of
from tracker.queries.demand_history import (
    booked_demand,
    demand_history,
    minutes_each,
    supposed_demand,
    work_days,
)
from tracker.queries.forecast import furthest_forecast
from tracker.queries.settings import department_settings
from tracker.writes.audit import write_audit
from tracker.writes.forecast_rows import replace_forecast

HISTORY = timedelta(days=2 * 365)
"""Two years: every month twice; what is older tells little."""
LEAST_DAYS = 20
"""Four working weeks of exams tell more than what the department expects of itself; fewer do not."""
FURTHEST_DAYS = 400


@dataclass(frozen=True, slots=True)
class Forecast:
    """What forecasting came to: the last day, exams expected until then, the working days it learnt from."""

    through: date
    exams: float
    history_days: int


def forecast_demand(*, by: int, now: datetime, through: date | None = None) -> Forecast:
    """Forecast every day from today through `through` (default: the last week open).

    What is counted was performed before today; what is booked is a floor. Until there are LEAST_DAYS of
    history the year's target and each exam type's share of all requests stand for it. The reading and the arithmetic take
    about a second on two years of a large department and lock nothing; the writing is one short step.
    Raises InvalidError when `through` is further away than 400 days.
    """
    with read_session() as session:
        days = work_days(session)
        today = local_date_of(now, days.calendar.zone)
        last = _last_day(session, today, through)
        history = demand_history(session, days.calendar.working_days(today - HISTORY, today - DAY))
        ahead = [today + n * DAY for n in range((last - today).days + 1)]
        booked = booked_demand(session, ahead)
        minutes = minutes_each(session, history.mean_parts)
        if len(history.exams) < LEAST_DAYS:
            model = suppose(supposed_demand(session, today.year), days)
        else:
            model = learn(history.exams, days)
    told = (each for day in ahead for each in model.expected(day, minutes))
    expected = with_booked(told, booked)
    _save(expected, today, last, by=by, now=now)
    return Forecast(last, sum(each.exams for each in expected), len(history.exams))


def _last_day(session: Session, today: date, through: date | None) -> date:
    """The Sunday of the last week that is open, asked for, or was asked for before: weeks are planned whole."""
    if through is not None and (through - today).days > FURTHEST_DAYS:
        raise InvalidError(N_("This day is too far away to be forecast."), field="through")
    opened = today + timedelta(weeks=department_settings(session).horizon_weeks)
    last = max(opened, through or opened, furthest_forecast(session) or opened)
    return last + (6 - last.weekday()) * DAY


@service
def _save(
    session: Session, expected: list[Expected], first: date, last: date, *, by: int, now: datetime
) -> None:
    if replace_forecast(session, expected, first=first, made_at=now):
        write_audit(
            session,
            action="forecast",
            entity="demand_forecast",
            entity_id=f"{first}/{last}",
            by=by,
            now=now,
            change={"rows": len(expected)},
        )
