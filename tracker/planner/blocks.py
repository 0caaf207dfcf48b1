"""From the values of the model to blocks: who gets which machine, what each serves, its exam types and reserves."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from tracker.domain.plan import PlanBlock
from tracker.domain.plangoals import half_day_of, place_of, standing_at
from tracker.domain.planproblem import PlanProblem, Served, Standing
from tracker.planner.department import Department, Group
from tracker.planner.solver import Answer
from tracker.planner.stretches import Stretch, performs

LEAST = 1e-6
FULL = 0.8
"""A block that is to serve so much of its time is full."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Blocks by day, machine and start, and what they serve."""

    blocks: tuple[PlanBlock, ...]
    served: tuple[Served, ...]


def plan_of(department: Department, answer: Answer) -> Plan:
    """The blocks of an answer with what each serves; exam types and reserves are as in the present plan."""
    blocks: list[PlanBlock] = []
    there: dict[tuple[int, int], list[tuple[int, float]]] = defaultdict(list)
    for place, kind in enumerate(department.kinds):
        taken = _seated(kind.stretches, _doctors(department, place, answer))
        left: dict[int | None, list[int]] = defaultdict(list)
        for stretch, operator_id in taken:
            left[operator_id].append(len(blocks))
            blocks.append(replace(stretch.block, operator_id=operator_id))
        blocks += _left_empty(kind.stretches, [stretch for stretch, _ in taken])
        for group in (g for g in department.groups if g.kind == place):
            mine = _blocks_of(department, group, left)
            _pour(group, answer, blocks, mine, kind.first, there)
    served = tuple(_met(department, answer, there))
    return _ordered(blocks, served)


def _doctors(department: Department, place: int, answer: Answer) -> list[int | None]:
    """Who works at a kind of stretch; a fixed block without a name as often as it is there."""
    return [
        pairing.operator_id
        for pairing in department.kinds[place].pairings
        for _ in range(round(answer.values[department.works[place, pairing.operator_id]]))
    ]


def _seated(
    stretches: Sequence[Stretch], doctors: Sequence[int | None]
) -> list[tuple[Stretch, int | None]]:
    """Each doctor at a machine of the kind: the one of the present plan if he or she has one there."""
    waiting, free, found = list(doctors), list(stretches), []
    for stretch in stretches:
        if not stretch.is_new and stretch.block.operator_id in waiting:
            waiting.remove(stretch.block.operator_id)
            free.remove(stretch)
            found.append((stretch, stretch.block.operator_id))
    # machines that somebody runs now come before those that would be opened anew
    free.sort(key=lambda stretch: stretch.is_new)
    return found + list(zip(free, waiting, strict=False))


def _left_empty(stretches: Sequence[Stretch], taken: Sequence[Stretch]) -> Iterator[PlanBlock]:
    """Blocks with patients for which there is no doctor: they stay, without one."""
    for stretch in stretches:
        if stretch.booked and stretch not in taken:
            yield replace(stretch.block, operator_id=None)


def _blocks_of(
    department: Department, group: Group, left: Mapping[int | None, list[int]]
) -> list[int]:
    names = {
        department.works[group.kind, p.operator_id]: p.operator_id
        for p in department.kinds[group.kind].pairings
    }
    return [block for work in group.works for block in left[names[work]]]


def _pour(  # noqa: PLR0917 - what a group serves, and the blocks that serve it
    group: Group,
    answer: Answer,
    blocks: Sequence[PlanBlock],
    mine: Sequence[int],
    stretch: Stretch,
    there: dict[tuple[int, int], list[tuple[int, float]]],
) -> None:
    """Share what a group serves among its blocks: block after block, fasting exams spread over their mornings."""
    space = {block: float(blocks[block].open_minutes) for block in mine}
    early = dict.fromkeys(mine, float(stretch.fasting))
    minutes = {kind: answer.values[variable] for kind, variable in group.minutes.items()}
    fasting = group.fasting & minutes.keys()
    for limits, kinds in ((early, fasting), (space, minutes.keys())):
        for kind in sorted(kinds):
            for block in mine:
                part = min(minutes[kind], space[block], limits[block])
                if part > LEAST and stretch.half_day is not None:
                    there[stretch.half_day, kind].append((block, part))
                    minutes[kind] -= part
                    if limits is early:
                        early[block] -= part
                    space[block] -= part


def _met(
    department: Department,
    answer: Answer,
    there: Mapping[tuple[int, int], list[tuple[int, float]]],
) -> Iterator[Served]:
    """Which block serves which need: minutes of a half-day and exam type, need after need, block after block."""
    left = {key: [[block, minutes] for block, minutes in parts] for key, parts in there.items()}
    for (need, half_day), variable in sorted(department.meets.items()):
        wanted = answer.values[variable]
        for part in left.get((half_day, department.problem.needs[need].exam_type_id), ()):
            minutes = min(wanted, part[1])
            if minutes > LEAST:
                part[1] -= minutes
                wanted -= minutes
                yield Served(need, int(part[0]), minutes)


def _ordered(blocks: Sequence[PlanBlock], served: Iterable[Served]) -> Plan:
    order = sorted(range(len(blocks)), key=lambda b: (blocks[b].local_date, *place_of(blocks[b])))
    new = {old: place for place, old in enumerate(order)}
    moved = (replace(each, block=new[each.block]) for each in served)
    return Plan(
        tuple(blocks[old] for old in order), tuple(sorted(moved, key=lambda s: (s.need, s.block)))
    )


# --- exam types --------------------------------------------------------------------------------------


def with_exam_types(problem: PlanProblem, plan: Plan) -> Plan:
    """The plan with the exam types that may be booked on them.

    What a block is to serve and what is booked, and whatever the pair can do that is no commoner than the
    commonest of these: that takes a machine for nothing that another could do as well. A fixed block keeps its own.
    A block that keeps its doctor also keeps exam types that are not needed, unless it is full without them.
    A block on which its doctor may do nothing (a trainee alone) is left out.
    """
    common = _commonness(problem)
    serves: dict[int, set[int]] = defaultdict(set)
    minutes: dict[int, float] = defaultdict(float)
    for each in plan.served:
        serves[each.block].add(problem.needs[each.need].exam_type_id)
        minutes[each.block] += each.minutes
    full = {p for p, b in enumerate(plan.blocks) if minutes[p] >= FULL * b.open_minutes}
    stood = standing_at(problem)
    blocks = [
        _with_types(
            problem,
            block,
            serves[place],
            stood.get(place_of(block)),
            common,
            plan.blocks,
            place in full,
        )
        for place, block in enumerate(plan.blocks)
    ]
    left = [place for place, block in enumerate(blocks) if block.exam_type_ids]
    new = {old: place for place, old in enumerate(left)}
    served = tuple(replace(each, block=new[each.block]) for each in plan.served)
    return Plan(tuple(blocks[place] for place in left), served)


def _with_types(  # noqa: PLR0913, PLR0917 - a block with all that decides on its exam types
    problem: PlanProblem,
    block: PlanBlock,
    serves: set[int],
    standing: Standing | None,
    common: Mapping[int, int],
    blocks: Sequence[PlanBlock],
    is_full: bool,
) -> PlanBlock:
    is_fixed = standing is not None and (standing.is_fixed or half_day_of(problem, block) is None)
    same_operator = standing is not None and standing.block.operator_id == block.operator_id
    if is_fixed or (block.operator_id is None and same_operator):
        return block
    booked = set() if standing is None else set(standing.booked)
    can = _can(problem, block, blocks)
    most = max((common[kind] for kind in serves | booked), default=max(common.values(), default=0))
    kinds = frozenset(serves | booked | {kind for kind in can if common[kind] <= most})
    if (
        same_operator
        and kinds <= block.exam_type_ids
        and (not is_full or kinds == block.exam_type_ids)
    ):
        return block
    return replace(block, exam_type_ids=kinds, overrules={})


def _can(problem: PlanProblem, block: PlanBlock, blocks: Sequence[PlanBlock]) -> set[int]:
    """What machine, doctor and, for a trainee, somebody who supervises at the same time allow."""
    facts = problem.facts
    kinds = set(facts.devices[block.device_id].exam_type_ids & facts.exam_types.keys())
    doctor = facts.doctors.get(block.operator_id or 0)
    if doctor is None:
        return kinds & block.exam_type_ids
    kinds &= performs(problem, doctor)
    if doctor.title == "trainee":
        beside = (facts.doctors.get(b.operator_id or 0) for b in blocks if b.meets(block))
        others = [other for other in beside if other is not None and other is not doctor]
        kinds &= {kind for other in others for kind in other.supervises}
    return kinds


def _commonness(problem: PlanProblem) -> dict[int, int]:
    """Exam type → how many pairs of a machine and a doctor can do it."""
    facts = problem.facts
    devices = [d for d in facts.devices.values() if not d.is_retired]
    doctors = [performs(problem, d) for d in facts.doctors.values() if not d.is_retired]
    return {
        kind: sum(kind in d.exam_type_ids for d in devices) * sum(kind in can for can in doctors)
        for kind in facts.exam_types
    }
