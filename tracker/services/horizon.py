"""Opening time for booking: from the weekly pattern to blocks of days, as far ahead as the department sets."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from tracker.db import read_session, service
from tracker.domain.errors import N_, InvalidError
from tracker.domain.workcalendar import local_date_of
from tracker.queries.calendar import work_calendar
from tracker.queries.horizon import blocks_missing
from tracker.queries.settings import department_settings
from tracker.writes.audit import write_audit
from tracker.writes.blocks import insert_blocks
from tracker.writes.occupancy import lock_supply, rebuild_occupancy
from tracker.writes.pressure import refresh_scarcity

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
            sorted({block.local_date for block in blocks_missing(session, days, calendar)}),
        )


@service
def _open_days(session: Session, days: Sequence[date], *, by: int, now: datetime) -> int:
    lock_supply(session)
    calendar = work_calendar(session)
    blocks = blocks_missing(session, [d for d in days if calendar.is_working(d)], calendar)
    if not blocks:
        return 0
    insert_blocks(session, blocks)
    refresh_scarcity(session)  # the first days opened after an upgrade find none
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
