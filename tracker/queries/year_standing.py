"""Where a year stands: done beside the plan line, month by month, and how it is expected to end. No writes.

One reading serves page, interface and reports: nobody else sets exams against a target. The gap is that of the days
that are over: today's plan is not missing in the morning.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tracker.domain.months import last_of_month
from tracker.domain.workcalendar import DAY
from tracker.domain.yearplan import Gap, YearPlan
from tracker.models import ClosedMonth, ClosedVolume, Stream
from tracker.queries.demand_history import work_days
from tracker.queries.volume import VolumeFilter, volume
from tracker.queries.year import Line, PlanLine, Reached, YearOutlook, plan_lines, year_outlooks


@dataclass(frozen=True, slots=True)
class MonthStanding:
    """A month of the year. What is None is not known, or not yet.

    `gap`: done less planned, of its days that are over. `planned_by_end` and `done_by_end` are those of the year
    until its end, as `reached` is, which a month has that is not over. `closed`: exams when the month was closed.
    """

    first: date
    last: date
    done: int
    last_year: int
    planned: int | None = None
    gap: int | None = None
    planned_by_end: int | None = None
    done_by_end: int | None = None
    reached: Reached | None = None
    closed: int | None = None


@dataclass(frozen=True, slots=True)
class YearStanding:
    """All streams, or one: the target as a line (None: no target), what was done, the gap, the forecast.

    `done` counts the whole year, today included; `gap` the days through `through`, the last one that is over.
    """

    line: Line
    plan_line: PlanLine | None
    done: int
    done_today: int
    gap: Gap | None
    months: tuple[MonthStanding, ...]
    outlook: YearOutlook | None

    @property
    def plan(self) -> YearPlan | None:
        """The plan, day by day."""
        return None if self.plan_line is None else self.plan_line.plan


@dataclass(frozen=True, slots=True)
class YearStandings:
    """A year with its lines: all streams first (None), then each stream (code) that has a target.

    `through`: the last day of the year that is over, None before its second day. `working_days` are those of the
    year, `days_over` those through it. A year that is not published has its make-up days guessed: none.
    """

    year: int
    through: date | None
    is_published: bool
    working_days: int
    days_over: int
    lines: Mapping[Line, YearStanding]

    @property
    def whole(self) -> YearStanding:
        """All streams together."""
        return self.lines[None]


@dataclass(frozen=True, slots=True)
class _Counts:
    """Exams by line and month (first day), of the year and the one before; of its days that are not over (today, and
    those to come, of which a file may bring exams); of today; of closed months.
    """

    months: Mapping[Line, Mapping[date, int]]
    not_over: Mapping[Line, Mapping[date, int]]
    today: Mapping[Line, int]
    closed: Mapping[Line, Mapping[date, int]]


def year_standings(session: Session, year: int, today: date) -> YearStandings:
    """Where a year stands in the morning of `today`, and what today added. Eleven statements at most."""
    days = work_days(session)
    first, last = date(year, 1, 1), date(year, 12, 31)
    through = min(last, today - DAY) if today > first else None
    plans = plan_lines(session, year, days)
    outlooks = {} if today > last else year_outlooks(session, year)
    counts = _counts(session, year, today)
    worked = days.calendar.working_days
    return YearStandings(
        year,
        through,
        days.calendar.is_published(year),
        sum(1 for _day in worked(first, last)),
        sum(1 for _day in worked(first, through)) if through else 0,
        {
            line: _standing(line, counts, plans.get(line), outlooks.get(line), (year, today))
            for line in dict.fromkeys((None, *plans))
        },
    )


def _counts(session: Session, year: int, today: date) -> _Counts:
    months: dict[Line, dict[date, int]] = defaultdict(lambda: defaultdict(int))
    both = VolumeFilter(date(year - 1, 1, 1), date(year, 12, 31))
    for row in volume(session, both, ["month", "stream"]).rows:
        first = date.fromisoformat(f"{row.keys['month']}-01")
        for line in (None, row.keys["stream"]):
            months[line][first] += row.amounts.exams
    of_today: dict[Line, int] = defaultdict(int)
    not_over: dict[Line, dict[date, int]] = defaultdict(lambda: defaultdict(int))
    if today.year <= year:
        to_come = VolumeFilter(max(today, date(year, 1, 1)), both.last)
        for row in volume(session, to_come, ["day", "stream"]).rows:
            day, exams = row.keys["day"], row.amounts.exams
            for line in (None, row.keys["stream"]):
                not_over[line][day.replace(day=1)] += exams
                of_today[line] += exams if day == today else 0
    return _Counts(months, not_over, of_today, _closed(session, year))


def _closed(session: Session, year: int) -> Mapping[Line, Mapping[date, int]]:
    """Exams of the year's closed months as they were kept."""
    found = session.execute(
        select(ClosedMonth.month, Stream.code, func.sum(ClosedVolume.exams))
        .select_from(ClosedMonth)
        .outerjoin(ClosedVolume, ClosedVolume.closed_month_id == ClosedMonth.id)
        .outerjoin(Stream, Stream.id == ClosedVolume.stream_id)
        .where(
            ClosedMonth.reopened_at.is_(None),
            ClosedMonth.month.between(date(year, 1, 1), date(year, 12, 31)),
        )
        .group_by(ClosedMonth.month, Stream.code)
    )
    closed: dict[Line, dict[date, int]] = defaultdict(dict)
    for month, stream, exams in found:
        closed[None][month] = closed[None].get(month, 0) + int(exams or 0)
        if stream is not None:
            closed[stream][month] = int(exams)
    return closed


def _standing(
    line: Line,
    counts: _Counts,
    plan_line: PlanLine | None,
    outlook: YearOutlook | None,
    when: tuple[int, date],
) -> YearStanding:
    year, today = when
    months = counts.months.get(line, {})
    done = sum(exams for first, exams in months.items() if first.year == year)
    done_today, not_over = counts.today.get(line, 0), counts.not_over.get(line, {})
    gap = None
    if plan_line is not None and today > date(year, 1, 1):
        over = done - sum(not_over.values())
        gap = plan_line.plan.gap(over, min(today - DAY, date(year, 12, 31)))
    made = _Months(year, today, None if plan_line is None else plan_line.plan, outlook)
    own = counts.closed.get(line, {})
    kept = {first: own.get(first, 0) for first in counts.closed.get(None, {})}
    return YearStanding(
        line, plan_line, done, done_today, gap, made.rows(months, not_over, kept), outlook
    )


@dataclass(frozen=True, slots=True)
class _Months:
    """Makes the twelve rows of one line."""

    year: int
    today: date
    plan: YearPlan | None
    outlook: YearOutlook | None

    def rows(
        self, exams: Mapping[date, int], not_over: Mapping[date, int], closed: Mapping[date, int]
    ) -> tuple[MonthStanding, ...]:
        rows, done_by_end = [], 0
        for number in range(1, 13):
            first = date(self.year, number, 1)
            done = exams.get(first, 0)
            done_by_end += done
            rows.append(
                MonthStanding(
                    first,
                    last_of_month(first),
                    done,
                    exams.get(first.replace(year=self.year - 1), 0),
                    *self._planned(first, done - not_over.get(first, 0)),
                    done_by_end if first <= self.today else None,
                    self._reached(first),
                    closed.get(first),
                )
            )
        return tuple(rows)

    def _planned(self, first: date, over: int) -> tuple[int | None, int | None, int | None]:
        """Planned in the month, the gap of its days that are over (with `over` exams), planned from January to its end."""
        if self.plan is None:
            return None, None, None
        last = last_of_month(first)
        gap = None
        if first < self.today:
            gap = over - self.plan.between(first, min(last, self.today - DAY))
        return self.plan.between(first, last), gap, self.plan.through(last)

    def _reached(self, first: date) -> Reached | None:
        is_over = last_of_month(first) < self.today
        return None if self.outlook is None or is_over else self.outlook.months[first.month - 1]
