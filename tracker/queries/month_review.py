"""The months of a year and one month in full: what was closed, what changed since, what is counted now. No writes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.domain.closing import NOTHING, Change, may_close
from tracker.domain.months import last_of_month, month_end
from tracker.models import Device, ExamType, StaffMember, Stream
from tracker.queries.closing import (
    DIMENSIONS,
    ClosedMonthRow,
    Reopening,
    Three,
    closed_month,
    closed_months,
    closed_sums,
    month_figures,
    reopenings,
)
from tracker.queries.closing_changes import changes_since_closing
from tracker.queries.volume import VolumeFilter, volume


@dataclass(frozen=True, slots=True)
class MonthOfYear:
    """A month in the list; `three.closed` is nothing where it is open."""

    month: date
    closing: ClosedMonthRow | None
    three: Three
    is_over: bool
    may_be_closed: bool

    @property
    def code(self) -> str:
        """2026-10."""
        return f"{self.month:%Y-%m}"


def months_of_year(session: Session, year: int, today: date) -> list[MonthOfYear]:
    """The months of a year, newest first, those that have begun. Three statements."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    closed = closed_months(session)
    totals = closed_sums(
        session, [row for row in closed.values() if row.month.year == year], ["month"]
    )
    found = volume(session, VolumeFilter(first, last), ["month"])
    present = {row.keys["month"]: row.amounts for row in found.rows}
    lines = []
    month = first
    while month <= min(last, today):
        closing = closed.get(month)
        code = f"{month:%Y-%m}"
        three = Three(totals.get((code,), NOTHING), present.get(code, NOTHING))
        over = month_end(month) <= today
        lines.append(MonthOfYear(month, closing, three, over, may_close(month, closed, today)))
        month = month_end(month)
    return lines[::-1]


@dataclass(frozen=True, slots=True)
class MonthReview:
    """A month in all and by each of DIMENSIONS (codes); an open month has its present figures alone."""

    month: date
    closing: ClosedMonthRow | None
    total: Three
    by: Mapping[str, Mapping[str, Three]]
    changes: Sequence[Change]
    taken_back: Sequence[Reopening]
    may_be_closed: bool
    is_over: bool

    @property
    def code(self) -> str:
        """2026-10."""
        return f"{self.month:%Y-%m}"

    @property
    def first(self) -> date:
        """The first day."""
        return self.month

    @property
    def last(self) -> date:
        """The last day."""
        return last_of_month(self.month)


def month_review(session: Session, month: date, today: date) -> MonthReview:
    """The month that begins with this day."""
    closing = closed_month(session, month)
    by, total = _figures(session, month, closing)
    return MonthReview(
        month=month,
        closing=closing,
        total=total,
        by=by,
        changes=[] if closing is None else changes_since_closing(session, closing),
        taken_back=reopenings(session, month),
        may_be_closed=may_close(month, closed_months(session), today),
        is_over=month_end(month) <= today,
    )


def _figures(
    session: Session, month: date, closing: ClosedMonthRow | None
) -> tuple[dict[str, dict[str, Three]], Three]:
    if closing is not None:
        figures = month_figures(session, closing)
        return {key: figures.by(key) for key in DIMENSIONS}, figures.total
    found = volume(session, VolumeFilter(month, last_of_month(month)), DIMENSIONS)
    by: dict[str, dict[str, Three]] = {key: {} for key in DIMENSIONS}
    for row in found.rows:
        for key in DIMENSIONS:
            before = by[key].get(row.keys[key], Three()).present
            by[key][row.keys[key]] = Three(NOTHING, before + row.amounts)
    return by, Three(NOTHING, found.total)


def codes_of_keys(session: Session) -> list[dict[int, str]]:
    """The code of each id that the keys of changes name, in the order of DIMENSIONS. Four statements."""
    return [
        {row.id: row.code for row in session.execute(select(model.id, model.code))}
        for model in (Stream, ExamType, Device, StaffMember)
    ]
