"""Opening time for booking: from the weekly pattern to blocks of days, as far ahead as the department sets."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.db import read_session, service
from tracker.domain.errors import N_, InvalidError
from tracker.domain.horizon import DayBlock, blocks_to_open
from tracker.domain.workcalendar import DAY, WorkCalendar, local_date_of
from tracker.models.block import Block
from tracker.queries.calendar import work_calendar
from tracker.queries.settings import department_settings
from tracker.queries.streams import streams
from tracker.queries.weekly_blocks import pattern_in_service
from tracker.writes.audit import write_audit
from tracker.writes.blocks import insert_blocks
from tracker.writes.occupancy import lock_supply, rebuild_occupancy

DAYS_PER_STEP = 5  # one transaction opens so many days: a tenth of a second for 21 devices
FURTHEST_DAYS = 400


@dataclass(frozen=True, slots=True)
class Horizon:
    """What opening came to: the last day looked at, blocks opened, years it reached without a calendar."""

    through: date
    blocks: int
    provisional_years: tuple[int, ...]


def open_horizon(
    *,
    by: int,
    now: datetime,
    through: date | None = None,
    progress: Callable[[date], object] | None = None,
) -> Horizon:
    """Open every working day from today through `through` (default: the department's horizon, in weeks).

    In steps of a few days, each a transaction of its own: stopped in the middle it is taken up again by
    the next call, and a second call changes nothing. `progress` is told each step's last day.
    Raises InvalidError when `through` is further away than 400 days.
    """
    today, last, missing = _days_to_open(now, through)
    blocks = 0
    for start in range(0, len(missing), DAYS_PER_STEP):
        days = missing[start : start + DAYS_PER_STEP]
        blocks += _open_days(days, by=by, now=now)
        if progress is not None:
            progress(days[-1])
    with read_session() as session:
        years = work_calendar(session).provisional_years(today, last)
    return Horizon(last, blocks, years)


def _days_to_open(now: datetime, through: date | None) -> tuple[date, date, list[date]]:
    """Today, the last day, and the days between that lack blocks."""
    with read_session() as session:
        calendar = work_calendar(session)
        today = local_date_of(now, calendar.zone)
        last = through or today + timedelta(weeks=department_settings(session).horizon_weeks)
        if (last - today).days > FURTHEST_DAYS:
            raise InvalidError(N_("This day is too far away to be opened."), field="through")
        days = list(calendar.working_days(today, last))
        return (
            today,
            last,
            sorted({block.local_date for block in _missing(session, days, calendar)}),
        )


@service
def _open_days(session: Session, days: Sequence[date], *, by: int, now: datetime) -> int:
    lock_supply(session)
    calendar = work_calendar(session)
    blocks = _missing(session, [day for day in days if calendar.is_working(day)], calendar)
    if not blocks:
        return 0
    insert_blocks(session, blocks)
    rebuild_occupancy(session, {(block.device_id, block.local_date) for block in blocks})
    write_audit(
        session,
        action="open",
        entity="block",
        entity_id=f"{days[0]}/{days[-1]}",
        by=by,
        now=now,
        change={"blocks": len(blocks)},
    )
    return len(blocks)


def _missing(session: Session, days: Sequence[date], calendar: WorkCalendar) -> list[DayBlock]:
    """The blocks that the pattern gives these days beside those that stand."""
    if not days:
        return []
    pattern = pattern_in_service(session)
    release = {s.id: s.release_rule for s in streams(session) if s.release_rule is not None}
    standing = _standing(session, days[0], days[-1])
    blocks: list[DayBlock] = []
    for day in days:
        near = [block for block in standing if abs(block.local_date - day) <= DAY]
        blocks += blocks_to_open(day, pattern, standing=near, calendar=calendar, release=release)
    return blocks


def _standing(session: Session, first: date, last: date) -> list[DayBlock]:
    """The blocks of these days and of those beside them: one may run past midnight."""
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
    return [DayBlock(*row) for row in rows]
