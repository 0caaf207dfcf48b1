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
    """The plan with the exam types that may be booked on its blocks.

    A block that keeps its doctor keeps its exam types, and gets those it is to serve besides. Any other may be booked
    for all that its machine and doctor can do: which of them are kept for scarcer exams is a matter of ranking.
    A block on which its doctor may do nothing (a trainee alone) is left out.
    """
    needed: dict[int, set[int]] = defaultdict(set)
    for each in plan.served:
        needed[each.block].add(problem.needs[each.need].exam_type_id)
    stood = standing_at(problem)
    blocks = list(plan.blocks)
    for place, block in enumerate(plan.blocks):
        standing = stood.get(place_of(block), Standing(replace(block, operator_id=None)))
        if not standing.is_fixed and half_day_of(problem, block) is not None:
            can = _can(problem, block, plan.blocks)
            wanted = needed[place] | standing.booked.keys()
            blocks[place] = _with_types(block, wanted, can, standing)
    left = [place for place, block in enumerate(blocks) if block.exam_type_ids]
    new = {old: place for place, old in enumerate(left)}
    served = tuple(replace(each, block=new[each.block]) for each in plan.served)
    return Plan(tuple(blocks[place] for place in left), served)


def _with_types(block: PlanBlock, needed: set[int], can: set[int], standing: Standing) -> PlanBlock:
    """The block with exam types, `needed` among them; one that stays as it is also keeps what was overruled."""
    now, keeps_doctor = block.exam_type_ids, block.operator_id == standing.block.operator_id
    if keeps_doctor and block.operator_id is None:
        return block
    if keeps_doctor and needed <= now and (now <= can or block.overrules):
        return block
    kinds = (now & can or can) if keeps_doctor else can
    return replace(block, exam_type_ids=frozenset(needed | kinds), overrules={})


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
