"""What a roster does to a plan: who works where, and who is away. Reading the roster is roster's."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from tracker.domain.plan import DeviceDate, PlanBlock, by_device_date
from tracker.domain.plancut import cut_block
from tracker.domain.planrules import PlanFacts, may_perform
from tracker.domain.roster import Does, RosterEntry

Place = tuple[int, date, str]
"""A machine in a part of a day."""
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
    all that doctor and machine can do together. A block whose doctor is another from one part of the day
    to the next is cut where the later part begins: who is there first stays until then.
    """
    before = by_device_date(plan)
    wanted, clashes = _wanted(entries)
    unclear = frozenset((each.device_id, each.local_date, each.part) for each in clashes)
    listed = frozenset((each.operator_id, each.local_date, each.part) for each in entries)
    said = _Said(wanted, unclear, listed, hours)
    after = {
        key: [piece for block in blocks for piece in _shared_out(block, said, facts)]
        for key, blocks in before.items()
    }
    for (device_id, day, part), operator_id in wanted.items():
        these = after.setdefault((device_id, day), [])
        if not any(part in _parts_of(block, hours) for block in these):
            able = _able(device_id, operator_id, facts)
            these.append(PlanBlock(device_id, day, *hours[part], operator_id, able))
    changed = {k: tuple(b) for k, b in after.items() if tuple(b) != before.get(k, ())}
    return RosterChange(changed, _absences(entries), clashes)


def _wanted(
    entries: Sequence[RosterEntry],
) -> tuple[dict[Place, int], tuple[TwoAtOne, ...]]:
    """(machine, day, part) → doctor, and those that two doctors are sent to."""
    sent: dict[Place, list[int]] = defaultdict(list)
    for entry in entries:
        if entry.meaning.does is Does.WORKS:
            sent[entry.meaning.device_id, entry.local_date, entry.part].append(entry.operator_id)
    clashes = tuple(TwoAtOne(*place, tuple(who)) for place, who in sent.items() if len(who) > 1)
    return {place: who[0] for place, who in sent.items() if len(who) == 1}, clashes


@dataclass(frozen=True, slots=True)
class _Said:
    """What the roster says: who is wanted where, where it contradicts itself, whose half-days it lists."""

    wanted: Mapping[Place, int]
    unclear: frozenset[Place]
    listed: frozenset[tuple[int, date, str]]
    hours: Hours

    def doctor_of(self, block: PlanBlock, part: str) -> int | None:
        """Who works in the block in this part of the day; nobody when its doctor is elsewhere, away or nowhere then."""
        place, operator_id = (*block.key, part), block.operator_id
        if place in self.wanted:
            return self.wanted[place]
        if operator_id is None or place in self.unclear:
            return operator_id
        return None if (operator_id, block.local_date, part) in self.listed else operator_id


def _shared_out(block: PlanBlock, said: _Said, facts: PlanFacts) -> list[PlanBlock]:
    """The block with its doctor, cut wherever another one takes over."""
    pieces: list[PlanBlock] = []
    rest, doctor = block, block.operator_id
    for place, part in enumerate(_parts_of(block, said.hours)):
        next_one = said.doctor_of(block, part)
        if place and next_one != doctor:
            parts = cut_block(rest, said.hours[part][0])
            if parts is None:
                continue
            pieces.append(_given(parts[0], doctor, facts))
            rest = parts[1]
        doctor = next_one
    return [*pieces, _given(rest, doctor, facts)]


def _given(block: PlanBlock, operator_id: int | None, facts: PlanFacts) -> PlanBlock:
    """The block with this doctor. Why the one before may break a rule says nothing of the next."""
    if operator_id == block.operator_id:
        return block
    if operator_id is None:
        return replace(block, operator_id=None, overrules={})
    able = _able(block.device_id, operator_id, facts)
    return replace(
        block,
        operator_id=operator_id,
        exam_type_ids=block.exam_type_ids & able or able,
        overrules={},
    )


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
    """The parts of the day that the block touches, in order."""
    touched = [
        (starts, part)
        for part, (starts, ends) in hours.items()
        if block.starts < ends and starts < block.ends
    ]
    return [part for _starts, part in sorted(touched)]


def _absences(entries: Sequence[RosterEntry]) -> tuple[RosterAbsence, ...]:
    return tuple(
        RosterAbsence(e.operator_id, e.local_date, e.part, e.meaning.kind)
        for e in entries
        if e.meaning.does is Does.AWAY
    )
