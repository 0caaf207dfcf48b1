"""`rebuild`: make roll-ups and occupancy anew from the rows they come from, month by month."""

import argparse
from datetime import date, timedelta

from tracker.cli import Answer, application, progress
from tracker.db import read_session
from tracker.queries.agreement import counted_span
from tracker.queries.occupancy_derived import opened_span
from tracker.services.upkeep import rebuild_days, rebuild_month

_OCCUPANCY_DAYS = 7


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`rebuild` takes no arguments."""


def run(arguments: argparse.Namespace) -> Answer:
    """Rebuild everything derived in short transactions; people may work meanwhile.

    Says how many rows were different: on a healthy database none.
    """
    with application().app_context():
        volume = _volume()
        occupancy = _occupancy()
    text = f"{volume} roll-up rows and {occupancy} device days were different and are right now."
    return Answer(text, {"volume_rows": volume, "device_days": occupancy})


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
        following = (begin + timedelta(days=32)).replace(day=1)
        months.append((begin, following - timedelta(days=1)))
        begin = following
    return months
