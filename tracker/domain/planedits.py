"""Edits of a plan as a person makes them: each takes the blocks of a week and returns the device days it changes.

Nothing is refused but what is not there: which rules the result breaks is told by planrules.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from tracker.domain.errors import N_, NotFoundError
from tracker.domain.plan import DeviceDate, PlanBlock, by_device_date, copied_to

Edits = dict[DeviceDate, tuple[PlanBlock, ...]]
"""Device days with the blocks they get; those that an edit leaves alone are absent."""

Parts = Sequence[tuple[int, int]]
"""The parts of a day in order: minutes [starts, ends) after local midnight."""

BlockAt = tuple[DeviceDate, int]
"""A block by its device day and the minute at which it starts."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A device's part of a day: `part` counts from 0 in the order of the parts."""

    device_id: int
    local_date: date
    part: int

    @property
    def key(self) -> DeviceDate:
        """The device day it belongs to."""
        return self.device_id, self.local_date


def part_of(block: PlanBlock, parts: Parts) -> int:
    """The part of the day that a block shares most minutes with; of several the earliest."""

    def shared(place: int) -> int:
        starts, ends = parts[place]
        return min(block.ends, ends) - max(block.starts, starts)

    return max(range(len(parts)), key=lambda place: (shared(place), -place), default=0)


def blocks_in(blocks: Iterable[PlanBlock], cell: Cell, parts: Parts) -> tuple[PlanBlock, ...]:
    """The blocks that a cell shows, the first to begin first."""
    own = by_device_date(blocks).get(cell.key, ())
    return tuple(block for block in own if part_of(block, parts) == cell.part)


def find_block(blocks: Iterable[PlanBlock], at: BlockAt) -> PlanBlock:
    """The block of a place. Raises NotFoundError."""
    found = next((block for block in blocks if (block.key, block.starts) == at), None)
    if found is None:
        raise NotFoundError(N_("These working hours are not in the plan any more."))
    return found


# --- one block ---------------------------------------------------------------------------------------


def put_block(blocks: Iterable[PlanBlock], block: PlanBlock) -> Edits:
    """A block more on its device day."""
    return _with(blocks, set(), [block])


def replace_block(blocks: Sequence[PlanBlock], at: BlockAt, block: PlanBlock) -> Edits:
    """Another block for the one of a place: on the same device day it goes on as the same one. Raises NotFoundError."""
    gone = find_block(blocks, at)
    same_day = block.key == gone.key
    new = replace(block, block_id=gone.block_id) if same_day else copied_to(block, block.key)
    return _with(blocks, {id(gone)}, [new])


def remove_block(blocks: Sequence[PlanBlock], at: BlockAt) -> Edits:
    """The device day without the block of a place. Raises NotFoundError."""
    return _with(blocks, {id(find_block(blocks, at))}, [])


def overrule(blocks: Sequence[PlanBlock], at: BlockAt, reasons: Mapping[str, str]) -> Edits:
    """Code of a broken rule → why the block may break it; an empty reason takes the permission back.

    Raises NotFoundError.
    """
    block = find_block(blocks, at)
    after = {**block.overrules, **{code: reason.strip() for code, reason in reasons.items()}}
    kept = {code: reason for code, reason in after.items() if reason}
    return replace_block(blocks, at, replace(block, overrules=kept))


# --- copying -----------------------------------------------------------------------------------------


def copy_cell(
    blocks: Sequence[PlanBlock], source: Cell, targets: Iterable[Cell], parts: Parts
) -> Edits:
    """What the source shows, in place of what the targets show; an empty source empties them.

    In another part of the day a block begins and ends as long after that part's hours as after those of its own.
    """
    shown = blocks_in(blocks, source, parts)
    gone: set[int] = set()
    new: list[PlanBlock] = []
    for target in dict.fromkeys(targets):
        if target != source:
            gone |= {id(block) for block in blocks_in(blocks, target, parts)}
            new += [_in_cell(block, target, parts) for block in shown]
    return _with(blocks, gone, new)


def copy_day(blocks: Sequence[PlanBlock], source: date, targets: Iterable[date]) -> Edits:
    """All devices' blocks of a day, in place of what they have on other days."""
    days = [day for day in dict.fromkeys(targets) if day != source]
    shown = [block for block in blocks if block.local_date == source]
    gone = {id(block) for block in blocks if block.local_date in days}
    new = [copied_to(block, (block.device_id, day)) for day in days for block in shown]
    return _with(blocks, gone, new)


def copy_week(
    source: Sequence[PlanBlock], blocks: Sequence[PlanBlock], weeks: int, days: Iterable[date]
) -> Edits:
    """A week's blocks `weeks` later (earlier: negative), on `days` of the other week, whose own blocks they replace.

    `days` are those that are worked: a holiday gets no blocks by copying, and loses none.
    """
    wanted = set(days)
    moved = [(block, block.local_date + timedelta(weeks=weeks)) for block in source]
    new = [copied_to(block, (block.device_id, day)) for block, day in moved if day in wanted]
    return _with(blocks, {id(block) for block in blocks if block.local_date in wanted}, new)


# --- dragging ----------------------------------------------------------------------------------------


def drag(blocks: Sequence[PlanBlock], at: BlockAt, target: Cell, parts: Parts) -> Edits:
    """A block drawn to another cell: onto a block there both swap their doctors, into an empty cell it moves.

    It moves as `copy_cell` copies. Raises NotFoundError.
    """
    dragged = find_block(blocks, at)
    if target == Cell(*dragged.key, part_of(dragged, parts)):
        return {}
    there = blocks_in(blocks, target, parts)
    if not there:
        return _with(blocks, {id(dragged)}, [_in_cell(dragged, target, parts)])
    other = there[0]
    swapped = [
        replace(dragged, operator_id=other.operator_id, overrules={}),
        replace(other, operator_id=dragged.operator_id, overrules={}),
    ]
    return _with(blocks, {id(dragged), id(other)}, swapped)


def _in_cell(block: PlanBlock, target: Cell, parts: Parts) -> PlanBlock:
    """A copy in another cell; where nothing would be left of its hours it has those of the part."""
    copy, home = copied_to(block, target.key), part_of(block, parts)
    (began, ended), (starts, ends) = parts[home], parts[target.part]
    moved = replace(copy, starts=starts + block.starts - began, ends=ends + block.ends - ended)
    if moved.ends > moved.starts and part_of(moved, parts) == target.part:
        return moved
    return replace(copy, starts=starts, ends=ends)


def _with(blocks: Iterable[PlanBlock], gone: set[int], new: Iterable[PlanBlock]) -> Edits:
    """The device days that differ once some blocks (by identity) are gone and others are there."""
    standing = list(blocks)
    before = by_device_date(standing)
    kept = [block for block in standing if id(block) not in gone]
    after = by_device_date([*kept, *new])
    return {
        key: after.get(key, ())
        for key in sorted(before.keys() | after.keys(), key=lambda k: (k[1], k[0]))
        if before.get(key, ()) != after.get(key, ())
    }
