"""Years of exams for the tests of plan lines and forecasts: as many a day and stream as a rule says."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from sqlalchemy import insert

from tests.support.starting_data import SYSTEM
from tracker import clock
from tracker.db import db, read_session
from tracker.domain.months import last_of_month
from tracker.domain.workcalendar import instant_of
from tracker.models import Exam
from tracker.queries.demand_history import work_days
from tracker.services.upkeep import rebuild_month

OUTPATIENT, CADRE, MEDICAL = 1, 2, 3
Rule = Callable[[date], dict[int, int]]


def steady(day: date) -> dict[int, int]:
    """About six exams on a Monday, three on other days; one more of the medical examinations."""
    luck = day.toordinal() * 7919 % 31 % 3 - 1
    return {OUTPATIENT: (6 if day.weekday() == 0 else 3) + luck, MEDICAL: 1}


def fill_years(first: date, last: date, rule: Rule = steady) -> None:
    """Exams of these days, counted; nobody is in the way of anybody."""
    with read_session() as session:
        days = list(work_days(session).calendar.working_days(first, last))
    rows = [
        _exam(day, stream, number)
        for day in days
        for stream, exams in rule(day).items()
        for number in range(exams)
    ]
    with db.engine.begin() as connection:
        connection.execute(insert(Exam), rows)
    for month in dict.fromkeys(day.replace(day=1) for day in days):
        rebuild_month(month, last_of_month(month))


def _exam(day: date, stream: int, number: int) -> dict[str, object]:
    start: datetime = instant_of(day, time(8), clock.hospital_zone()) + timedelta(
        minutes=10 * number
    )
    return {
        "number": f"Y{day}-{stream}-{number}", "patient_id": 1, "exam_type_id": 1, "stream_id": stream,
        "device_id": 1, "operator_id": 1, "started_at": start, "ended_at": start + timedelta(minutes=10),
        "local_date": day, "minutes": 10, "points_hundredths": 100, "logged_at": start,
        "logged_by_id": SYSTEM,
    }  # fmt: skip
