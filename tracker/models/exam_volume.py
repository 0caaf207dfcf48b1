"""The roll-ups: what exams add up to, by day in full and in coarser grains (domain/volume.GRAINS); kept with the exams."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from tracker.db import Base


class ExamVolume(Base):
    """Sums per day, stream, exam type, device, operator, part of day and import (0: none brought it).

    `live_exams` and `live_minutes` are of exams clicked live, `minutes` of all. Rows of an import stand here from
    when it is staged: whoever reads leaves out those of imports that are not in force.
    """

    __tablename__ = "exam_volume"
    __table_args__ = (CheckConstraint("exams >= 0", name="exams"), {"sqlite_with_rowid": False})

    local_date: Mapped[date] = mapped_column(primary_key=True)
    stream_id: Mapped[int] = mapped_column(ForeignKey("stream.id"), primary_key=True)
    exam_type_id: Mapped[int] = mapped_column(ForeignKey("exam_type.id"), primary_key=True)
    device_id: Mapped[int] = mapped_column(ForeignKey("device.id"), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("staff_member.id"), primary_key=True)
    part_of_day: Mapped[str] = mapped_column(String(20), primary_key=True)
    import_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    exams: Mapped[int]
    live_exams: Mapped[int]
    visits: Mapped[int]
    parts: Mapped[int]
    minutes: Mapped[int]
    live_minutes: Mapped[int]
    points_hundredths: Mapped[int]


class ExamVolumeSum(Base):
    """The same sums by fewer keys: `grain` says which and of what period; 0 stands for a key that was summed over."""

    __tablename__ = "exam_volume_sum"
    __table_args__ = (CheckConstraint("exams >= 0", name="exams"), {"sqlite_with_rowid": False})

    grain: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    first_date: Mapped[date] = mapped_column(primary_key=True)
    stream_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    exam_type_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    device_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    operator_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    part_of_day: Mapped[str] = mapped_column(String(20), primary_key=True)
    import_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    exams: Mapped[int]
    live_exams: Mapped[int]
    visits: Mapped[int]
    parts: Mapped[int]
    minutes: Mapped[int]
    live_minutes: Mapped[int]
    points_hundredths: Mapped[int]
