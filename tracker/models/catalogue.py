"""What the department has: devices, capabilities, exam types, streams. No behaviour."""

from datetime import date, datetime, time

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.db import Base, UtcDateTime


class Capability(Base):
    """What a device can do and an exam type needs: convex, linear, contrast, …"""

    __tablename__ = "capability"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    name_zh: Mapped[str] = mapped_column(String(80))
    name_en: Mapped[str] = mapped_column(String(80))


class Device(Base):
    """A machine; DICOM calls it a station. Retired, never deleted, once it was used.

    `pressure` is the expected demand per capable device summed over what it can do, in permille-minutes; kept
    by every write that changes capabilities, minutes or demand, so that a search ranks without computing it.
    `checked_on` is the day on which it last passed the yearly check.
    """

    __tablename__ = "device"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(20), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    building: Mapped[str] = mapped_column(String(80), default="")
    floor: Mapped[str] = mapped_column(String(20), default="")
    room: Mapped[str] = mapped_column(String(40), default="")
    ae_title: Mapped[str] = mapped_column(String(16), default="")
    is_portable: Mapped[bool] = mapped_column(default=False)
    pressure: Mapped[int] = mapped_column(default=0)
    checked_on: Mapped[date | None]
    sort_order: Mapped[int] = mapped_column(default=0)
    version: Mapped[int] = mapped_column(default=1)
    retired_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    capabilities: Mapped[list[Capability]] = relationship(secondary="device_capability")


class DeviceCapability(Base):
    """Which device can do what."""

    __tablename__ = "device_capability"

    device_id: Mapped[int] = mapped_column(ForeignKey("device.id"), primary_key=True)
    capability_id: Mapped[int] = mapped_column(ForeignKey("capability.id"), primary_key=True)


class ExamType(Base):
    """One kind of examination with its minutes, points (hundredths) and preparation.

    `bladder` is one of "", "empty", "full"; minutes are room time, greeting to next patient.
    """

    __tablename__ = "exam_type"
    __table_args__ = (
        CheckConstraint("minutes BETWEEN 1 AND 480", name="minutes"),
        CheckConstraint("further_part_minutes BETWEEN 0 AND 480", name="further_part_minutes"),
        CheckConstraint("observation_minutes BETWEEN 0 AND 480", name="observation_minutes"),
        CheckConstraint("points_hundredths >= 0", name="points"),
        CheckConstraint("further_part_points_hundredths >= 0", name="further_part_points"),
        CheckConstraint("bladder IN ('', 'empty', 'full')", name="bladder"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    name_zh: Mapped[str] = mapped_column(String(80))
    name_en: Mapped[str] = mapped_column(String(80))
    loinc: Mapped[str] = mapped_column(String(20), default="")
    minutes: Mapped[int]
    further_part_minutes: Mapped[int]
    observation_minutes: Mapped[int] = mapped_column(default=0)
    points_hundredths: Mapped[int]
    further_part_points_hundredths: Mapped[int]
    is_fasting: Mapped[bool] = mapped_column(default=False)
    bladder: Mapped[str] = mapped_column(String(10), default="")
    needs_competence: Mapped[bool] = mapped_column(default=False)
    least_title: Mapped[str] = mapped_column(String(40), default="", server_default="")
    preparation_zh: Mapped[str] = mapped_column(String(400), default="")
    preparation_en: Mapped[str] = mapped_column(String(400), default="")
    colour: Mapped[str] = mapped_column(String(20), default="blue")
    sort_order: Mapped[int] = mapped_column(default=0)
    version: Mapped[int] = mapped_column(default=1)
    retired_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    capabilities: Mapped[list[Capability]] = relationship(secondary="exam_type_capability")


class ExamTypeCapability(Base):
    """Every capability listed is required."""

    __tablename__ = "exam_type_capability"

    exam_type_id: Mapped[int] = mapped_column(ForeignKey("exam_type.id"), primary_key=True)
    capability_id: Mapped[int] = mapped_column(ForeignKey("capability.id"), primary_key=True)


class Stream(Base):
    """Where patients come from, with the goal and the release of its reserve.

    The reserve is released at `release_time` of the day itself (`release_days_before` 0) or of the
    n-th working day before it; a stream without `release_time` holds no reserve.
    The goal is `goal_working_days` working days or `goal_working_hours` working hours (either).
    """

    __tablename__ = "stream"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    name_zh: Mapped[str] = mapped_column(String(80))
    name_en: Mapped[str] = mapped_column(String(80))
    goal_working_days: Mapped[int | None]
    goal_working_hours: Mapped[int | None]
    release_days_before: Mapped[int] = mapped_column(default=0)
    release_time: Mapped[time | None]
    demand_share_percent: Mapped[int] = mapped_column(default=0)
    sort_order: Mapped[int] = mapped_column(default=0)
    version: Mapped[int] = mapped_column(default=1)
    retired_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ExamTypeStream(Base):
    """Minutes, points of the pair (exam type, stream) where they differ, and its share of demand.

    `demand_permille` is the expected share of all requests (‰): the pressure on devices is computed from it.
    """

    __tablename__ = "exam_type_stream"
    __table_args__ = (UniqueConstraint("exam_type_id", "stream_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    exam_type_id: Mapped[int] = mapped_column(ForeignKey("exam_type.id"))
    stream_id: Mapped[int] = mapped_column(ForeignKey("stream.id"))
    minutes: Mapped[int | None]
    further_part_minutes: Mapped[int | None]
    points_hundredths: Mapped[int | None]
    further_part_points_hundredths: Mapped[int | None]
    demand_permille: Mapped[int] = mapped_column(default=0)


class PartOfDay(Base):
    """A half-day of the department's hours: morning, afternoon (local times)."""

    __tablename__ = "part_of_day"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(20), unique=True)
    name_zh: Mapped[str] = mapped_column(String(40))
    name_en: Mapped[str] = mapped_column(String(40))
    starts: Mapped[time]
    ends: Mapped[time]
    sort_order: Mapped[int] = mapped_column(default=0)
