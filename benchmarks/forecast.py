"""How far the demand forecast is off in weeks it did not know, beside simple rivals; how long it takes.

Each week is forecast from the days before it alone, one week and five weeks ahead. Nothing is asserted.
"""

import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import fmean, median

from benchmarks.databases import Prepared, application
from benchmarks.made_history import made_history
from tracker import clock
from tracker.db import db, read_session
from tracker.domain.cellmeans import Cell, Counts
from tracker.domain.daylevels import MONDAY, WorkDays
from tracker.domain.forecast import learn
from tracker.domain.workcalendar import DAY, local_date_of
from tracker.queries.demand_history import demand_history, work_days
from tracker.services.forecasting import HISTORY

WEEKS = 12
WEEKS_UNKNOWN = (
    0,
    4,
)  # between the last day that is known and the Monday of the week that is forecast
RIVAL_WEEKS = 8
SPREADS_OF_80_PERCENT = 1.2816
READINGS = 5

Told = Mapping[Cell, float]
Rival = Callable[[Counts, WorkDays], Callable[[date], Told]]
"""Learns from known days, then tells what it expects of a day."""


@dataclass(frozen=True)
class Task:
    """A history to be forecast; `truth` is what had to be expected, where it is known."""

    name: str
    history: Counts
    days: WorkDays
    truth: Counts | None = None


def measure(database: Prepared) -> None:
    """The forecast on the trial history of an engine, and how long reading and learning take."""
    with application(database).app_context(), read_session() as session:
        days = work_days(session)
        today = local_date_of(clock.now(), days.calendar.zone)
        worked = list(days.calendar.working_days(today - HISTORY, today - DAY))
        reading = [_seconds(lambda: demand_history(session, worked)) for _ in range(READINGS)]
        history = demand_history(session, worked).exams
    with application(database).app_context():
        db.engine.dispose()
    learning = [_seconds(lambda: learn(history, days)) for _ in range(READINGS)]
    exams = sum(sum(counts.values()) for counts in history.values())
    print(
        f"\nDemand forecast: {exams:,.0f} exams of {len(history)} days are read in"
        f" {1e3 * median(reading):.0f} ms and learnt from in {1e3 * median(learning):.0f} ms."
    )
    _print_errors(Task("trial", history, days))


def measure_made() -> None:
    """The forecast on a history whose truth is known: growth, season, clinics, check-up groups."""
    made = made_history()
    _print_errors(Task("made, with season and growth", made.exams, made.days, made.truth))


def _seconds(work: Callable[[], object]) -> float:
    before = time.perf_counter()
    work()
    return time.perf_counter() - before


# --- the rivals ------------------------------------------------------------------------------------


def _ours(known: Counts, days: WorkDays) -> Callable[[date], Told]:
    model = learn(known, days)
    return lambda day: {cell: model.exams(cell, day) for cell in model.seen}


def _weekday_mean(most: int | None) -> Rival:
    """The mean of the last `most` (None: of all) worked days of the same weekday."""

    def learn_means(known: Counts, days: WorkDays) -> Callable[[date], Told]:
        def mean(day: date) -> Told:
            like = _like(known, days, day)[:most]
            sums: dict[Cell, float] = defaultdict(float)
            for each in like:
                for cell, exams in known[each].items():
                    sums[cell] += exams / len(like)
            return sums

        return mean

    return learn_means


def _like(known: Counts, days: WorkDays, day: date) -> list[date]:
    """The worked days of this weekday (of Monday where there are none), newest first."""
    worked = [each for each in sorted(known, reverse=True) if days.calendar.is_working(each)]
    same = [each for each in worked if each.weekday() == day.weekday()]
    return same or [each for each in worked if each.weekday() == MONDAY]


RIVALS: Mapping[str, Rival] = {
    "forecast": _ours,
    "weekday's mean": _weekday_mean(None),
    f"of {RIVAL_WEEKS} weeks": _weekday_mean(RIVAL_WEEKS),
    "last week's day": _weekday_mean(1),
}


# --- the errors ------------------------------------------------------------------------------------

Grouping = Callable[[date, Cell], object]
GROUPINGS: Mapping[str, Grouping] = {
    "day, part, stream, exam type": lambda day, cell: (day, cell),
    "day, exam type": lambda day, cell: (day, cell.exam_type_id),
    "day": lambda day, _cell: day,
}


def _held_back(task: Task, unknown: int) -> Iterator[tuple[Counts, list[date]]]:
    """The last weeks of a history: what is known before each, and the week's worked days."""
    last = max(task.history)
    for back in range(WEEKS):
        monday = last - timedelta(days=last.weekday(), weeks=back)
        until = monday - timedelta(weeks=unknown)
        known = {day: counts for day, counts in task.history.items() if day < until}
        week = [monday + n * DAY for n in range(7)]
        yield known, [day for day in week if task.history.get(day)]


def _print_errors(task: Task) -> None:
    names = [*RIVALS, "truth known"] if task.truth else list(RIVALS)
    print(f"\n| history: {task.name} | error of | {' | '.join(names)} |")
    print("|---|---|" + "---|" * len(names))
    for unknown in WEEKS_UNKNOWN:
        told: dict[str, dict[date, Told]] = {name: {} for name in RIVALS}
        if task.truth:
            told["truth known"] = dict(task.truth)
        done: dict[date, Told] = {}
        for known, week in _held_back(task, unknown):
            for name, rival in RIVALS.items():
                told[name].update(zip(week, map(rival(known, task.days), week), strict=True))
            done.update({day: task.history[day] for day in week})
        ahead = f"{unknown + 1} week{'s' if unknown else ''} ahead"
        for grouping, key in GROUPINGS.items():
            errors = [_error(told[name], done, key) for name in names]
            cells = " | ".join(f"{100 * share:.1f} % ({exams:.2f})" for share, exams in errors)
            print(f"| {ahead} | {grouping} | {cells} |", flush=True)
    print(
        "\nWAPE, and in brackets the mean absolute error in exams, over"
        f" {WEEKS} weeks held back. {100 * _covered(task):.0f} % of the counts of days, parts, streams and"
        " exam types lie within 1.28 spreads of the forecast (80 % of a normal law)."
    )


def _error(
    told: Mapping[date, Told], done: Mapping[date, Told], key: Grouping
) -> tuple[float, float]:
    """Absolute errors as a share of all exams, and per group in which there were any."""
    errors: dict[object, float] = defaultdict(float)
    for day, came in done.items():
        for cell in {*came, *told[day]}:
            errors[key(day, cell)] += told[day].get(cell, 0.0) - came.get(cell, 0.0)
    whole = sum(abs(error) for error in errors.values())
    groups = {key(day, cell) for day, came in done.items() for cell in came}
    return whole / sum(sum(came.values()) for came in done.values()), whole / len(groups)


def _covered(task: Task) -> float:
    inside = []
    for known, week in _held_back(task, 0):
        model = learn(known, task.days)
        for day in week:
            for each in model.expected(day, {}):
                off = abs(task.history[day].get(each.cell, 0.0) - each.exams)
                inside.append(off <= SPREADS_OF_80_PERCENT * each.spread)
    return fmean(inside)
