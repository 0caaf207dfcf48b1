"""A day in figures, as its five lines tell it: exams, plan, the year, machines that are down, what is to be settled."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from tracker import clock
from tracker.domain.workcalendar import day_start, local_date_of
from tracker.domain.yearplan import Gap
from tracker.queries.closures import list_closures
from tracker.queries.demand_history import work_days
from tracker.queries.settling import count_for_the_head
from tracker.queries.volume import VolumeFilter, volume
from tracker.queries.year import plan_lines


@dataclass(frozen=True, slots=True)
class DaySummary:
    """`planned` and `gap` are None in a year without a target. `down` names devices by code, None the department.

    `year_exams` and `gap` are of the days of the year that are over, through `through` (None on its first morning):
    as everywhere, today's plan is not missing while it runs. `to_settle` is what is open now, whatever the day.
    """

    day: date
    exams: int
    streams: Mapping[str, int]
    planned: int | None
    through: date | None
    year_exams: int
    gap: Gap | None
    down: tuple[str | None, ...]
    to_settle: int


def day_summary(session: Session, day: date, *, now: datetime) -> DaySummary:
    """The figures of a day: of today as it stands, of another as it ended. About ten statements."""
    found = volume(session, VolumeFilter(day, day), ["stream"])
    through = _through(day, local_date_of(now, clock.hospital_zone()))
    done = (
        volume(session, VolumeFilter(date(day.year, 1, 1), through)).total.exams if through else 0
    )
    line = plan_lines(session, day.year, work_days(session)).get(None)
    return DaySummary(
        day=day,
        exams=found.total.exams,
        streams={str(row.keys["stream"]): row.amounts.exams for row in found.rows},
        planned=None if line is None else line.plan.on(day),
        through=through,
        year_exams=done,
        gap=None if line is None or through is None else line.plan.gap(done, through),
        down=_down(session, day, now),
        to_settle=count_for_the_head(session, today=local_date_of(now, clock.hospital_zone())),
    )


def _through(day: date, today: date) -> date | None:
    over = min(day, today - timedelta(days=1))
    return over if over.year == day.year else None


def _down(session: Session, day: date, now: datetime) -> tuple[str | None, ...]:
    """What is closed now, if the day is today; else what was closed at any time of it. The department goes first."""
    zone = clock.hospital_zone()
    begins, ends = day_start(day, zone), day_start(day + timedelta(days=1), zone)
    if begins <= now < ends:
        begins = ends = now
    closed = {
        closure.device
        for closure in list_closures(session, ending_after=begins)
        if closure.starts_at < ends or closure.starts_at == now
    }
    return tuple(sorted(closed, key=lambda code: (code is not None, code or "")))
