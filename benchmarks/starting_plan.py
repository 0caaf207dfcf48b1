"""The week that the optimiser is measured on: the department as it starts, with demand for a share of its time."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from tracker.domain.plan import PlanBlock
from tracker.domain.planproblem import HalfDay, Need, PlanProblem, Standing
from tracker.domain.planrules import PlanDevice, PlanDoctor, PlanExamType, PlanFacts, may_perform
from tracker.domain.weeklypattern import Machine, Worker, on_duty, pair_up

DATA = Path("tracker/starting_data")
MONDAY = date(2026, 11, 30)
WEIGHTS = {"outpatient": 1.0, "cadre_ward": 1.5, "medical_exam": 1.2}
"""By stream, in the order of the starting data: a stream's id is its place in it."""
GOAL_DAYS = {"outpatient": 3, "cadre_ward": 1, "medical_exam": 0}
OUTPATIENTS_BY_DAY = (1.15, 0.97, 0.96, 0.96, 0.96)
HALVES = (("morning", 480, 720, 690), ("afternoon", 810, 1020, 0))
SHIFTED = {"vascular": 1.4, "superficial": 0.8}


@dataclass(frozen=True)
class Types:
    """The exam types of the starting data: their rows, and the ids given to their codes."""

    rows: list[dict[str, Any]]
    ids: dict[str, int]


def starting_problem(load: float, *, mix: Mapping[str, float] | None = None) -> PlanProblem:
    """A week of the starting data whose demand fills `load` of all machine time; `mix` shifts exam types.

    The present plan is the default week, made for the usual mix.
    """
    types = _types()
    half_days = tuple(
        HalfDay(MONDAY + timedelta(days=day), *half) for day in range(5) for half in HALVES
    )
    facts = PlanFacts(
        devices=_devices(types),
        doctors=_doctors(types),
        exam_types={
            types.ids[t["code"]]: PlanExamType(
                types.ids[t["code"]],
                t["code"],
                t["minutes"],
                t.get("is_fasting", False),
                t.get("least_title", ""),
            )
            for t in types.rows
        },
    )
    needs = tuple(_needs(types, load, facts, mix or {}))
    standing = tuple(_standing(half_days, facts, tuple(_needs(types, load, facts, {}))))
    return PlanProblem(half_days, facts, needs, standing, frozenset({2, 3}))


def _read(name: str) -> Any:
    return json.loads((DATA / f"{name}.json").read_text("utf-8"))


def _types() -> Types:
    rows = _read("exam_types")
    return Types(rows, {t["code"]: n for n, t in enumerate(rows, start=1)})


def _devices(types: Types) -> dict[int, PlanDevice]:
    return {
        n: PlanDevice(
            n,
            d["code"],
            frozenset(
                types.ids[t["code"]]
                for t in types.rows
                if set(t["capabilities"]) <= set(d["capabilities"])
            ),
            d["is_portable"],
        )
        for n, d in enumerate(_read("devices"), start=1)
    }


def _doctors(types: Types) -> dict[int, PlanDoctor]:
    doctors = [each for each in _read("staff") if each["kind"] == "doctor"]
    return {
        n: PlanDoctor(
            n,
            d["code"],
            d["name"],
            d["title"],
            frozenset(
                types.ids[t["code"]]
                for t in types.rows
                if not t.get("needs_competence") or t["code"] in d["competences"]
            ),
        )
        for n, d in enumerate(doctors, start=1)
    }


def _needs(types: Types, load: float, facts: PlanFacts, mix: Mapping[str, float]) -> Iterator[Need]:
    asked = {
        (stream, t["code"]): t["demand_permille"].get(stream, 0) * t["minutes"]
        for t in types.rows
        for stream in WEIGHTS
    }
    time = len(facts.devices) * 5 * sum(ends - starts for _, starts, ends, _ in HALVES)
    unit = time * load / sum(asked.values()) / 5
    for (stream, code), minutes in asked.items():
        for day in range(5) if minutes else ():
            busy = OUTPATIENTS_BY_DAY[day] if stream == "outpatient" else 1
            last = min(4, day + GOAL_DAYS[stream])
            yield Need(
                list(WEIGHTS).index(stream) + 1,
                types.ids[code],
                minutes * unit * busy * mix.get(code, 1),
                tuple(range(2 * day, 2 * last + 2)),
                WEIGHTS[stream],
            )


def _standing(
    half_days: tuple[HalfDay, ...], facts: PlanFacts, needs: tuple[Need, ...]
) -> Iterator[Standing]:
    demand: dict[int, int] = {}
    for need in needs:
        demand[need.exam_type_id] = demand.get(need.exam_type_id, 0) + int(need.minutes)
    machines = [Machine(d.id, d.exam_type_ids) for d in facts.devices.values()]
    can = {
        d.id: frozenset(t.id for t in facts.exam_types.values() if may_perform(d, t))
        for d in facts.doctors.values()
    }
    workers = [Worker(doctor, kinds) for doctor, kinds in can.items()]
    kept = _read("weekly_pattern")["reserve_minutes"]
    for place, half in enumerate(half_days):
        pairs = pair_up(on_duty(workers, place, len(machines)), machines, demand)
        for device, doctor in sorted(pairs.items()):
            kinds = facts.devices[device].exam_type_ids & can[doctor]
            of_device = kept["portable" if facts.devices[device].is_portable else "fixed"]
            reserves = {list(WEIGHTS).index(s) + 1: m for s, m in of_device[half.part].items()}
            yield Standing(
                PlanBlock(device, half.local_date, half.starts, half.ends, doctor, kinds, reserves)
            )
