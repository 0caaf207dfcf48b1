"""The jobs process: APScheduler with the jobs' times, one holder of the lease at a time. `run.py jobs`."""

import argparse
import signal
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger
from flask import Flask

from config import Settings
from tracker import clock, create_app
from tracker.db import db, read_session
from tracker.db_lease import Lease, lease
from tracker.domain.troubles import is_overdue
from tracker.jobs import backups, exports, imports, monthly_reports, proposals, work
from tracker.logs import log, report_incident
from tracker.queries.troubles import job_facts

LEASE = "jobs"
LEASE_RETRY_SECONDS = 5
LEASE_CHECK_SECONDS = 30
MISFIRE_SECONDS = 3600  # a job half an hour late still runs
LONG = "long"
ASKED_FOR_SECONDS = 3
"""How often a thread of its own looks for a proposal, another for an export that somebody waits for."""


@dataclass(frozen=True)
class Ended:
    """What the command prints when the process was told to stop."""

    text: str = ""
    facts: Mapping[str, object] = field(default_factory=dict)
    status: int = 0


@dataclass(frozen=True)
class Job:
    """A job, when it runs (hospital time), and what it does.

    One that takes longer `is_long`: it runs beside the others, and at the start only if it was missed.
    With `is_wanted` also if it never went well: pages wait for what it makes.
    """

    name: str
    trigger: BaseTrigger
    work: Callable[[datetime], work.Outcome]
    is_long: bool = False
    is_wanted: bool = False


def jobs() -> list[Job]:
    """Every job of the product."""
    zone = clock.hospital_zone()
    return [
        Job("horizon", CronTrigger(hour=0, minute=10, timezone=zone), work.open_the_horizon),
        Job("no_shows", IntervalTrigger(minutes=5, timezone=zone), work.mark_no_shows),
        Job("forecast", CronTrigger(hour=0, minute=30, timezone=zone), work.forecast),
        Job(
            "year_forecast",
            CronTrigger(hour=0, minute=40, timezone=zone),
            work.forecast_the_year,
            is_long=True,
            is_wanted=True,
        ),
        Job("openings", CronTrigger(hour=7, minute=20, timezone=zone), work.note_openings),
        Job("seal", IntervalTrigger(minutes=10, timezone=zone), work.seal),
        Job("compare", CronTrigger(hour=21, minute=30, timezone=zone), work.compare),
        Job("check_seals", CronTrigger(hour=22, minute=0, timezone=zone), work.check_seals),
        Job("lists", CronTrigger(hour="7,18", minute=0, timezone=zone), work.write_lists),
        Job("backup", CronTrigger(hour=1, minute=0, timezone=zone), backups.back_up, is_long=True),
        Job("check_backup", _weekly(zone), backups.check_backup, is_long=True),
        Job("forget", CronTrigger(hour=3, minute=0, timezone=zone), work.forget),
        Job(
            "monthly_report",
            CronTrigger(hour=6, minute=30, timezone=zone),
            monthly_reports.write_last_month,
        ),
    ]


def _weekly(zone: ZoneInfo) -> CronTrigger:
    return CronTrigger(day_of_week="sun", hour=4, minute=0, timezone=zone)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`--once` runs every job one time and ends, for operations by hand and for tests."""
    parser.add_argument("--once", action="store_true", help="run every job once, then end")


def run(arguments: argparse.Namespace) -> Ended:
    """Run the jobs until told to stop (TERM or INT); wait while another process holds the lease.

    With `--once` the exit status is 1 unless every job is done and found nothing wrong.
    """
    app = create_app(Settings.from_environment().as_flask())
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    with app.app_context():
        engine = db.engine
    while not stop.is_set():
        with lease(engine, LEASE) as mine:
            if mine.held and arguments.once:
                return _run_all(app)
            if mine.held:
                _run_scheduler(app, stop, mine)
        stop.wait(LEASE_RETRY_SECONDS)
    return Ended("The jobs have stopped.")


def _run_all(app: Flask) -> Ended:
    outcomes: dict[str, work.Outcome] = {}
    with app.app_context():
        for job in jobs():
            outcomes[job.name] = work.run_job(job.name, job.work)
    text = "\n".join(f"{name}: {' – '.join(outcome)}" for name, outcome in outcomes.items())
    all_done = all(outcome == "done" for outcome, _ in outcomes.values())
    return Ended(text, outcomes, status=0 if all_done else 1)


def _run_scheduler(app: Flask, stop: threading.Event, mine: Lease) -> None:
    # one worker thread: the jobs take turns, so that none of them meets another; a second one for those
    # that take longer and write in one short step at most
    scheduler = BackgroundScheduler(
        timezone=clock.hospital_zone(),
        executors={name: {"type": "threadpool", "max_workers": 1} for name in ("default", LONG)},
        job_defaults={
            "coalesce": True,
            "max_instances": 1,
            "misfire_grace_time": MISFIRE_SECONDS,
        },
    )
    missed = _missed_jobs(app)
    for job in jobs():
        # each also runs at once: a machine that was off over midnight catches up when it starts
        at_once = {"next_run_time": clock.now()} if job.name in missed else {}
        executor = LONG if job.is_long else "default"
        scheduler.add_job(
            _in_context(app, job), job.trigger, id=job.name, executor=executor, **at_once
        )
    scheduler.start()
    waited_for = {
        "proposals": proposals.make_those_asked_for,
        "exports": exports.write_those_asked_for,
        "imports": imports.do_those_asked_for,
    }
    threads = [
        threading.Thread(target=_make_those_asked_for, args=(app, stop, mine, make), name=name)
        for name, make in waited_for.items()
    ]
    for thread in threads:
        thread.start()
    log().info("jobs are running")
    while mine.lasts() and not stop.wait(LEASE_CHECK_SECONDS):
        pass
    scheduler.shutdown(wait=True)
    for thread in threads:
        thread.join()


def _missed_jobs(app: Flask) -> set[str]:
    """The jobs that run when the process starts: all the short ones, and the long ones that are overdue.

    A long one that was killed or failed is so from its last run that was well.
    """
    with app.app_context(), read_session() as session:
        facts = job_facts(session)
    well = [replace(record, started_at=record.good_at) for record in facts.jobs]
    overdue = {record.job for record in well if is_overdue(record, facts, clock.now())}
    never = {record.job for record in facts.jobs if record.good_at is None}
    return {
        job.name
        for job in jobs()
        if not job.is_long or job.name in overdue or (job.is_wanted and job.name in never)
    }


def _make_those_asked_for(
    app: Flask, stop: threading.Event, mine: Lease, make: Callable[[Callable[[], bool]], int]
) -> None:
    """Look for what somebody waits for in a page, beside the scheduler: looking is no run on record."""

    def is_ending() -> bool:
        return stop.is_set() or not mine.held

    while not is_ending():
        try:
            with app.app_context():
                make(is_ending)
        except Exception as error:  # noqa: BLE001 - a database that is away comes back
            name = threading.current_thread().name
            log().error("asked for in vain", what=name, incident=report_incident(error))
        stop.wait(ASKED_FOR_SECONDS)


def _in_context(app: Flask, job: Job) -> Callable[[], None]:
    def run_now() -> None:
        with app.app_context():
            work.run_job(job.name, job.work)

    return run_now
