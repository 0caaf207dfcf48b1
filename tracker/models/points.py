"""What an exam is worth from which day on, and how its points are shared among who did it. No behaviour."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from tracker.db import Base, UtcDateTime


class ExamTypePoints(Base):
    """Points (hundredths) of an exam type from the hospital's day `valid_from` on; before, those of the type.

    With a stream they stand before what the pair (exam type, stream) has of its own from the beginning.
    """

    __tablename__ = "exam_type_points"
    __table_args__ = (
        CheckConstraint("points_hundredths >= 0", name="points"),
        CheckConstraint("further_part_points_hundredths >= 0", name="further_part_points"),
        Index(
            "uq_exam_type_points_all",
            "exam_type_id",
            "valid_from",
            unique=True,
            postgresql_where=text("stream_id IS NULL"),
            sqlite_where=text("stream_id IS NULL"),
        ),
        Index(
            "uq_exam_type_points_stream",
            "exam_type_id",
            "stream_id",
            "valid_from",
            unique=True,
            postgresql_where=text("stream_id IS NOT NULL"),
            sqlite_where=text("stream_id IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    exam_type_id: Mapped[int] = mapped_column(ForeignKey("exam_type.id"))
    stream_id: Mapped[int | None] = mapped_column(ForeignKey("stream.id"))
    valid_from: Mapped[date]
    points_hundredths: Mapped[int]
    further_part_points_hundredths: Mapped[int]
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_by_id: Mapped[int] = mapped_column(ForeignKey("account.id"))


class PointsShare(Base):
    """How the points of an exam are shared from the day `valid_from` on, in ‰; before: all to the operator."""

    __tablename__ = "points_share"
    __table_args__ = (
        CheckConstraint(
            "operator_permille >= 0 AND supervisor_permille >= 0 AND assistant_permille >= 0",
            name="shares",
        ),
        CheckConstraint(
            "operator_permille + supervisor_permille + assistant_permille = 1000", name="whole"
        ),
    )

    valid_from: Mapped[date] = mapped_column(primary_key=True)
    operator_permille: Mapped[int]
    supervisor_permille: Mapped[int]
    assistant_permille: Mapped[int]
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_by_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
