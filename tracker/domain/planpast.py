"""When a change of a plan takes effect: never for what is past, at once, or from a draft. What a draft says is in plan."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from tracker.domain.plan import DeviceDate, PlanBlock, by_device_date, predecessors

AT_ONCE = timedelta(days=1)
"""A change for today or tomorrow takes effect at once; later days wait for the draft to be published."""


@dataclass(frozen=True, slots=True)
class Moment:
    """Now, as a plan sees it: the hospital day and the whole minutes since its midnight."""

    local_date: date
    minute: int

    def is_past(self, block: PlanBlock) -> bool:
        """Whether the block is over: it is neither changed nor judged any more."""
        if block.local_date != self.local_date:
            return block.local_date < self.local_date
        return block.ends <= self.minute

    def has_begun(self, block: PlanBlock) -> bool:
        """Whether the block has begun (it may be over)."""
        if block.local_date != self.local_date:
            return block.local_date < self.local_date
        return block.starts < self.minute


def is_at_once(local_date: date, today: date) -> bool:
    """Whether a change that a person makes on a day takes effect at once."""
    return local_date <= today + AT_ONCE


def edits_to_come(
    published: Iterable[PlanBlock],
    edited: Mapping[DeviceDate, Sequence[PlanBlock]],
    moment: Moment,
) -> dict[DeviceDate, tuple[PlanBlock, ...]]:
    """The edited device days without what comes too late: days before today, and the part of today that is past."""
    standing = by_device_date(published)
    return {
        key: _from_now_on(standing.get(key, ()), blocks, moment)
        for key, blocks in edited.items()
        if key[1] >= moment.local_date
    }


def _from_now_on(
    before: tuple[PlanBlock, ...], after: Sequence[PlanBlock], moment: Moment
) -> tuple[PlanBlock, ...]:
    """Blocks that are over stay; one that runs keeps its start, or ends now; a new one begins now at the earliest."""
    wanted = sorted(after, key=lambda block: block.starts)
    was = predecessors(before, wanted)
    result = [block for block in before if moment.is_past(block)]
    for n, block in enumerate(wanted):
        old = was.get(n)
        if moment.is_past(block) or (old is not None and moment.is_past(old)):
            continue
        result.append(_begun(old, block, moment))
    going_on = [was[n] for n, block in enumerate(wanted) if n in was and not moment.is_past(block)]
    result += [
        replace(block, ends=moment.minute, reserve_minutes={})
        for block in before
        if moment.has_begun(block) and not moment.is_past(block) and block not in going_on
    ]
    return tuple(sorted(result, key=lambda block: block.starts))


def _begun(old: PlanBlock | None, block: PlanBlock, moment: Moment) -> PlanBlock:
    if old is not None and moment.has_begun(old):
        return replace(block, starts=old.starts)
    return replace(block, starts=moment.minute) if moment.has_begun(block) else block
