"""Departments to plan: small ones made up from a number, and the pieces that hand-made ones are put together from."""

import random
from collections.abc import Mapping
from datetime import date, timedelta

from tracker.domain.plan import PlanBlock
from tracker.domain.planproblem import HalfDay, Need, PlanProblem, Standing
from tracker.domain.planrules import Away, PlanDevice, PlanDoctor, PlanExamType, PlanFacts

MONDAY = date(2026, 11, 30)
OUTPATIENT, CADRE = 1, 2
MORNING, AFTERNOON = (480, 720), (810, 1020)


def half_days(count: int) -> tuple[HalfDay, ...]:
    """So many half-days from Monday morning on; a morning's fasting window ends at 11:30."""
    return tuple(
        HalfDay(MONDAY + timedelta(days=n // 2), "morning", *MORNING, fasting_ends=690)
        if n % 2 == 0
        else HalfDay(MONDAY + timedelta(days=n // 2), "afternoon", *AFTERNOON)
        for n in range(count)
    )


def facts_of(
    devices: Mapping[int, set[int]],
    doctors: Mapping[int, set[int]],
    *,
    fasting: frozenset[int] = frozenset(),
    titles: Mapping[int, str] | None = None,
    away: tuple[Away, ...] = (),
) -> PlanFacts:
    """Machines and doctors by id with their exam types; each exam type takes ten minutes."""
    kinds = {kind for can in (*devices.values(), *doctors.values()) for kind in can}
    return PlanFacts(
        devices={n: PlanDevice(n, f"US{n:02}", frozenset(can)) for n, can in devices.items()},
        doctors={
            n: PlanDoctor(
                n, f"D{n:02}", f"D{n}", (titles or {}).get(n, "physician"), frozenset(can)
            )
            for n, can in doctors.items()
        },
        exam_types={n: PlanExamType(n, f"T{n}", 10, n in fasting) for n in sorted(kinds)},
        away=away,
    )


def block(device: int, place: int, doctor: int | None, kinds: set[int]) -> PlanBlock:
    """A block that fills a half-day."""
    half = half_days(place + 1)[place]
    return PlanBlock(device, half.local_date, half.starts, half.ends, doctor, frozenset(kinds))


def small_department(number: int) -> PlanProblem:
    """Two or three machines, two or three doctors, one or two half-days, up to three exam types: all by chance."""
    chance = random.Random(number)
    kinds = range(1, chance.randint(2, 3) + 1)
    some = lambda: {k for k in kinds if chance.random() < 0.6} or {chance.choice(list(kinds))}  # noqa: E731
    halves = half_days(chance.randint(1, 2))
    doctors = {n: some() for n in range(1, chance.randint(2, 3) + 1)}
    away = tuple(
        Away(n, MONDAY, *chance.choice([MORNING, AFTERNOON]))
        for n in doctors
        if chance.random() < 0.2
    )
    devices = {n: some() for n in range(1, chance.randint(2, 3) + 1)}
    facts = facts_of(devices, doctors, fasting=frozenset({1}), away=away)
    needs = tuple(
        Need(
            chance.choice([OUTPATIENT, CADRE]),
            chance.choice(sorted(facts.exam_types)),
            chance.randint(1, 30) * 10,
            tuple(sorted(chance.sample(range(len(halves)), chance.randint(1, len(halves))))),
            chance.choice([1.0, 1.5]),
        )
        for _ in range(chance.randint(2, 5))
    )
    return PlanProblem(halves, facts, needs, tuple(_present(chance, facts, len(halves))))


def _present(chance: random.Random, facts: PlanFacts, halves: int) -> list[Standing]:
    found = []
    for place in range(halves):
        doctors = sorted(facts.doctors)
        chance.shuffle(doctors)
        for device, doctor in zip(sorted(facts.devices), doctors, strict=False):
            can = facts.devices[device].exam_type_ids & facts.doctors[doctor].exam_type_ids
            if can and chance.random() < 0.7:
                booked = {min(can): 30} if chance.random() < 0.3 else {}
                found.append(Standing(block(device, place, doctor, set(can)), booked))
    return found
