"""Which needs a plan leaves, and why: the first cause that explains it, with its numbers."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from tracker.domain.errors import N_, Params
from tracker.domain.plan import PlanBlock
from tracker.domain.plangoals import half_day_of
from tracker.domain.planproblem import HalfDay, Need, PlanProblem, Served, Unmet
from tracker.domain.planrules import PlanDevice, PlanDoctor
from tracker.planner.stretches import is_away, performs

FULL = 0.02
"""Less than this share of the machines' time left is none left."""
LEAST = 0.5
"""Half a minute is nobody's examination."""

TEXTS = {
    "no_machine": N_("No machine in service can do it."),
    "machine_closed": N_("Every machine that can do it is closed then."),
    "no_doctor": N_("No doctor may perform it."),
    "doctors_away": N_("Every doctor who may perform it is away then (%(away)s)."),
    "not_worked": N_("No half-day of this week lies within its goal."),
    "few_doctors": N_(
        "%(doctors)s doctors may perform it (%(away)s are away for a part): too few."
    ),
    "few_machines": N_("%(machines)s machines can do it: too few."),
    "full": N_("All machines are full within the goal."),
}


def unmet_needs(
    problem: PlanProblem, blocks: Sequence[PlanBlock], served: Sequence[Served]
) -> tuple[Unmet, ...]:
    """What is left of each stream and exam type, the most minutes first within each cause."""
    spare = _Spare(problem, blocks, served)
    left = {place: need.minutes for place, need in enumerate(problem.needs)}
    for each in served:
        left[each.need] -= each.minutes
    sums: dict[tuple[int, int, str], float] = defaultdict(float)
    params: dict[tuple[int, int, str], Params] = {}
    for place, minutes in left.items():
        need = problem.needs[place]
        if minutes > LEAST / 10:
            code, values = next(_causes(problem, need, spare))
            key = (need.stream_id, need.exam_type_id, code)
            sums[key] += minutes
            params[key] = values
    found = [
        Unmet(stream, kind, minutes, code, TEXTS[code], params[stream, kind, code])
        for (stream, kind, code), minutes in sums.items()
        if minutes > LEAST
    ]
    return tuple(sorted(found, key=lambda u: (-u.minutes, u.stream_id, u.exam_type_id, u.code)))


def _causes(problem: PlanProblem, need: Need, spare: "_Spare") -> Iterator[tuple[str, Params]]:
    facts, kind = problem.facts, need.exam_type_id
    halves = [problem.half_days[place] for place in need.half_days]
    devices = [d for d in facts.devices.values() if kind in d.exam_type_ids and not d.is_retired]
    able = [d for d in facts.doctors.values() if not d.is_retired and kind in performs(problem, d)]
    away = [d for d in able if any(is_away(problem, d, half) for half in halves)]
    if not halves:
        yield "not_worked", Params()
    if not devices:
        yield "no_machine", Params()
    if all(_is_closed(problem, d.id, half) for d in devices for half in halves):
        yield "machine_closed", Params()
    if not able:
        yield "no_doctor", Params()
    if all(is_away(problem, d, half) for d in able for half in halves):
        yield "doctors_away", Params(away=", ".join(sorted(d.code for d in away)))
    yield _scarcest(problem, need, spare, devices=devices, able=able)


def _scarcest(
    problem: PlanProblem,
    need: Need,
    spare: "_Spare",
    *,
    devices: Sequence[PlanDevice],
    able: Sequence[PlanDoctor],
) -> tuple[str, Params]:
    """What there is least of within the goal: time at all, doctors for it, or machines for it."""
    halves = [problem.half_days[place] for place in need.half_days]
    machines = [d for d in problem.facts.devices.values() if not d.is_retired]
    time = len(machines) * sum(half.ends - half.starts for half in halves)
    of_all = sum(spare.of_device(d.id, place) for d in machines for place in need.half_days)
    of_machines = sum(spare.of_device(d.id, place) for d in devices for place in need.half_days)
    of_doctors = sum(spare.of_doctor(d, place) for d in able for place in need.half_days)
    away = [d for d in able if any(is_away(problem, d, half) for half in halves)]
    if of_all < FULL * time:
        return "full", Params()
    if of_doctors <= of_machines:
        return "few_doctors", Params(doctors=len(able), away=len(away))
    return "few_machines", Params(machines=len(devices))


class _Spare:
    """Minutes that a plan leaves to machines and to doctors, by half-day."""

    def __init__(
        self, problem: PlanProblem, blocks: Sequence[PlanBlock], served: Sequence[Served]
    ) -> None:
        self._problem = problem
        self._taken: dict[tuple[str, int | None, int | None], float] = defaultdict(float)
        halves = [half_day_of(problem, block) for block in blocks]
        for each in served:
            block, half = blocks[each.block], halves[each.block]
            self._taken["device", block.device_id, half] += each.minutes
            self._taken["doctor", block.operator_id, half] += each.minutes

    def of_device(self, device_id: int, place: int) -> float:
        """Minutes of a half-day in which the machine is open and serves nobody."""
        half = self._problem.half_days[place]
        open_minutes = 0 if _is_closed(self._problem, device_id, half) else half.ends - half.starts
        return max(0.0, open_minutes - self._taken["device", device_id, place])

    def of_doctor(self, doctor: PlanDoctor, place: int) -> float:
        """Minutes of a half-day in which the doctor is here and serves nobody."""
        half = self._problem.half_days[place]
        here = 0 if is_away(self._problem, doctor, half) else half.ends - half.starts
        return max(0.0, here - self._taken["doctor", doctor.id, place])


def _is_closed(problem: PlanProblem, device_id: int, half: HalfDay) -> bool:
    """Whether closures leave nothing of the half-day."""
    free = half.starts
    for starts, ends in sorted(problem.facts.closed.get((device_id, half.local_date), ())):
        if starts <= free:
            free = max(free, ends)
    return free >= half.ends
