"""Rows of the weekly pattern: a block with its exam types and reserves. Opening days from it is elsewhere."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import time

from sqlalchemy import delete, insert
from sqlalchemy.orm import Session

from tracker.models.block import WeeklyBlock, WeeklyBlockExamType, WeeklyBlockReserve


@dataclass(frozen=True, slots=True)
class WeeklyHours:
    """A block of the pattern: weekday (Monday 0), local times, its exam types, minutes kept per stream."""

    device_id: int
    weekday: int
    starts: time
    ends: time
    operator_id: int | None
    exam_type_ids: frozenset[int]
    reserve_minutes: Mapping[int, int] = field(default_factory=dict)
    place: str = ""
    transport_minutes: int = 0


def insert_weekly_blocks(session: Session, blocks: Sequence[WeeklyHours]) -> list[int]:
    """Insert blocks that the caller has checked; returns their ids in the same order."""
    if not blocks:
        return []
    ids = session.scalars(
        insert(WeeklyBlock).returning(WeeklyBlock.id, sort_by_parameter_order=True),
        [
            {
                "device_id": block.device_id,
                "weekday": block.weekday,
                "starts": block.starts,
                "ends": block.ends,
                "operator_id": block.operator_id,
                "place": block.place,
                "transport_minutes": block.transport_minutes,
            }
            for block in blocks
        ],
    ).all()
    _insert_details(session, dict(zip(ids, blocks, strict=True)))
    return list(ids)


def replace_details(session: Session, weekly_block_id: int, block: WeeklyHours) -> None:
    """Give a block of the pattern other exam types and reserves."""
    for table in (WeeklyBlockExamType, WeeklyBlockReserve):
        session.execute(delete(table).where(table.weekly_block_id == weekly_block_id))
    _insert_details(session, {weekly_block_id: block})


def _insert_details(session: Session, blocks: Mapping[int, WeeklyHours]) -> None:
    exam_types = [
        {"weekly_block_id": weekly_block_id, "exam_type_id": exam_type_id}
        for weekly_block_id, block in blocks.items()
        for exam_type_id in sorted(block.exam_type_ids)
    ]
    if exam_types:
        session.execute(insert(WeeklyBlockExamType), exam_types)
    reserves = [
        {"weekly_block_id": weekly_block_id, "stream_id": stream_id, "minutes": minutes}
        for weekly_block_id, block in blocks.items()
        for stream_id, minutes in block.reserve_minutes.items()
        if minutes
    ]
    if reserves:
        session.execute(insert(WeeklyBlockReserve), reserves)
