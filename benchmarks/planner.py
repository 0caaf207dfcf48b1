"""How close the optimiser comes to the best plan, and how long it takes, on the department as it starts."""

import time
from dataclasses import replace

from benchmarks.starting_plan import SHIFTED, starting_problem
from tracker.domain.planproblem import PlanProblem
from tracker.domain.planrules import Away
from tracker.planner.propose import propose

ILL = (1, 4, 9, 13, 20, 26)
"""Six doctors of 28, among them three with the scarcest competences."""


def measure() -> None:
    """Print a table: 21 machines, 10 half-days, 28 doctors, 12 exam types."""
    print("\n## planner\n")
    print(
        "| week | before | after | bound | gap % | fasting late | changed | s | CPU s | nodes | repeatable |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|---|")
    for name, problem in _weeks().items():
        _print(name, problem)


def _weeks() -> dict[str, PlanProblem]:
    usual = starting_problem(0.95)
    facts = usual.facts
    away = tuple(
        Away(doctor, half.local_date, half.starts, half.ends, "sick")
        for doctor in ILL
        for half in usual.half_days
    )
    return {
        "95 % load": usual,
        "104 % load": starting_problem(1.04),
        "95 %, mix shifted": starting_problem(0.95, mix=SHIFTED),
        "95 %, six doctors ill": replace(usual, facts=replace(facts, away=away)),
        "95 %, from nothing": replace(usual, standing=()),
    }


def _print(name: str, problem: PlanProblem) -> None:
    began, worked = time.perf_counter(), time.process_time()
    found = propose(problem)
    seconds, busy = time.perf_counter() - began, time.process_time() - worked
    after = found.after
    print(
        f"| {name} | {found.before.value:.0f} | {after.value:.0f} | {found.bound:.0f} |"
        f" {100 * found.gap:.2f} | {after.fasting_late:.0f} | {after.changed} | {seconds:.1f} |"
        f" {busy:.1f} | {found.nodes} | {'yes' if found.is_repeatable else 'no'} |",
        flush=True,
    )
