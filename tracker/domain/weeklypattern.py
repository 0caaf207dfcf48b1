"""A first weekly pattern: which doctor works on which machine in each half-day. Ids in, ids out, no rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product


@dataclass(frozen=True, slots=True)
class Worker:
    """A doctor and the exam types he or she may perform."""

    id: int
    exam_types: frozenset[int]


@dataclass(frozen=True, slots=True)
class Machine:
    """A device and the exam types its capabilities allow."""

    id: int
    exam_types: frozenset[int]


def on_duty(workers: Sequence[Worker], half_day: int, machines: int) -> list[Worker]:
    """Who works in the n-th half-day of the week: all but every k-th, another k-th each half-day.

    With 28 doctors for 21 machines every fourth is off, so that no title and no subspecialty that several
    have is off as a whole; the list begins with another worker each half-day.
    """
    spare = len(workers) - machines
    if spare > 0:
        stride = len(workers) / spare
        off = {int(n * stride + half_day) % len(workers) for n in range(spare)}
        workers = [worker for place, worker in enumerate(workers) if place not in off]
    turn = half_day % max(1, len(workers))
    return [*workers[turn:], *workers[:turn]]


def pair_up(
    workers: Sequence[Worker], machines: Sequence[Machine], demand_minutes: Mapping[int, int]
) -> dict[int, int]:
    """Machine id → worker id, each worker once: the pair that serves the scarcest demand goes first.

    An exam type weighs its demand divided by the (worker, machine) pairs here that could serve it. Machines
    beyond the number of workers get nobody and are absent from the answer.
    """
    weight = {
        exam_type: minutes
        / max(
            1,
            sum(exam_type in worker.exam_types for worker in workers)
            * sum(exam_type in machine.exam_types for machine in machines),
        )
        for exam_type, minutes in demand_minutes.items()
    }

    def value(pair: tuple[Worker, Machine]) -> float:
        both = pair[0].exam_types & pair[1].exam_types
        return sum(weight.get(exam_type, 0) for exam_type in both)

    chosen: dict[int, int] = {}
    taken: set[int] = set()
    for worker, machine in sorted(product(workers, machines), key=value, reverse=True):
        if machine.id not in chosen and worker.id not in taken:
            chosen[machine.id] = worker.id
            taken.add(worker.id)
    return chosen
