"""The supply of time: published blocks, the weekly pattern they come from, closures, occupancy."""

from datetime import date, datetime, time

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from tracker.db import Base, UtcDateTime


class Block(Base):
    """One device, one stretch of one day, one operator. Published: patients are booked on it.

    `place` is a ward or a theatre, empty for the device's room; `transport_minutes` pass at either end.
    """

    __tablename__ = "block"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="span"),
        Index("ix_block_device_date", "device_id", "local_date"),
        Index("ix_block_operator_date", "operator_id", "local_date"),
        Index("ix_block_date", "local_date"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    device_id: Mapped[int] = mapped_column(ForeignKey("device.id"))
    local_date: Mapped[date]
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    operator_id: Mapped[int | None] = mapped_column(ForeignKey("staff_member.id"))
    weekly_block_id: Mapped[int | None] = mapped_column(ForeignKey("weekly_block.id"))
    place: Mapped[str] = mapped_column(String(80), default="", server_default="")
    transport_minutes: Mapped[int] = mapped_column(default=0, server_default="0")
    version: Mapped[int] = mapped_column(default=1)


class BlockExamType(Base):
    """An exam type that may be booked in the block."""

    __tablename__ = "block_exam_type"

    block_id: Mapped[int] = mapped_column(ForeignKey("block.id"), primary_key=True)
    exam_type_id: Mapped[int] = mapped_column(ForeignKey("exam_type.id"), primary_key=True)


class BlockReserve(Base):
    """Minutes of the block kept for a stream until `released_at` (an equal instant is released)."""

    __tablename__ = "block_reserve"
    __table_args__ = (CheckConstraint("minutes > 0", name="minutes"),)

    block_id: Mapped[int] = mapped_column(ForeignKey("block.id"), primary_key=True)
    stream_id: Mapped[int] = mapped_column(ForeignKey("stream.id"), primary_key=True)
    minutes: Mapped[int]
    released_at: Mapped[datetime] = mapped_column(UtcDateTime)


class WeeklyBlock(Base):
    """The pattern from which the horizon is opened: weekday (Monday 0) and local times."""

    __tablename__ = "weekly_block"
    __table_args__ = (
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),
        CheckConstraint("ends > starts", name="span"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    device_id: Mapped[int] = mapped_column(ForeignKey("device.id"))
    weekday: Mapped[int]
    starts: Mapped[time]
    ends: Mapped[time]
    operator_id: Mapped[int | None] = mapped_column(ForeignKey("staff_member.id"))
    place: Mapped[str] = mapped_column(String(80), default="", server_default="")
    transport_minutes: Mapped[int] = mapped_column(default=0, server_default="0")
    version: Mapped[int] = mapped_column(default=1)
    retired_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class WeeklyBlockExamType(Base):
    """An exam type of the weekly pattern."""

    __tablename__ = "weekly_block_exam_type"

    weekly_block_id: Mapped[int] = mapped_column(ForeignKey("weekly_block.id"), primary_key=True)
    exam_type_id: Mapped[int] = mapped_column(ForeignKey("exam_type.id"), primary_key=True)


class WeeklyBlockReserve(Base):
    """A reserve of the weekly pattern."""

    __tablename__ = "weekly_block_reserve"
    __table_args__ = (CheckConstraint("minutes > 0", name="minutes"),)

    weekly_block_id: Mapped[int] = mapped_column(ForeignKey("weekly_block.id"), primary_key=True)
    stream_id: Mapped[int] = mapped_column(ForeignKey("stream.id"), primary_key=True)
    minutes: Mapped[int]


class Closure(Base):
    """A stretch in which a device, or the whole department (`device_id` null), does not work."""

    __tablename__ = "closure"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="span"),
        Index("ix_closure_span", "starts_at", "ends_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    device_id: Mapped[int | None] = mapped_column(ForeignKey("device.id"))
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    reason: Mapped[str] = mapped_column(String(400))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    lifted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Occupancy(Base):
    """The day of a device in one small row: what a search reads and what a write locks.

    Derived from blocks, closures and live bookings; `python run.py rebuild` makes it anew. Bit i of a
    mask (hexadecimal text) is the minute i after local midnight. `blocks` is JSON, see queries/occupancy.
    """

    __tablename__ = "occupancy"

    device_id: Mapped[int] = mapped_column(ForeignKey("device.id"), primary_key=True)
    local_date: Mapped[date] = mapped_column(primary_key=True)
    busy: Mapped[str] = mapped_column(Text, default="0")
    closed: Mapped[str] = mapped_column(Text, default="0")
    blocks: Mapped[str] = mapped_column(Text, default="[]")
