"""From the published blocks of some days to a plan of them: which rows come, change and go. What it does: plan_effects."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy.orm import Session

from tracker.domain.horizon import DayBlock
from tracker.domain.plan import BlockChange, DeviceDate, PlanBlock, by_device_date, changes_between
from tracker.domain.supply import MINUTE, Reserve
from tracker.domain.workcalendar import ReleaseRule, WorkCalendar, day_start
from tracker.queries.calendar import work_calendar
from tracker.queries.streams import release_rules

DayPlan = tuple[PlanBlock, ...]


@dataclass(frozen=True, slots=True)
class PlanStep:
    """From the published blocks of some days to others: `changes` with the id each new block has until it is written.

    `day_blocks` are the blocks of the changed device days as they are written, by that id or their own.
    """

    changes: tuple[BlockChange, ...]
    ids: Mapping[DeviceDate, tuple[int, ...]]
    after: Mapping[DeviceDate, DayPlan]
    day_blocks: Mapping[int, DayBlock]

    @property
    def dates(self) -> tuple[date, ...]:
        """The days on which something changes."""
        return tuple(sorted({key[1] for key in self.after}))

    def named(self, made: Mapping[int, int]) -> dict[tuple[DeviceDate, int], int]:
        """Device day and start → block, of the device days that change; `made`: provisional id → id."""
        return {
            (key, block.starts): made.get(block_id, block_id)
            for key, ids in self.ids.items()
            for block_id, block in zip(ids, self.after[key], strict=True)
        }

    @property
    def may_strand(self) -> bool:
        """Whether a booking could lose its place: hours, the way there or exam types are taken."""
        return any(_takes(change) for change in self.changes)


def _takes(change: BlockChange) -> bool:
    before, after = change.before, change.after
    if before is None:
        return False
    if after is None or not before.exam_type_ids <= after.exam_type_ids:
        return True
    return bool({"starts", "ends", "transport_minutes"} & set(change.fields))


def plan_step(
    session: Session,
    before: Sequence[PlanBlock],
    after: Sequence[PlanBlock],
    *,
    weekly: Mapping[tuple[int, datetime], int] | None = None,
) -> PlanStep:
    """What leads from stored blocks (all with ids) to a plan of the same days. Three statements.

    `weekly`: (device, start) → the block of the weekly pattern that a new block is opened from.
    """
    changes = changes_between(before, after)
    keys = {change.key for change in changes}
    standing, planned = by_device_date(before), by_device_date(after)
    terms = ReleaseTerms(work_calendar(session), release_rules(session))
    ids: dict[DeviceDate, tuple[int, ...]] = {}
    day_blocks: dict[int, DayBlock] = {}
    new_id = 0
    for key in sorted(keys, key=lambda k: (k[1], k[0])):
        own = {id(c.after): c.before for c in changes if c.key == key and c.after is not None}
        same = {(b.starts, b.ends): b.block_id for b in standing.get(key, ())}
        of_day: list[int] = []
        for block in planned.get(key, ()):
            was = own.get(id(block))
            block_id = was.block_id if was is not None else None
            if id(block) not in own:  # nothing differs: it is the one with these hours
                block_id = same[block.starts, block.ends]
            if block_id is None:
                new_id -= 1
                block_id = new_id
            of_day.append(block_id)
            made = terms.day_block(block)
            origin = (weekly or {}).get((made.device_id, made.starts_at))
            day_blocks[block_id] = replace(made, weekly_block_id=origin)
        ids[key] = tuple(of_day)
    return PlanStep(tuple(changes), ids, {key: planned.get(key, ()) for key in keys}, day_blocks)


@dataclass(frozen=True, slots=True)
class ReleaseTerms:
    """When what is kept for a stream is released."""

    calendar: WorkCalendar
    rules: Mapping[int, ReleaseRule]

    def day_block(self, block: PlanBlock) -> DayBlock:
        """The block of a plan as it is written; minutes for streams that keep none are left out."""
        midnight = day_start(block.local_date, self.calendar.zone)
        return DayBlock(
            device_id=block.device_id,
            local_date=block.local_date,
            starts_at=midnight + block.starts * MINUTE,
            ends_at=midnight + block.ends * MINUTE,
            operator_id=block.operator_id,
            weekly_block_id=None,
            exam_type_ids=block.exam_type_ids,
            reserves=tuple(
                Reserve(each, m, self.calendar.release_instant(self.rules[each], block.local_date))
                for each, m in sorted(block.reserve_minutes.items())
                if each in self.rules and m
            ),
            place=block.place,
            transport_minutes=block.transport_minutes,
        )
