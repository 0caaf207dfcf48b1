"""Rows of published blocks. Whether a block may stand there is the caller's to ask, and the guards' to refuse."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, delete, insert, select
from sqlalchemy.orm import Session

from tracker.domain.horizon import DayBlock
from tracker.models.block import Block, BlockExamType, BlockReserve
from tracker.models.booking import Booking
from tracker.models.plan import BlockOverrule
from tracker.queries.occupancy import DayKey


def insert_blocks(session: Session, blocks: Sequence[DayBlock]) -> list[int]:
    """Insert blocks with their exam types and reserves; returns their ids in the same order.

    Three statements. The caller rebuilds the occupancy of the device days.
    """
    if not blocks:
        return []
    ids = session.scalars(
        insert(Block).returning(Block.id, sort_by_parameter_order=True),
        [
            {
                "device_id": block.device_id,
                "local_date": block.local_date,
                "starts_at": block.starts_at,
                "ends_at": block.ends_at,
                "operator_id": block.operator_id,
                "weekly_block_id": block.weekly_block_id,
                "place": block.place,
                "transport_minutes": block.transport_minutes,
            }
            for block in blocks
        ],
    ).all()
    insert_details(session, list(zip(ids, blocks, strict=True)))
    return list(ids)


def insert_details(session: Session, blocks: Sequence[tuple[int, DayBlock]]) -> None:
    """Insert the exam types and reserves of blocks that have none yet. Two statements."""
    exam_types = [
        {"block_id": block_id, "exam_type_id": exam_type_id}
        for block_id, block in blocks
        for exam_type_id in sorted(block.exam_type_ids)
    ]
    if exam_types:
        session.execute(insert(BlockExamType), exam_types)
    reserves = [
        {
            "block_id": block_id,
            "stream_id": reserve.stream_id,
            "minutes": reserve.minutes,
            "released_at": reserve.released_at,
        }
        for block_id, block in blocks
        for reserve in block.reserves
    ]
    if reserves:
        session.execute(insert(BlockReserve), reserves)


def remove_unused_blocks(session: Session, *which: ColumnElement[bool]) -> set[DayKey]:
    """Delete the blocks of a condition that no booking names, cancelled ones included.

    Returns their device days, whose occupancy the caller rebuilds; he has locked them.
    """
    unused = ~select(Booking.id).where(Booking.block_id == Block.id).correlate(Block).exists()
    found = session.execute(
        select(Block.id, Block.device_id, Block.local_date).where(unused, *which)
    ).all()
    ids = [row.id for row in found]
    for table in (BlockExamType, BlockReserve, BlockOverrule):
        session.execute(delete(table).where(table.block_id.in_(ids)))
    session.execute(delete(Block).where(Block.id.in_(ids)))
    return {(row.device_id, row.local_date) for row in found}
