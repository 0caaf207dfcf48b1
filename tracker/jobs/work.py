"""What each job does: a handful of service calls. Each may run twice without harm. When: see process."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import structlog

from tracker import clock
from tracker.db import read_session
from tracker.domain.workcalendar import local_date_of
from tracker.drivers.no_shows import mark_due_no_shows
from tracker.queries.agreement import volume_differences
from tracker.queries.occupancy_derived import differing_days
from tracker.services import upkeep
from tracker.services.horizon import open_horizon

SYSTEM = 1
"""The account that stands behind the jobs."""

COMPARED_DAYS = 45

log = structlog.get_logger("tracker.jobs")

Outcome = tuple[str, str]
"""done or difference, and a sentence for the administrator."""


def open_the_horizon(now: datetime) -> Outcome:
    """Open the weeks ahead from the weekly blocks."""
    horizon = open_horizon(now=now, by=SYSTEM)
    return "done", f"{horizon.blocks} blocks opened, through {horizon.through}"


def mark_no_shows(now: datetime) -> Outcome:
    """Mark who is still `booked` at the end of the half-day as no-show."""
    return "done", f"{mark_due_no_shows(by=SYSTEM, now=now)} marked"


def compare(now: datetime) -> Outcome:
    """Compare roll-ups and occupancy with the rows they come from; a difference is reported loudly."""
    today = local_date_of(now, clock.hospital_zone())
    first = today - timedelta(days=COMPARED_DAYS)
    with read_session() as session:
        volume = volume_differences(session, first, today + timedelta(days=1))
    days = _differing_days(today)
    if not volume and not days:
        return "done", "roll-ups and occupancy agree with their rows"
    log.error("derived rows differ", volume_rows=len(volume), device_days=len(days))
    text = f"{len(volume)} roll-up rows and {len(days)} device days differ: python run.py rebuild"
    return "difference", text


def _differing_days(today: date) -> list[tuple[int, date]]:
    """A difference counts when it is seen twice: a write may lie between the two reads of one look."""
    last = today + timedelta(days=COMPARED_DAYS)
    with read_session() as session:
        once = set(differing_days(session, today, last))
    if not once:
        return []
    with read_session() as session:
        return sorted(once.intersection(differing_days(session, today, last)))


def seal(now: datetime) -> Outcome:
    """Seal the audit entries that no open transaction can precede any more."""
    sealed = 0
    while count := upkeep.seal_audit(now=now):
        sealed += count
    return "done", f"{sealed} entries sealed"


def forget(now: datetime) -> Outcome:
    """Delete what is kept for a time only."""
    return "done", f"{upkeep.forget_old(now=now)} rows deleted"


def run_job(name: str, work: Callable[[datetime], Outcome]) -> Outcome:
    """Run one job now and record how it ended; a failure is recorded and logged, never raised."""
    run_id = upkeep.begin_run(name, now=clock.now())
    try:
        outcome = work(clock.now())
    except Exception as error:
        log.exception("job failed", job=name)
        outcome = ("failed", f"{type(error).__name__}: {error}")
    upkeep.end_run(run_id, *outcome, now=clock.now())
    return outcome
