"""`simulate`: drive a whole year through the services on a virtual clock, and print its table."""

import argparse
import json
import sys
import time
from pathlib import Path

from sqlalchemy import Engine

from tracker import clock
from tracker.cli import Answer, CommandFailed, progress
from tracker.cli.virtual import virtual_days
from tracker.db import read_session
from tracker.domain.roles import SYSTEM_ACCOUNT_ID
from tracker.domain.workcalendar import FIRST_YEAR, LAST_YEAR
from tracker.drivers.simulate import DayDone, Simulation
from tracker.drivers.simulate_report import as_text, report
from tracker.drivers.year_course import UnsoundError
from tracker.drivers.year_demand import Year
from tracker.queries.replay import stored_progress
from tracker.queries.simulation import last_entry
from tracker.queries.tally import count_bookings
from tracker.services.run_progress import YearProgress, keep_progress

_WIDTH = 78


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The year, how many exams are asked for in it, the seed, and how far to go."""
    parser.add_argument("--year", type=_year, required=True, help="the calendar year")
    parser.add_argument("--exams", type=_count, default=190_000, help="exams asked for in the year")
    parser.add_argument("--seed", type=int, default=7, help="the same seed gives the same year")
    parser.add_argument("--days", type=_count, help="stop after so many working days of the year")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write the table to a file too")


def _year(text: str) -> int:
    year = int(text)
    if not FIRST_YEAR < year < LAST_YEAR:
        raise argparse.ArgumentTypeError(f"{FIRST_YEAR + 1} to {LAST_YEAR - 1}")
    return year


def _count(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return number


def run(arguments: argparse.Namespace) -> Answer:
    """Simulate the year; stopped in the middle it goes on where it was.

    Exit status 1 when a figure of the table differs from the rows. Raises CommandFailed for a database that
    holds other bookings, when an invariant breaks, and while the jobs process is at work on it.
    """
    if arguments.out is not None and not arguments.out.parent.is_dir():
        raise CommandFailed(f"There is no folder {arguments.out.parent} to write the table to.")
    year = Year(arguments.year, arguments.exams, arguments.seed)
    with virtual_days() as engine:
        facts = _simulate(year, engine, days=arguments.days)
    text = as_text(facts)
    if arguments.out is not None:
        found = json.dumps(facts, ensure_ascii=False, indent=1) if arguments.json else text
        arguments.out.write_text(found + "\n", encoding="utf-8")
    return Answer(text, facts, status=1 if facts["differences"] else 0)


def _simulate(year: Year, engine: Engine, *, days: int | None) -> dict[str, object]:
    kept = progress_of(f"{year.year}/{year.exams}/{year.seed}")
    simulation = Simulation(year, kept, engine=engine, by=SYSTEM_ACCOUNT_ID)
    if simulation.is_provisional:
        progress(f"The calendar of {year.year} is not published: its working days are provisional.")
    bar = _Bar(year, len(simulation.demand.days))
    try:
        simulation.run(bar.tell, days=days)
    except UnsoundError as error:
        raise CommandFailed(str(error)) from error
    finally:
        bar.end()
    return report(simulation)


def progress_of(digest: str) -> YearProgress:
    """The progress of an earlier run of the same year, or a new one on a database without bookings."""
    with read_session() as session:
        stored = stored_progress(session, YearProgress.key)
        bookings, entry = count_bookings(session), last_entry(session)
    if stored is not None and stored["digest"] == digest:
        progress("going on with the year that was stopped")
        return YearProgress.of(stored)
    if bookings or stored is not None:
        raise CommandFailed(
            f"This database holds {bookings} bookings already. A simulation needs a database with the "
            "starting data and no other bookings, for instance INSTANCE_DIR=FOLDER DEMO=0."
        )
    made = YearProgress(digest, entry)
    keep_progress(made, by=SYSTEM_ACCOUNT_ID, now=clock.now())
    return made


class _Bar:
    """How far it is: one line that is written over at a terminal, a line a day in a log file."""

    def __init__(self, year: Year, days: int) -> None:
        self._year, self._days = year, days
        self._began: tuple[float, int] | None = None
        self._over = sys.stderr.isatty()

    def tell(self, done: DayDone) -> None:
        """A day has ended."""
        now = time.perf_counter()
        began, before = self._began = self._began or (now, done.exams)
        full = round(20 * done.working_days / max(1, self._days))
        line = f"{done.day} [{'#' * full}{'.' * (20 - full)}] {done.exams} exams"
        if done.exams > before:
            pace = (now - began) / (done.exams - before)
            left = (1 - done.working_days / self._days) * self._year.exams * pace
            line += f", {1000 * pace:.0f} ms each, {left / 60:.0f} min left"
        if self._over:
            sys.stderr.write("\r" + line.ljust(_WIDTH))
            sys.stderr.flush()
        else:
            progress(line)

    def end(self) -> None:
        """Leave the line that was written over."""
        if self._over:
            sys.stderr.write("\n")
