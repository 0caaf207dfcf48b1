"""The device plan: blocks of a week before they are published, and what differs between two plans. Rules live in planrules."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

DeviceDate = tuple[int, date]
"""A device and a hospital day: the smallest piece of a plan that is edited, compared and published."""

WORKDAYS = 7


@dataclass(frozen=True, slots=True)
class PlanBlock:
    """A block as planned: minutes [starts, ends) after local midnight, ids of operator and exam types.

    `reserve_minutes`: stream → minutes kept. `place`: a ward or a theatre; empty for the device's own room.
    `transport_minutes` pass at either end before the first and after the last exam. `overrules`: code of a
    broken rule → why the head allows it. `block_id`: the published block that this one goes on with.
    """

    device_id: int
    local_date: date
    starts: int
    ends: int
    operator_id: int | None = None
    exam_type_ids: frozenset[int] = frozenset()
    reserve_minutes: Mapping[int, int] = field(default_factory=dict)
    place: str = ""
    transport_minutes: int = 0
    overrules: Mapping[str, str] = field(default_factory=dict)
    block_id: int | None = None

    @property
    def key(self) -> DeviceDate:
        """The device day it stands on."""
        return self.device_id, self.local_date

    @property
    def open_minutes(self) -> int:
        """Minutes in which patients are examined: without the way there and back."""
        return max(0, self.ends - self.starts - 2 * self.transport_minutes)

    def meets(self, other: "PlanBlock") -> bool:
        """Whether both take place at the same time, wherever."""
        same_day = self.local_date == other.local_date
        return same_day and self.starts < other.ends and other.starts < self.ends


def monday_of(local_date: date) -> date:
    """The first day of the ISO week."""
    return local_date - timedelta(days=local_date.weekday())


def week_days(monday: date) -> tuple[date, ...]:
    """The seven days of a week."""
    return tuple(monday + timedelta(days=n) for n in range(WORKDAYS))


def by_device_date(blocks: Iterable[PlanBlock]) -> dict[DeviceDate, tuple[PlanBlock, ...]]:
    """The blocks of each device day, the first to begin first."""
    found: dict[DeviceDate, list[PlanBlock]] = {}
    for block in sorted(blocks, key=lambda b: (b.device_id, b.local_date, b.starts)):
        found.setdefault(block.key, []).append(block)
    return {key: tuple(these) for key, these in found.items()}


def merged(
    published: Iterable[PlanBlock], edited: Mapping[DeviceDate, Iterable[PlanBlock]]
) -> tuple[PlanBlock, ...]:
    """The plan that a draft comes to: edited device days as edited, all others as published now."""
    kept = [block for block in published if block.key not in edited]
    return tuple(
        block
        for these in by_device_date([*kept, *(b for day in edited.values() for b in day)]).values()
        for block in these
    )


# --- a draft as it is kept ---------------------------------------------------------------------------


def as_json(blocks: Iterable[PlanBlock]) -> list[dict[str, Any]]:
    """The blocks of one device day as JSON keeps them: equal plans give equal values."""
    return [
        {
            "starts": block.starts,
            "ends": block.ends,
            "operator": block.operator_id,
            "exam_types": sorted(block.exam_type_ids),
            "reserves": {str(s): m for s, m in sorted(block.reserve_minutes.items()) if m},
            "place": block.place,
            "transport": block.transport_minutes,
            "overrules": dict(sorted(block.overrules.items())),
            "block": block.block_id,
        }
        for block in sorted(blocks, key=lambda b: b.starts)
    ]


def from_json(key: DeviceDate, kept: Iterable[Mapping[str, Any]]) -> tuple[PlanBlock, ...]:
    """The blocks of a device day from what `as_json` made of them."""
    return tuple(
        PlanBlock(
            *key,
            starts=each["starts"],
            ends=each["ends"],
            operator_id=each["operator"],
            exam_type_ids=frozenset(each["exam_types"]),
            reserve_minutes={int(s): m for s, m in each["reserves"].items()},
            place=each["place"],
            transport_minutes=each["transport"],
            overrules=each["overrules"],
            block_id=each["block"],
        )
        for each in kept
    )


# --- two plans side by side --------------------------------------------------------------------------

COMPARED = (
    "starts", "ends", "operator_id", "exam_type_ids", "reserve_minutes", "place", "transport_minutes",
)  # fmt: skip
"""What makes two blocks different; that a rule is overruled changes no patient's day."""


@dataclass(frozen=True, slots=True)
class BlockChange:
    """A block before and after: `before` is None for a new one, `after` for one that goes."""

    before: PlanBlock | None
    after: PlanBlock | None

    @property
    def key(self) -> DeviceDate:
        """The device day it is about."""
        block = self.after or self.before
        assert block is not None  # a change has at least one side
        return block.key

    @property
    def fields(self) -> tuple[str, ...]:
        """Which of COMPARED differ; none for a block that comes or goes."""
        if self.before is None or self.after is None:
            return ()
        return tuple(n for n in COMPARED if getattr(self.before, n) != getattr(self.after, n))


def changes_between(before: Iterable[PlanBlock], after: Iterable[PlanBlock]) -> list[BlockChange]:
    """What publishing `after` over `before` changes, by device day and start.

    A block goes on as the one whose `block_id` it carries, else as the one with the same hours on its
    device day; whatever is left comes or goes.
    """
    old, new = by_device_date(before), by_device_date(after)
    changes: list[BlockChange] = []
    for key in sorted(old.keys() | new.keys(), key=lambda k: (k[1], k[0])):
        changes += _changes_of_day(old.get(key, ()), new.get(key, ()))
    return changes


def _changes_of_day(
    before: tuple[PlanBlock, ...], after: tuple[PlanBlock, ...]
) -> list[BlockChange]:
    was = predecessors(before, after)
    pairs = [BlockChange(was.get(n), block) for n, block in enumerate(after)]
    pairs += [BlockChange(gone, None) for gone in before if gone not in was.values()]
    return [pair for pair in pairs if pair.before is None or pair.after is None or pair.fields]


def predecessors(before: Sequence[PlanBlock], after: Sequence[PlanBlock]) -> dict[int, PlanBlock]:
    """Place in `after` → the block of the same device day that goes on there: by `block_id`, else by hours.

    By `block_id` first, so that no other takes it.
    """
    was: dict[int, PlanBlock] = {}
    left = list(before)
    for same in (_same_block, _same_hours):
        for n, block in enumerate(after):
            found = next((b for b in left if same(b, block)), None) if n not in was else None
            if found is not None:
                was[n] = found
                left.remove(found)
    return was


def _same_block(one: PlanBlock, other: PlanBlock) -> bool:
    return one.block_id is not None and one.block_id == other.block_id


def _same_hours(one: PlanBlock, other: PlanBlock) -> bool:
    return (one.starts, one.ends) == (other.starts, other.ends)


def copied_to(block: PlanBlock, key: DeviceDate) -> PlanBlock:
    """The same block on another device day: a new one, whose overruled rules have to be looked at again."""
    return replace(block, device_id=key[0], local_date=key[1], block_id=None, overrules={})
