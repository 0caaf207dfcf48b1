"""What a roster does to a plan: who works where, and who is away. Reading the roster is roster's."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from tracker.domain.plan import DeviceDate, PlanBlock, by_device_date
from tracker.domain.planrules import PlanFacts, may_perform
from tracker.domain.roster import Does, RosterEntry

HalfDay = tuple[date, str]
Hours = Mapping[str, tuple[int, int]]
"""Part of day's code → its minutes [starts, ends)."""


@dataclass(frozen=True, slots=True)
class RosterAbsence:
    """A half-day on which a doctor is away; `kind` as an absence has it."""

    operator_id: int
    local_date: date
    part: str
    kind: str


@dataclass(frozen=True, slots=True)
class TwoAtOne:
    """Two doctors whom the roster sends to one machine at the same time: that half-day is left as it was."""

    device_id: int
    local_date: date
    part: str
    operator_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class RosterChange:
    """The device days that change, as they are to be; who is away; what the roster contradicts itself in."""

    days: Mapping[DeviceDate, tuple[PlanBlock, ...]]
    absences: tuple[RosterAbsence, ...]
    clashes: tuple[TwoAtOne, ...]


def roster_change(
    plan: Iterable[PlanBlock], entries: Sequence[RosterEntry], facts: PlanFacts, hours: Hours
) -> RosterChange:
    """Fill the plan from a roster.

    In each half-day a doctor of the roster works where it says and nowhere else; a machine that it names
    and that has no block then gets one. Doctors whom it leaves out keep their machines, unless it gives
    these to others. A block keeps those of its exam types that its new doctor may perform, or else gets
    all that doctor and machine can do together. Whom it sends to one block in different parts of the day is
    told as two at one machine: a block has one doctor, and is not cut here.
    """
    before = by_device_date(plan)
    wanted, clashes = _wanted(entries)
    clashes += _in_one_block(before, wanted, hours)
    unclear = {(each.device_id, each.local_date, each.part) for each in clashes}
    wanted = {place: who for place, who in wanted.items() if place not in unclear}
    listed = {(e.operator_id, e.local_date, e.part) for e in entries}
    after = {key: list(blocks) for key, blocks in before.items()}
    for blocks in after.values():
        blocks[:] = [
            _relieved(b, wanted, listed, hours)
            if not unclear.intersection((*b.key, part) for part in _parts_of(b, hours))
            else b
            for b in blocks
        ]
    for (device_id, day, part), operator_id in wanted.items():
        these = after.setdefault((device_id, day), [])
        these[:] = _manned(
            these, (device_id, day), hours[part], operator_id=operator_id, facts=facts
        )
    changed = {k: tuple(b) for k, b in after.items() if tuple(b) != before.get(k, ())}
    return RosterChange(changed, _absences(entries), clashes)


def _wanted(
    entries: Sequence[RosterEntry],
) -> tuple[dict[tuple[int, date, str], int], tuple[TwoAtOne, ...]]:
    """(machine, day, part) → doctor, and those that two doctors are sent to."""
    sent: dict[tuple[int, date, str], list[int]] = defaultdict(list)
    for entry in entries:
        if entry.meaning.does is Does.WORKS:
            sent[entry.meaning.device_id, entry.local_date, entry.part].append(entry.operator_id)
    clashes = tuple(TwoAtOne(*place, tuple(who)) for place, who in sent.items() if len(who) > 1)
    return {place: who[0] for place, who in sent.items() if len(who) == 1}, clashes


def _in_one_block(
    plan: Mapping[DeviceDate, Sequence[PlanBlock]],
    wanted: Mapping[tuple[int, date, str], int],
    hours: Hours,
) -> tuple[TwoAtOne, ...]:
    """Parts of the day for which different doctors are sent to what is one block of the plan."""
    found: dict[tuple[int, date, str], TwoAtOne] = {}
    for block in (block for blocks in plan.values() for block in blocks):
        places = [(*block.key, part) for part in _parts_of(block, hours)]
        sent = tuple(dict.fromkeys(wanted[place] for place in places if place in wanted))
        if len(sent) > 1:
            found |= {place: TwoAtOne(*place, sent) for place in places}
    return tuple(found.values())


def _relieved(
    block: PlanBlock,
    wanted: Mapping[tuple[int, date, str], int],
    listed: set[tuple[int, date, str]],
    hours: Hours,
) -> PlanBlock:
    """The block without its doctor when the roster has the doctor elsewhere, away, or nowhere then."""
    operator_id = block.operator_id
    for part in _parts_of(block, hours):
        rostered = operator_id is not None and (operator_id, block.local_date, part) in listed
        here = wanted.get((block.device_id, block.local_date, part))
        if rostered and here != operator_id:
            return replace(block, operator_id=None)
    return block


def _manned(
    blocks: Sequence[PlanBlock],
    key: DeviceDate,
    span: tuple[int, int],
    *,
    operator_id: int,
    facts: PlanFacts,
) -> list[PlanBlock]:
    """The device day with this doctor in every block that touches the part of day, or in a new one."""
    touched = [block.starts < span[1] and span[0] < block.ends for block in blocks]
    able = _able(key[0], operator_id, facts)
    if not any(touched):
        return [*blocks, PlanBlock(*key, *span, operator_id, able)]
    return [
        block
        if not touches or block.operator_id == operator_id
        else replace(
            block, operator_id=operator_id, exam_type_ids=block.exam_type_ids & able or able
        )
        for touches, block in zip(touched, blocks, strict=True)
    ]


def _able(device_id: int, operator_id: int, facts: PlanFacts) -> frozenset[int]:
    """The exam types that machine and doctor can do together."""
    device, doctor = facts.devices.get(device_id), facts.doctors.get(operator_id)
    if device is None or doctor is None:
        return frozenset()
    return frozenset(
        each.id
        for each in facts.exam_types.values()
        if each.id in device.exam_type_ids and may_perform(doctor, each)
    )


def _parts_of(block: PlanBlock, hours: Hours) -> list[str]:
    return [
        part
        for part, (starts, ends) in hours.items()
        if block.starts < ends and starts < block.ends
    ]


def _absences(entries: Sequence[RosterEntry]) -> tuple[RosterAbsence, ...]:
    return tuple(
        RosterAbsence(e.operator_id, e.local_date, e.part, e.meaning.kind)
        for e in entries
        if e.meaning.does is Does.AWAY
    )
