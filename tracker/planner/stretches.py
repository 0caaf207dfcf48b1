"""Where somebody could work: the stretches of the week at each machine, and who may work there on what."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from tracker.domain.plan import DeviceDate, PlanBlock
from tracker.domain.plangoals import fasting_minutes, half_day_of, performed_by
from tracker.domain.planproblem import HalfDay, PlanProblem, Standing
from tracker.domain.planrules import PlanDoctor, may_perform

SHORTEST = 30
"""No new block is proposed for fewer open minutes."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch at a machine. `exam_type_ids`: what the machine can do then; `half_day`: where it counts.

    `block` is the present block, or a new one without doctor and exam types. `is_new`: there is none now.
    """

    block: PlanBlock
    half_day: int | None
    exam_type_ids: frozenset[int]
    fasting: int
    standing: Standing | None = None
    is_fixed: bool = False

    @property
    def is_new(self) -> bool:
        """Whether the present plan has nothing there."""
        return self.standing is None

    @property
    def booked(self) -> dict[int, int]:
        """Exam type → booked minutes, cut to the open minutes of the block."""
        found: dict[int, int] = {}
        left = self.block.open_minutes
        for kind, minutes in sorted((self.standing.booked if self.standing else {}).items()):
            found[kind] = min(minutes, left)
            left -= found[kind]
        return found

    @property
    def likeness(self) -> tuple[object, ...]:
        """Equal for stretches that make no difference to the plan: the model counts them instead of naming them."""
        named = self.block.operator_id if self.is_fixed else None
        kinds, booked = tuple(sorted(self.exam_type_ids)), tuple(sorted(self.booked.items()))
        when = (self.block.local_date, self.block.starts, self.block.ends)
        return (*when, self.block.open_minutes, self.fasting, kinds, booked, named, self.is_fixed)


@dataclass(frozen=True, slots=True)
class Pairing:
    """A doctor (None: a block that stays without one) at a kind of stretch, and the exam types both can do."""

    operator_id: int | None
    exam_type_ids: frozenset[int]
    is_trainee: bool = False


@dataclass(frozen=True, slots=True)
class StretchKind:
    """Slots that are alike, and every pairing that the rules allow there."""

    stretches: tuple[Stretch, ...]
    pairings: tuple[Pairing, ...] = field(default=())

    @property
    def first(self) -> Stretch:
        """Any of them: they are alike."""
        return self.stretches[0]


def stretch_kinds(problem: PlanProblem, *, only_present: bool = False) -> list[StretchKind]:
    """The stretches of the week by likeness, in a fixed order. `only_present`: the present plan and nothing else."""
    found: dict[tuple[object, ...], list[Stretch]] = {}
    stretches = [*_present(problem, only_present), *(() if only_present else _new(problem))]
    for stretch in sorted(
        stretches, key=lambda s: (s.block.local_date, s.block.starts, s.block.device_id)
    ):
        found.setdefault(stretch.likeness, []).append(stretch)
    return [StretchKind(tuple(alike), _pairings(problem, alike[0])) for alike in found.values()]


def _present(problem: PlanProblem, only_present: bool) -> Iterator[Stretch]:
    for standing in problem.standing:
        block, is_fixed = standing.block, standing.is_fixed or only_present
        closed = problem.facts.closed.get(block.key, ())
        if any(starts < block.ends and block.starts < ends for starts, ends in closed):
            is_fixed = is_fixed or bool(standing.booked)
            opened = _opened(problem, block) if only_present or not is_fixed else block
            if opened is None:
                continue
            block = opened
        place = half_day_of(problem, block)
        is_fixed = is_fixed or place is None
        device = problem.facts.devices.get(block.device_id)
        kinds = device.exam_type_ids if device and not device.is_retired else frozenset[int]()
        kinds = (
            performed_by(problem, block) if is_fixed else kinds & problem.facts.exam_types.keys()
        )
        doctor = problem.facts.doctors.get(block.operator_id or 0)
        if only_present and not standing.is_fixed and doctor and is_away(problem, doctor, block):
            kinds = frozenset()  # whoever is away serves nobody
        yield Stretch(block, place, kinds, fasting_minutes(problem, block), standing, is_fixed)


def _new(problem: PlanProblem) -> Iterator[Stretch]:
    taken: dict[DeviceDate, list[PlanBlock]] = {}
    for standing in problem.standing:
        taken.setdefault(standing.block.key, []).append(standing.block)
    for place, half in enumerate(problem.half_days):
        for device in problem.facts.devices.values():
            key = (device.id, half.local_date)
            if device.is_retired or any(half.has(block) for block in taken.get(key, ())):
                continue
            block = _opened(problem, PlanBlock(*key, half.starts, half.ends))
            if block is not None and block.open_minutes >= SHORTEST:
                kinds = device.exam_type_ids & problem.facts.exam_types.keys()
                yield Stretch(block, place, kinds, fasting_minutes(problem, block))


def _opened(problem: PlanProblem, block: PlanBlock) -> PlanBlock | None:
    """The longest stretch of the block in which the machine is not closed."""
    edges = block.starts
    free: list[tuple[int, int]] = []
    for starts, ends in sorted(problem.facts.closed.get(block.key, ())):
        free.append((edges, min(starts, block.ends)))
        edges = max(edges, ends)
    free.append((edges, block.ends))
    starts, ends = max(free, key=lambda span: (span[1] - span[0], -span[0]))
    return replace(block, starts=starts, ends=ends) if ends > starts else None


def _pairings(problem: PlanProblem, stretch: Stretch) -> tuple[Pairing, ...]:
    if stretch.is_fixed:
        return (Pairing(stretch.block.operator_id, stretch.exam_type_ids),)
    found = []
    for doctor in sorted(problem.facts.doctors.values(), key=lambda each: each.id):
        if doctor.is_retired or is_away(problem, doctor, stretch.block):
            continue
        kinds = performs(problem, doctor) & stretch.exam_type_ids
        if kinds and stretch.booked.keys() <= kinds:
            found.append(Pairing(doctor.id, kinds, doctor.title == "trainee"))
    return tuple(found)


def performs(problem: PlanProblem, doctor: PlanDoctor) -> frozenset[int]:
    """The exam types that competence and title allow the doctor."""
    kinds = problem.facts.exam_types.values()
    return frozenset(kind.id for kind in kinds if may_perform(doctor, kind))


def is_away(problem: PlanProblem, doctor: PlanDoctor, when: PlanBlock | HalfDay) -> bool:
    """Whether the doctor is away for a part of it."""
    minutes = when.starts, when.ends
    return problem.facts.away_then(doctor.id, when.local_date, minutes) is not None


def overlapping(kinds: Sequence[StretchKind]) -> Iterator[list[int]]:
    """Sets of kinds (places) that take place at one instant: no doctor can be at two of them."""
    instants = {(k.first.block.local_date, k.first.block.starts) for k in kinds}
    for day, minute in sorted(instants):
        yield [
            place
            for place, kind in enumerate(kinds)
            if kind.first.block.local_date == day
            and kind.first.block.starts <= minute < kind.first.block.ends
        ]
