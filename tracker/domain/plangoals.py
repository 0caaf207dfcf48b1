"""What a proposed plan is measured by: figures recomputed from its blocks and what they serve, without any solver."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import date

from tracker.domain.plan import PlanBlock
from tracker.domain.planproblem import Figures, PlanProblem, Served, Standing
from tracker.domain.planrules import may_perform

CORRIDOR = 0.1
"""A doctor's minutes at machines within a tenth of the share are fair."""


def scarcity(problem: PlanProblem) -> Callable[[int, int], float]:
    """(device, exam type) → how much the device is needed for scarcer exam types than this one.

    Demand for each exam type that fewer machines can do, as a share of the time of those machines.
    """
    facts = problem.facts
    able = {
        kind: {d.id for d in facts.devices.values() if kind in d.exam_type_ids and not d.is_retired}
        for kind in facts.exam_types
    }
    time = sum(half.ends - half.starts for half in problem.half_days) or 1
    asked: dict[int, float] = defaultdict(float)
    for need in problem.needs:
        asked[need.exam_type_id] += need.minutes
    needed = {
        kind: asked[kind] / (len(devices) * time) for kind, devices in able.items() if devices
    }

    def lost(device_id: int, exam_type_id: int) -> float:
        return sum(
            share
            for kind, share in needed.items()
            if device_id in able[kind] and len(able[kind]) < len(able[exam_type_id])
        )

    found = {(d, k): lost(d, k) for d in facts.devices for k in facts.exam_types}
    return lambda device_id, exam_type_id: found.get((device_id, exam_type_id), 0.0)


def fair_minutes(problem: PlanProblem, planned: float) -> dict[int, float]:
    """Doctor → share of the planned minutes, by the half-days on which he or she is here."""
    here = {
        doctor.id: sum(
            _is_here(problem, doctor.id, place) for place in range(len(problem.half_days))
        )
        for doctor in problem.facts.doctors.values()
        if not doctor.is_retired
    }
    total = sum(here.values()) or 1
    return {doctor: planned * count / total for doctor, count in here.items()}


def _is_here(problem: PlanProblem, doctor_id: int, place: int) -> bool:
    half = problem.half_days[place]
    minutes = half.starts, half.ends
    return problem.facts.away_then(doctor_id, half.local_date, minutes) is None


def half_day_of(problem: PlanProblem, block: PlanBlock) -> int | None:
    """The half-day in which most of the block lies; None when it lies in none."""
    shared = {
        place: min(half.ends, block.ends) - max(half.starts, block.starts)
        for place, half in enumerate(problem.half_days)
        if half.has(block)
    }
    return max(shared, key=lambda place: (shared[place], -place)) if shared else None


def fasting_minutes(problem: PlanProblem, block: PlanBlock) -> int:
    """Minutes of the block in which a fasting exam can still end in the fasting window."""
    place = half_day_of(problem, block)
    if place is None:
        return 0
    ends = min(block.ends - block.transport_minutes, problem.half_days[place].fasting_ends)
    return max(0, ends - block.starts - block.transport_minutes)


def performed_by(problem: PlanProblem, block: PlanBlock) -> frozenset[int]:
    """The exam types of the block that its doctor may perform; all of them when nobody is named."""
    doctor = problem.facts.doctors.get(block.operator_id or 0)
    kinds = (
        problem.facts.exam_types[k] for k in block.exam_type_ids if k in problem.facts.exam_types
    )
    return frozenset(k.id for k in kinds if doctor is None or may_perform(doctor, k))


def figures_of(
    problem: PlanProblem, blocks: Sequence[PlanBlock], served: Sequence[Served]
) -> Figures:
    """The figures of a plan, from its blocks and what they are said to serve."""
    lost = scarcity(problem)
    met: dict[tuple[int, int], float] = defaultdict(float)
    fasting: dict[int, float] = defaultdict(float)
    value = commoner = 0.0
    for each in served:
        need, block = problem.needs[each.need], blocks[each.block]
        met[need.stream_id, need.exam_type_id] += each.minutes
        value += need.weight * each.minutes
        commoner += lost(block.device_id, need.exam_type_id) * each.minutes
        if problem.facts.exam_types[need.exam_type_id].is_fasting:
            fasting[each.block] += each.minutes
    late = (max(0.0, m - fasting_minutes(problem, blocks[b])) for b, m in fasting.items())
    return Figures(
        value, commoner, sum(late), _unfair(problem, blocks), _changed(problem, blocks), met
    )


def _unfair(problem: PlanProblem, blocks: Sequence[PlanBlock]) -> float:
    worked: dict[int, int] = defaultdict(int)
    for block in blocks:
        if block.operator_id is not None and half_day_of(problem, block) is not None:
            worked[block.operator_id] += block.open_minutes
    shares = fair_minutes(problem, sum(worked.values()))
    return sum(
        max(0.0, abs(worked.get(doctor, 0) - share) - CORRIDOR * share)
        for doctor, share in shares.items()
    )


def _changed(problem: PlanProblem, blocks: Sequence[PlanBlock]) -> int:
    ran = {place_of(block): block.operator_id for block in blocks}
    return sum(ran.get(place_of(s.block)) != s.block.operator_id for s in problem.standing)


Place = tuple[int, date, int]
"""Device, day, minute of the start: two blocks of a plan never share it."""


def place_of(block: PlanBlock) -> Place:
    """What names a block in a plan."""
    return block.device_id, block.local_date, block.starts


def standing_at(problem: PlanProblem) -> Mapping[Place, Standing]:
    """The present plan by place."""
    return {place_of(each.block): each for each in problem.standing}
