"""What the volume pages show: where the department stands, the months against the target, a stretch by each key."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from tracker.domain.lifecycle import Status
from tracker.domain.months import last_of_month
from tracker.domain.workcalendar import DAY
from tracker.domain.yearplan import Gap, YearPlan
from tracker.queries import Reading
from tracker.queries.demand_history import work_days
from tracker.queries.volume import Amounts, Standing, Volume, VolumeFilter, standing, volume
from tracker.queries.year import PlanLine, plan_lines
from tracker.reports.words import name_of
from tracker.web.day_stretch import DayStretch
from tracker.web.exam_choices import Catalogue, read_catalogue


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a table: its words, its sums, its share of the exams, the list behind it."""

    name: str
    amounts: Amounts
    share: float
    href: str


@dataclass(frozen=True, slots=True)
class MonthLine:
    """A month: exams, and what the year's target means for its working days (None: no target)."""

    first: date
    amounts: Amounts
    planned: int | None
    href: str


@dataclass(frozen=True, slots=True)
class Pace:
    """Day, month and year beside the plan line. Gaps are those of the days before today; None while there are none."""

    line: PlanLine
    today: int
    month: int
    through: date
    gap: Gap | None
    month_gap: int | None

    @property
    def plan(self) -> YearPlan:
        """The plan, day by day."""
        return self.line.plan

    @property
    def days_over(self) -> int:
        """Working days of the year that are over."""
        return self.plan.days_through(self.through)

    @property
    def days(self) -> int:
        """Working days of the year."""
        return len(self.plan.days)


@dataclass(frozen=True, slots=True)
class Present:
    """Where the department stands at this moment: what the page asks for again while it is open."""

    standing: Standing
    planned_today: int
    pace: Pace | None


@dataclass(frozen=True, slots=True)
class VolumePage:
    """What stands below that; `tables` holds lines by key (stream, exam_type, device, operator)."""

    months: list[MonthLine]
    tables: Mapping[str, list[Line]]
    total: Amounts


def read_present(reading: Reading, *, today: date) -> Present:
    """Eight statements, however many exams."""
    found = standing(reading, today)
    line = plan_lines(reading, today.year, work_days(reading)).get(None)
    planned = {status: found.booked_today.get(status, 0) for status in Status}
    return Present(
        standing=found,
        planned_today=sum(planned.values()) - planned[Status.CANCELLED],
        pace=None if line is None else _pace(found, line, today),
    )


def read_volume(
    reading: Reading, stretch: DayStretch, present: Present, *, today: date
) -> VolumePage:
    """Thirteen statements, whatever the stretch and however many exams."""
    known = read_catalogue(reading)
    chosen = VolumeFilter(stretch.first, stretch.last)
    # two pairs cost half of four passes over the rows
    parts = [
        volume(reading, chosen, pair) for pair in (("stream", "exam_type"), ("device", "operator"))
    ]
    plan = present.pace.plan if present.pace else None
    return VolumePage(
        months=_months(present.standing, today.year, plan),
        tables=_tables(parts, known, stretch),
        total=parts[0].total,
    )


def _tables(
    parts: Sequence[Volume], known: Catalogue, stretch: DayStretch
) -> dict[str, list[Line]]:
    of_key = {
        "stream": (parts[0], known.streams),
        "exam_type": (parts[0], known.exam_types),
        "device": (parts[1], known.devices),
        "operator": (parts[1], known.doctors),
    }
    return {
        key: _lines(_sums(counted, key), key, rows, stretch)
        for key, (counted, rows) in of_key.items()
    }


def _sums(counted: Volume, key: str) -> dict[str, Amounts]:
    sums: dict[str, Amounts] = {}
    for row in counted.rows:
        code = row.keys[key]
        sums[code] = sums.get(code, Amounts()) + row.amounts
    return sums


def _lines(
    sums: Mapping[str, Amounts], key: str, rows: Sequence[Any], stretch: DayStretch
) -> list[Line]:
    """In the department's order; an exam by somebody who is no doctor here still has its line."""
    names = {row.code: name_of(row) for row in rows}
    total = sum(amounts.exams for amounts in sums.values()) or 1
    codes = [code for code in names if code in sums] + [code for code in sums if code not in names]
    return [
        Line(
            names.get(code, code),
            sums[code],
            sums[code].exams / total,
            stretch.address("/exams", **{key: code}),
        )
        for code in codes
    ]


def _pace(found: Standing, line: PlanLine, today: date) -> Pace:
    plan = line.plan
    first, through = today.replace(day=1), today - DAY
    before = found.year.exams - sum(found.not_over.values())
    over = found.month.exams - found.not_over.get(f"{today:%Y-%m}", 0)
    return Pace(
        line=line,
        today=plan.on(today),
        month=plan.between(first, last_of_month(first)),
        through=through,
        gap=plan.gap(before, through) if through.year == plan.year else None,
        month_gap=over - plan.between(first, through) if through >= first else None,
    )


def _months(found: Standing, year: int, plan: YearPlan | None) -> list[MonthLine]:
    """Each month with its part of the target; the parts add up to it."""
    lines = []
    for number in range(1, 13):
        first = date(year, number, 1)
        month = DayStretch(first, last_of_month(first))
        amounts = found.months.get(f"{first:%Y-%m}", Amounts())
        planned = None if plan is None else plan.between(month.first, month.last)
        lines.append(MonthLine(first, amounts, planned, month.address("/exams")))
    return lines
