"""What each job does: a handful of service calls. Each may run twice without harm. When: see process."""

from collections.abc import Callable, Hashable, Iterable
from datetime import datetime, time, timedelta

from sqlalchemy.orm import Session

from tracker import clock
from tracker.db import read_session
from tracker.domain.workcalendar import instant_of, local_date_of
from tracker.drivers.no_shows import mark_due_no_shows
from tracker.jobs import exports, list_files
from tracker.logs import log, report_incident
from tracker.queries.agreement import broken_seals, volume_differences
from tracker.queries.calendar import work_calendar
from tracker.queries.machine_lists import machine_lists
from tracker.queries.occupancy_derived import differing_days
from tracker.queries.settings import department_settings
from tracker.services import upkeep
from tracker.services.forecasting import forecast_demand
from tracker.services.horizon import open_horizon
from tracker.services.morning_openings import note_morning
from tracker.services.year_forecasting import forecast_year

SYSTEM = 1
"""The account that stands behind the jobs."""

LISTS_TURN = time(18, 0)
"""When today's paper lists have served, in hospital time."""
COMPARED_DAYS = 45
CHECKED_DAYS = 45

Outcome = tuple[str, str]
"""done or difference, and a sentence for the administrator."""


def open_the_horizon(now: datetime) -> Outcome:
    """Open the weeks ahead from the weekly blocks."""
    horizon = open_horizon(now=now, by=SYSTEM)
    return "done", f"{horizon.blocks} blocks opened, through {horizon.through}"


def forecast(now: datetime) -> Outcome:
    """Forecast what will be asked for in the coming weeks."""
    made = forecast_demand(now=now, by=SYSTEM)
    return (
        "done",
        f"{made.exams:.0f} exams expected through {made.through}, from {made.history_days} days",
    )


def forecast_the_year(now: datetime) -> Outcome:
    """Forecast how the year ends, and learn the shape of its plan line."""
    made = forecast_year(now=now, by=SYSTEM)
    said = "too short a history" if made.expected is None else f"{made.expected} exams expected"
    return "done", f"{made.year}: {said}, from {made.history_days} days"


def note_openings(now: datetime) -> Outcome:
    """Note how far away the third next openings are this morning."""
    noted = note_morning(now=now, by=SYSTEM)
    if noted is None:
        return "done", "no working morning"
    return "done", f"{noted} openings noted" if noted else "noted before"


def mark_no_shows(now: datetime) -> Outcome:
    """Mark who is still `booked` at the end of the half-day as no-show."""
    return "done", f"{mark_due_no_shows(by=SYSTEM, now=now)} marked"


def compare(now: datetime) -> Outcome:
    """Compare roll-ups and occupancy with the rows they come from; a difference is reported loudly."""
    today = local_date_of(now, clock.hospital_zone())
    first, last = today - timedelta(days=COMPARED_DAYS), today + timedelta(days=COMPARED_DAYS)
    volume = _seen_twice(lambda session: volume_differences(session, first, last))
    days = _seen_twice(lambda session: differing_days(session, today, last))
    if not volume and not days:
        return "done", "roll-ups and occupancy agree with their rows"
    log().error("derived rows differ", volume_rows=volume, device_days=days)
    return "difference", f"{volume} roll-up rows and {days} device days differ: run.py rebuild"


def _seen_twice(look: Callable[[Session], Iterable[Hashable]]) -> int:
    """How many differences two looks share: a write may lie between the two reads of one look."""
    with read_session() as session:
        once = set(look(session))
    if not once:
        return 0
    with read_session() as session:
        return len(once.intersection(look(session)))


def check_seals(now: datetime) -> Outcome:
    """Look whether audit entries that were sealed lately are as they were; whoever finds one calls it loudly."""
    with read_session() as session:
        broken = broken_seals(session, since=now - timedelta(days=CHECKED_DAYS))
    if not broken:
        return "done", f"the seals of {CHECKED_DAYS} days hold"
    log().error("audit seals broken", seals=broken)
    return "difference", f"the audit was changed: seals {', '.join(map(str, broken[:20]))}"


def seal(now: datetime) -> Outcome:
    """Seal the audit entries that no open transaction can precede any more."""
    sealed = 0
    while count := upkeep.seal_audit(now=now):
        sealed += count
    return "done", f"{sealed} entries sealed"


def forget(now: datetime) -> Outcome:
    """Delete what is kept for a time only."""
    files = exports.remove_old(now)
    told = f", {files} exports removed" if files else ""
    return "done", f"{upkeep.forget_old(now=now)} rows deleted{told}"


def write_lists(now: datetime) -> Outcome:
    """Write the paper lists of today, until LISTS_TURN, and of the next working day; forget old ones."""
    today = local_date_of(now, clock.hospital_zone())
    with read_session() as session:
        calendar = work_calendar(session)
        settings = department_settings(session)
        days = [calendar.next_working_day(today)]
        if calendar.is_working(today) and now < instant_of(today, LISTS_TURN, calendar.zone):
            days.insert(0, today)
        lists = {day: machine_lists(session, day) for day in days}
    for day, found in lists.items():
        list_files.write_day(found, settings, day, now=now)
    gone = list_files.remove_old(today)
    written = ", ".join(f"{len(found)} lists of {day}" for day, found in lists.items())
    return "done", f"{written}; {gone} old days removed"


def run_job(name: str, work: Callable[[datetime], Outcome]) -> Outcome:
    """Run one job now and record how it ended; a failure is recorded and logged, never raised."""
    run_id = upkeep.begin_run(name, now=clock.now())
    try:
        outcome = work(clock.now())
    except Exception as error:  # noqa: BLE001 - one job must not take the others down
        incident = report_incident(error)  # its text may hold values of rows: it is kept out
        log().error("job failed", job=name, incident=incident)
        outcome = ("failed", f"{type(error).__name__}, incident {incident}")
    upkeep.end_run(run_id, *outcome, now=clock.now())
    return outcome
