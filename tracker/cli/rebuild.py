"""`rebuild`: make missing guards anew, and roll-ups and occupancy from the rows they come from, month by month."""

import argparse
from datetime import date, timedelta

from tracker import clock
from tracker.cli import Answer, application, progress
from tracker.db import read_session
from tracker.domain.months import last_of_month, month_end
from tracker.queries.agreement import counted_span
from tracker.queries.occupancy_derived import opened_span
from tracker.queries.troubles import job_facts
from tracker.services.upkeep import (
    begin_run,
    end_run,
    rebuild_days,
    rebuild_month,
    renew_guards,
)

_OCCUPANCY_DAYS = 7
COMPARISON = "compare"
"""The job whose finding this settles."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`rebuild` takes no arguments."""


def run(arguments: argparse.Namespace) -> Answer:
    """Rebuild everything derived in short transactions; people may work meanwhile.

    Says how many rows were different: on a healthy database none.
    """
    with application().app_context():
        guards = renew_guards()
        volume = _volume()
        occupancy = _occupancy()
        text = (
            f"{volume} roll-up rows and {occupancy} device days were different and are right now."
        )
        _settle(text)
    if guards:
        text += f" {guards} guards were missing and stand again."
    return Answer(text, {"volume_rows": volume, "device_days": occupancy, "guards": guards})


def _settle(text: str) -> None:
    """What the last comparison found is put right: it need not be told until the next one."""
    with read_session() as session:
        jobs = job_facts(session).jobs
    if any(job.job == COMPARISON and job.outcome == "difference" for job in jobs):
        end_run(begin_run(COMPARISON, now=clock.now()), "done", text, now=clock.now())


def _volume() -> int:
    with read_session() as session:
        span = counted_span(session)
    different = 0
    for first, last in _months(*span) if span else ():
        progress(f"roll-ups: {first:%Y-%m}")
        different += rebuild_month(first, last)
    return different


def _occupancy() -> int:
    with read_session() as session:
        span = opened_span(session)
    different = 0
    if span is None:
        return different
    first, last = span
    while first <= last:
        until = min(last, first + timedelta(days=_OCCUPANCY_DAYS - 1))
        progress(f"device days: {first} to {until}")
        different += rebuild_days(first, until)
        first = until + timedelta(days=1)
    return different


def _months(first: date, last: date) -> list[tuple[date, date]]:
    """The months from `first` to `last`, each as its first and last day."""
    months = []
    begin = first.replace(day=1)
    while begin <= last:
        months.append((begin, last_of_month(begin)))
        begin = month_end(begin)
    return months
