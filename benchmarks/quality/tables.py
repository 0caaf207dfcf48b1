"""Runs the fortnights and prints the tables and the chart: each policy on the same requests, beside the bound."""

import sys
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import partial
from multiprocessing import Pool
from statistics import fmean

from benchmarks.quality import planned
from benchmarks.quality.asking import Ask, fortnight_of
from benchmarks.quality.bound import Programme
from benchmarks.quality.department import Department, starting_department
from benchmarks.quality.figures import LATE, WEIGHT, Figures, measure
from benchmarks.quality.foreseen import foreseen
from benchmarks.quality.fortnight import Fortnight
from benchmarks.quality.planned import Comparison
from benchmarks.quality.policies import FORESEEN, ONLINE, Policy

LOADS = (0.94, 0.99, 1.04)
SEEDS = tuple(range(11, 21))  # the weights were chosen on fortnights 1 and 2
GOALS = {0.94: 0.995, 0.99: 0.985, 1.04: 0.975}
PROCESSES = 2


@dataclass(frozen=True, slots=True)
class Case:
    """One fortnight at one load."""

    seed: int
    load: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """What every policy made of a case, by its name; `bound` is of the same requests."""

    case: Case
    bound: float
    figures: dict[str, Figures]


def main(fortnights: int = len(SEEDS)) -> None:
    """Print everything that is measured, over the first `fortnights` of the ten."""
    began = time.monotonic()
    cases = [Case(seed, load) for load in LOADS for seed in SEEDS[:fortnights]]
    print("\n## quality of the booking\n")
    print(_yardstick(), flush=True)
    with Pool(PROCESSES) as pool:
        outcomes = []
        for outcome in pool.imap_unordered(outcome_of, cases):
            outcomes.append(outcome)
            print(f"{len(outcomes)} of {len(cases)}", end="\r", file=sys.stderr, flush=True)
        plans = planned.weeks()
        served = pool.imap(partial(planned.compared, plans=plans), SEEDS[:fortnights])
        comparisons = list(served)
    print(table(outcomes))
    print(chart(outcomes))
    print(plan_table(comparisons))
    print(f"\n{len(cases)} fortnights in {time.monotonic() - began:.0f} s", flush=True)


def outcome_of(case: Case) -> Outcome:
    """Run every policy on the same requests."""
    department = starting_department()
    asks = fortnight_of(department, seed=case.seed, load=case.load)
    programme = Programme(department, asks)
    bound = programme.solve()
    figures = {policy.name: run(department, policy, asks) for policy in ONLINE}
    figures[FORESEEN.name] = _figures(department, foreseen(department, programme, asks), asks)
    return Outcome(case, bound, figures)


def run(department: Department, policy: Policy, asks: list[Ask]) -> Figures:
    """Book a fortnight under a policy."""
    fortnight = Fortnight(department, policy)
    fortnight.run(asks)
    return _figures(department, fortnight, asks)


def _figures(department: Department, fortnight: Fortnight, asks: list[Ask]) -> Figures:
    placed = sorted(fortnight.placed.values(), key=lambda each: (each.start, each.device_id))
    days = [day for of_date in fortnight.days.values() for day in of_date.values()]
    return measure(department, asks, placed, days)


_COLUMNS = (
    "load", "policy", "value ÷ bound", "worst", "ward in 24 h", "fasting by 11:30", "lost in gaps",
    "overtime min", "minutes used", "exams served", "mean wait h",
)  # fmt: skip


def table(outcomes: Sequence[Outcome]) -> str:
    """A row for each load and policy: the mean over the fortnights, and the worst of the value."""
    lines = [
        f"| {' | '.join(_COLUMNS)} |",
        "|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for load, policy, figures, ratios in _grouped(outcomes):
        mean = {f.name: fmean(getattr(each, f.name) for each in figures) for f in fields(Figures)}
        lines.append(
            f"| {load:.0%} | {policy} | {fmean(ratios):.4f} | {min(ratios):.4f} |"
            f" {mean['ward_in_time']:.1%} | {mean['fasting_in_time']:.1%} | {mean['lost_in_gaps']:.1%} |"
            f" {mean['overtime_minutes']:.1f} | {mean['used']:.1%} | {mean['served']:.1%} |"
            f" {mean['wait_hours']:.1f} |"
        )
    return "\n".join(lines)


def chart(outcomes: Sequence[Outcome], width: int = 50) -> str:
    """Bars of the value from 0.80 to 1.00 of the bound; `|` marks the goal."""
    lines = ["", "value ÷ bound, from 0.80 to 1.00 (| is the goal)"]
    for load, policy, _, ratios in _grouped(outcomes):
        ratio = fmean(ratios)
        filled = max(0, round((ratio - 0.8) / 0.2 * width))
        bar = list(("█" * filled).ljust(width, "·"))
        bar[min(width - 1, round((GOALS[load] - 0.8) / 0.2 * width))] = "|"
        lines.append(f"{load:5.0%} {policy:22} {''.join(bar)} {ratio:.3f}")
    return "\n".join(lines)


def plan_table(comparisons: Sequence[Comparison]) -> str:
    """What the engine serves on each week of blocks when the mix has shifted, and what its bound could."""
    lines = [
        f"\nVascular +40 %, superficial −20 %, {planned.LOAD:.0%} offered load:\n",
        "| week | value ÷ all that come | its bound ÷ all that come | against the default |",
        "|---|---|---|---|",
    ]
    default = next(iter(comparisons[0].value))
    for week in comparisons[0].value:
        value = fmean(each.value[week] / each.wanted for each in comparisons)
        best = fmean(each.best[week] / each.wanted for each in comparisons)
        against = fmean(each.value[week] / each.value[default] - 1 for each in comparisons)
        lines.append(f"| {week} | {value:.4f} | {best:.4f} | {against:+.1%} |")
    return "\n".join(lines)


def _grouped(
    outcomes: Sequence[Outcome],
) -> list[tuple[float, str, list[Figures], list[float]]]:
    figures: dict[tuple[float, str], list[Figures]] = defaultdict(list)
    ratios: dict[tuple[float, str], list[float]] = defaultdict(list)
    for outcome in outcomes:
        for name, each in outcome.figures.items():
            figures[outcome.case.load, name].append(each)
            ratios[outcome.case.load, name].append(each.value / outcome.bound)
    names = [policy.name for policy in (*ONLINE, FORESEEN)]
    return [
        (load, name, figures[load, name], ratios[load, name])
        for load in LOADS
        for name in names
        if figures[load, name]
    ]


def _yardstick() -> str:
    weights = ", ".join(f"{stream} {weight:g}" for stream, weight in WEIGHT.items())
    return (
        f"Value: planned minutes of those who come × weight of the stream ({weights}), × {LATE:g} after the goal.\n"
        "Bound: everything known beforehand, no-shows too; minutes packed into machine × part of day.\n"
        "All ask the same things at the same times; who finds nothing asks again at 08:00, 10:00, 13:30 and 15:30,\n"
        "and who is here on the day may be squeezed in where minutes were lost to a no-show. Fasting exams are\n"
        "booked to end by 11:30. Nothing is booked beyond the fortnight.\n"
    )


if __name__ == "__main__":
    main()
