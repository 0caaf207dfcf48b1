"""A plan put in force: its blocks, what they do to bookings, the occupancy, in one step of a transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from tracker.domain.plan import BlockChange, DeviceDate, PlanBlock
from tracker.queries.plan_effects import effects_on, keys_to_lock
from tracker.queries.plan_step import plan_step
from tracker.writes.booking_rows import Author
from tracker.writes.occupancy import lock_device_days, rebuild_occupancy
from tracker.writes.plan_blocks import note_blocks, remove_blocks, write_blocks, write_overrules
from tracker.writes.plan_bookings import fates_by_outcome, write_effects


@dataclass(frozen=True, slots=True)
class InForce:
    """What was changed, and the bookings (ids) that were moved or kept and flagged for it."""

    changes: tuple[BlockChange, ...]
    moved: tuple[int, ...]
    flagged: tuple[int, ...]


def put_in_force(
    session: Session,
    before: Sequence[PlanBlock],
    after: Sequence[PlanBlock],
    author: Author,
    *,
    weekly: Mapping[tuple[int, datetime], int] | None = None,
) -> InForce:
    """Make stored blocks `before` what `after` says; every booking keeps its place, is moved or flagged.

    The caller holds the lock of the supply, under which he has read `before`, and has asked the rules of
    the plan. `author.reason` is told to whoever sees a booking that was flagged. Some thirty statements and
    a few for each booking that loses its place.
    """
    step = plan_step(session, before, after, weekly=weekly)
    days = lock_device_days(session, keys_to_lock(session, step), now=author.now)
    effects = effects_on(session, step, days, now=author.now)
    made = write_blocks(session, step)
    moved_to = write_effects(session, step, effects, made, author)
    note_blocks(session, step, made, author)
    remove_blocks(session, step)
    wanted = _overrules_after(before, after, step.named(made))
    standing = {b.block_id or 0: b.overrules for b in before if b.block_id in wanted}
    write_overrules(session, wanted, standing, author)
    rebuild_occupancy(session, {*step.after, *moved_to})
    moved, flagged = fates_by_outcome(effects.fates)
    return InForce(step.changes, moved, flagged)


def _overrules_after(
    before: Sequence[PlanBlock],
    after: Sequence[PlanBlock],
    written: Mapping[tuple[DeviceDate, int], int],
) -> dict[int, Mapping[str, str]]:
    """Block → why it may break rules; of a device day in which nothing else differs, too."""
    at = {(b.key, b.starts): b.block_id for b in before if b.block_id is not None} | dict(written)
    return {
        at[block.key, block.starts]: block.overrules
        for block in after
        if (block.key, block.starts) in at
    }
