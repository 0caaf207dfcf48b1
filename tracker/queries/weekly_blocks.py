"""The weekly pattern: as stored, for its pages; as far as it is in service, for opening days."""

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date, datetime, time

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tracker.domain.horizon import PatternBlock
from tracker.models.block import Block, WeeklyBlock, WeeklyBlockExamType, WeeklyBlockReserve
from tracker.models.catalogue import Device, ExamType
from tracker.models.staff import StaffMember
from tracker.queries.streams import streams


@dataclass(frozen=True, slots=True)
class WeeklyBlockRow:
    """A block of the pattern with codes of what it names; `reserve_minutes` is per stream code."""

    id: int
    device: str
    weekday: int
    starts: time
    ends: time
    operator: str | None
    version: int
    exam_types: frozenset[str]
    reserve_minutes: dict[str, int]
    place: str = ""
    transport_minutes: int = 0


def weekly_blocks(session: Session) -> tuple[WeeklyBlockRow, ...]:
    """The pattern in force by weekday, device and time. Five statements."""
    names = {
        table: {row.id: row.code for row in session.execute(select(table.id, table.code))}
        for table in (Device, StaffMember, ExamType)
    }
    stream = {row.id: row.code for row in streams(session, include_retired=True)}
    versions = {
        row.id: row.version for row in session.execute(select(WeeklyBlock.id, WeeklyBlock.version))
    }
    return tuple(
        WeeklyBlockRow(
            id=block.id,
            device=names[Device][block.device_id],
            weekday=block.weekday,
            starts=block.starts,
            ends=block.ends,
            operator=None if block.operator_id is None else names[StaffMember][block.operator_id],
            version=versions[block.id],
            exam_types=frozenset(names[ExamType][each] for each in block.exam_type_ids),
            reserve_minutes={stream[s]: minutes for s, minutes in block.reserve_minutes.items()},
            place=block.place,
            transport_minutes=block.transport_minutes,
        )
        for block in stored_pattern(session)
    )


def opened_through(session: Session, weekly_block_id: int | None = None) -> date | None:
    """The last day that is open for booking, from one block of the pattern or from any; None: no day is."""
    statement = select(func.max(Block.local_date)).where(Block.weekly_block_id.is_not(None))
    if weekly_block_id is not None:
        statement = statement.where(Block.weekly_block_id == weekly_block_id)
    return session.scalar(statement)


def open_blocks(
    session: Session, weekly_block_id: int, *, now: datetime
) -> tuple[tuple[int, date], ...]:
    """The published blocks (id, day) that were opened from a block of the pattern and are not over."""
    rows = session.execute(
        select(Block.id, Block.local_date)
        .where(Block.weekly_block_id == weekly_block_id, Block.ends_at > now)
        .order_by(Block.starts_at)
    )
    return tuple((row.id, row.local_date) for row in rows)


def stored_pattern(session: Session) -> tuple[PatternBlock, ...]:
    """The pattern in force as stored, whatever became of what it names. Three statements."""
    exam_types: dict[int, set[int]] = defaultdict(set)
    for kind in session.execute(
        select(WeeklyBlockExamType.weekly_block_id, WeeklyBlockExamType.exam_type_id)
    ):
        exam_types[kind.weekly_block_id].add(kind.exam_type_id)
    kept: dict[int, dict[int, int]] = defaultdict(dict)
    for reserve in session.execute(
        select(
            WeeklyBlockReserve.weekly_block_id,
            WeeklyBlockReserve.stream_id,
            WeeklyBlockReserve.minutes,
        ).order_by(WeeklyBlockReserve.stream_id)
    ):
        kept[reserve.weekly_block_id][reserve.stream_id] = reserve.minutes
    blocks = session.execute(
        select(
            WeeklyBlock.id,
            WeeklyBlock.device_id,
            WeeklyBlock.weekday,
            WeeklyBlock.starts,
            WeeklyBlock.ends,
            WeeklyBlock.operator_id,
            WeeklyBlock.place,
            WeeklyBlock.transport_minutes,
        )
        .join(Device, Device.id == WeeklyBlock.device_id)
        .where(WeeklyBlock.retired_at.is_(None))
        .order_by(WeeklyBlock.weekday, Device.sort_order, WeeklyBlock.starts, WeeklyBlock.id)
    )
    return tuple(
        PatternBlock(
            **row._mapping,
            exam_type_ids=frozenset(exam_types[row.id]),
            reserve_minutes=kept[row.id],
        )
        for row in blocks
    )


def pattern_in_service(session: Session) -> tuple[PatternBlock, ...]:
    """The pattern without retired devices, exam types and operators. Six statements."""
    devices = _in_service(session, Device)
    exam_types = _in_service(session, ExamType)
    people = _in_service(session, StaffMember)
    return tuple(
        replace(
            block,
            operator_id=block.operator_id if block.operator_id in people else None,
            exam_type_ids=block.exam_type_ids & exam_types,
        )
        for block in stored_pattern(session)
        if block.device_id in devices
    )


def _in_service(
    session: Session, table: type[Device] | type[ExamType] | type[StaffMember]
) -> frozenset[int]:
    return frozenset(session.scalars(select(table.id).where(table.retired_at.is_(None))))
