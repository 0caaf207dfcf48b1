"""The best first goal of a small department by trying every way to seat its doctors: no solver, no planner."""

from collections import defaultdict
from itertools import permutations, product

from tracker.domain.planproblem import PlanProblem
from tracker.domain.planrules import may_perform

SOURCE, SINK = "source", "sink"
Flow = dict[object, dict[object, float]]


def best_first_goal(problem: PlanProblem) -> tuple[float, float]:
    """Booked minutes that have a doctor, and after that the minutes served times weight, at most."""
    ways = [list(permutations(_padded(problem), len(problem.facts.devices)))] * len(
        problem.half_days
    )
    return max(_reached(problem, seats) for seats in product(*ways))


def _padded(problem: PlanProblem) -> list[int | None]:
    missing = max(0, len(problem.facts.devices) - len(problem.facts.doctors))
    return [*sorted(problem.facts.doctors), *[None] * missing]


def _reached(
    problem: PlanProblem, seats: tuple[tuple[int | None, ...], ...]
) -> tuple[float, float]:
    graph: Flow = defaultdict(lambda: defaultdict(float))
    staffed = 0.0
    for place, doctors in enumerate(seats):
        for device, doctor in zip(sorted(problem.facts.devices), doctors, strict=True):
            staffed += _seat(problem, graph, place, device, doctor)
    for number, need in enumerate(problem.needs):
        for place in need.half_days:
            graph[number, "need"][place, need.exam_type_id] = need.minutes
    value = 0.0
    for number, need in sorted(enumerate(problem.needs), key=lambda each: -each[1].weight):
        graph[SOURCE][number, "need"] = need.minutes
        value += need.weight * _augment(graph)
    return staffed, value


def _seat(problem: PlanProblem, graph: Flow, place: int, device: int, doctor: int | None) -> float:
    """Add what the pair can serve in the half-day; returns the booked minutes that it takes care of."""
    half = problem.half_days[place]
    booked = next(
        (
            dict(s.booked)
            for s in problem.standing
            if s.block.key == (device, half.local_date) and half.has(s.block)
        ),
        {},
    )
    can = _can(problem, place, device, doctor)
    if not can or not booked.keys() <= can:
        return 0.0
    block = (place, device, "block")
    for kind, minutes in booked.items():
        graph[block, kind][SINK] = float(minutes)
        graph[place, kind][block, kind] = float(minutes)
    graph[block][SINK] = float(half.ends - half.starts - sum(booked.values()))
    for kind in can:
        graph[place, kind][block] = 1e9
    return float(sum(booked.values()))


def _can(problem: PlanProblem, place: int, device: int, doctor: int | None) -> set[int]:
    facts, half = problem.facts, problem.half_days[place]
    gone = any(
        (a.operator_id, a.local_date) == (doctor, half.local_date)
        and a.starts < half.ends
        and half.starts < a.ends
        for a in facts.away
    )
    if doctor is None or gone:
        return set()
    kinds = (facts.exam_types[k] for k in facts.devices[device].exam_type_ids)
    return {k.id for k in kinds if may_perform(facts.doctors[doctor], k)}


def _augment(graph: Flow) -> float:
    """Send as much more from the source to the sink as possible (Edmonds and Karp)."""
    sent = 0.0
    while path := _path(graph):
        least = min(graph[a][b] for a, b in path)
        for a, b in path:
            graph[a][b] -= least
            graph[b][a] += least
        sent += least
    return sent


def _path(graph: Flow) -> list[tuple[object, object]]:
    came: dict[object, object] = {SOURCE: None}
    waiting: list[object] = [SOURCE]
    for node in waiting:
        for other, room in list(graph[node].items()):
            if room > 1e-9 and other not in came:
                came[other] = node
                waiting.append(other)
    path = []
    node: object = SINK
    while node in came and came[node] is not None:
        path.append((came[node], node))
        node = came[node]
    return path
