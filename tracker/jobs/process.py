"""The jobs process: APScheduler with the jobs' times, one holder of the lease at a time. `run.py jobs`."""

import argparse
import signal
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger
from flask import Flask

from config import Settings
from tracker import clock, create_app
from tracker.db import db
from tracker.db_lease import Lease, lease
from tracker.jobs import work
from tracker.logs import log

LEASE = "jobs"
LEASE_RETRY_SECONDS = 5
LEASE_CHECK_SECONDS = 30
MISFIRE_SECONDS = 3600  # a job half an hour late still runs


@dataclass(frozen=True)
class Ended:
    """What the command prints when the process was told to stop."""

    text: str = ""
    facts: Mapping[str, object] = field(default_factory=dict)
    status: int = 0


@dataclass(frozen=True)
class Job:
    """A job, when it runs (hospital time), and what it does."""

    name: str
    trigger: BaseTrigger
    work: Callable[[datetime], work.Outcome]


def jobs() -> list[Job]:
    """Every job of the product."""
    zone = clock.hospital_zone()
    return [
        Job("horizon", CronTrigger(hour=0, minute=10, timezone=zone), work.open_the_horizon),
        Job("no_shows", IntervalTrigger(minutes=5, timezone=zone), work.mark_no_shows),
        Job("seal", IntervalTrigger(minutes=10, timezone=zone), work.seal),
        Job("compare", CronTrigger(hour=21, minute=30, timezone=zone), work.compare),
        Job("check_seals", CronTrigger(hour=22, minute=0, timezone=zone), work.check_seals),
        Job("forget", CronTrigger(hour=3, minute=0, timezone=zone), work.forget),
    ]


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
    # one worker thread: the jobs take turns, so that none of them meets another
    scheduler = BackgroundScheduler(
        timezone=clock.hospital_zone(),
        executors={"default": {"type": "threadpool", "max_workers": 1}},
        job_defaults={
            "coalesce": True,
            "max_instances": 1,
            "misfire_grace_time": MISFIRE_SECONDS,
        },
    )
    for job in jobs():
        # each also runs at once: a machine that was off over midnight catches up when it starts
        scheduler.add_job(
            _in_context(app, job), job.trigger, id=job.name, next_run_time=clock.now()
        )
    scheduler.start()
    log().info("jobs are running")
    while mine.lasts() and not stop.wait(LEASE_CHECK_SECONDS):
        pass
    scheduler.shutdown(wait=True)


def _in_context(app: Flask, job: Job) -> Callable[[], None]:
    def run_now() -> None:
        with app.app_context():
            work.run_job(job.name, job.work)

    return run_now
