"""Giving the rest of a block to another doctor, or to nobody yet: the block, its reserves and its bookings."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import delete, insert
from sqlalchemy.orm import Session

from tracker.domain.takeover import Split, split_block
from tracker.models import Block, BlockReserve, Booking
from tracker.queries.taking_over import Shift
from tracker.writes.audit import write_audit
from tracker.writes.blocks import insert_blocks
from tracker.writes.booking_rows import Author
from tracker.writes.catalogue_rows import save_row
from tracker.writes.operators import give_bookings


@dataclass(frozen=True, slots=True)
class Rest:
    """What is given on: from `at` on, to a doctor (None: nobody is named); `lacking` competences are noted."""

    at: datetime
    operator_id: int | None
    lacking: tuple[str, ...] = ()


def give_rest(session: Session, shift: Shift, rest: Rest, author: Author) -> None:
    """Give the rest of a block on, with everybody who is still to be examined in it.

    A block that has not begun by then changes as a whole; of one that is then over the patients alone do.
    The caller has locked the device day and rebuilds its occupancy.
    """
    block = session.get_one(Block, shift.id, with_for_update=True, populate_existing=True)
    parts = split_block(shift.block, shift.stays, rest.at)
    block_id, moved = shift.id, frozenset[int]()
    if parts is not None:
        block_id, moved = _cut(session, block, parts, rest, author), frozenset(parts.moved)
    elif rest.at <= shift.block.opens_at:
        block.operator_id = rest.operator_id
    save_row(session, block, author, action="take_over", change=_change(shift, rest, author))
    _take_along(session, shift, moved, (block_id, rest.operator_id), author)


def _cut(session: Session, block: Block, parts: Split, rest: Rest, author: Author) -> int:
    """End the block where the rest begins; returns the id of the new block."""
    block.starts_at, block.ends_at = parts.earlier.starts_at, parts.earlier.ends_at
    block.transport_minutes = parts.earlier.transport_minutes
    session.flush()  # first make room: the guards look at every single row
    session.execute(delete(BlockReserve).where(BlockReserve.block_id == block.id))
    if parts.earlier.reserves:
        kept = [(each.stream_id, each.minutes, each.released_at) for each in parts.earlier.reserves]
        session.execute(
            insert(BlockReserve),
            [
                {"block_id": block.id, "stream_id": s, "minutes": m, "released_at": at}
                for s, m, at in kept
            ],
        )
    [new_id] = insert_blocks(session, [replace(parts.later, operator_id=rest.operator_id)])
    write_audit(
        session,
        action="add",
        entity="block",
        entity_id=new_id,
        by=author.by,
        now=author.now,
        change={"rest_of": block.id, "operator_id": rest.operator_id},
    )
    return new_id


def _change(shift: Shift, rest: Rest, author: Author) -> dict[str, object]:
    change: dict[str, object] = {
        "operator_id": [shift.block.operator_id, rest.operator_id],
        "starts_at": rest.at.isoformat(),
    }
    if rest.lacking:
        change["without_competence"] = sorted(rest.lacking)
    if author.reason:
        change["reason"] = author.reason
    return change


def _take_along(
    session: Session,
    shift: Shift,
    moved: frozenset[int],
    to: tuple[int, int | None],
    author: Author,
) -> None:
    """Let bookings follow: all of the later part into its block, those to be examined to their doctor."""
    block_id, operator_id = to
    to_come = frozenset(shift.to_come)
    groups: tuple[tuple[frozenset[int], dict[str, int | None]], ...] = (
        (moved & to_come, {"block_id": block_id, "operator_id": operator_id}),
        (moved - to_come, {"block_id": block_id}),
        (to_come - moved, {"operator_id": operator_id}),
    )
    for ids, values in groups:
        if ids:
            give_bookings(session, [Booking.id.in_(ids)], values, author, action="take_over")
