"""What the weekly pattern still gives to days: what opening writes, and what a plan shows until then. No writes."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.domain.horizon import DayBlock, blocks_to_open
from tracker.domain.plan import monday_of
from tracker.domain.workcalendar import DAY, WorkCalendar
from tracker.models.block import Block
from tracker.models.plan import PlannedWeek
from tracker.queries.streams import release_rules
from tracker.queries.weekly_blocks import pattern_in_service


def blocks_missing(
    session: Session, days: Sequence[date], calendar: WorkCalendar
) -> list[DayBlock]:
    """The blocks that the pattern gives these working days (sorted) beside those that stand.

    None in a week whose plan was published: there the plan says what is open, and what is not.
    """
    days = _unplanned(session, days)
    if not days:
        return []
    pattern = pattern_in_service(session)
    release = release_rules(session)
    standing = _standing(session, days[0], days[-1])
    blocks: list[DayBlock] = []
    for day in days:
        near = [block for each in (day - DAY, day, day + DAY) for block in standing[each]]
        blocks += blocks_to_open(day, pattern, standing=near, calendar=calendar, release=release)
    return blocks


def _unplanned(session: Session, days: Sequence[date]) -> list[date]:
    planned = set(
        session.scalars(
            select(PlannedWeek.monday).where(PlannedWeek.monday.in_({monday_of(d) for d in days}))
        )
    )
    return [day for day in days if monday_of(day) not in planned]


def _standing(session: Session, first: date, last: date) -> defaultdict[date, list[DayBlock]]:
    """The blocks of these days and of those beside them by day: one may run past midnight."""
    rows = session.execute(
        select(
            Block.device_id,
            Block.local_date,
            Block.starts_at,
            Block.ends_at,
            Block.operator_id,
            Block.weekly_block_id,
        ).where(Block.local_date.between(first - DAY, last + DAY))
    )
    by_day: defaultdict[date, list[DayBlock]] = defaultdict(list)
    for row in rows:
        by_day[row.local_date].append(DayBlock(*row))
    return by_day
