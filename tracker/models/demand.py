"""What was asked for and could not be had: searches that ended without a booking, how far away openings were. Never of whom."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from tracker.db import Base, UtcDateTime


class UnmetDemand(Base):
    """An exam of a stream that was looked for on [wanted_from, wanted_to] (both inclusive) and not booked.

    `local_date` is the day on which the search was left; lists and counts go by it.
    """

    __tablename__ = "unmet_demand"
    __table_args__ = (
        CheckConstraint("reason IN ('none_free', 'too_late', 'other', 'unsaid')", name="reason"),
        CheckConstraint("wanted_to >= wanted_from", name="wanted"),
        CheckConstraint("parts BETWEEN 1 AND 20", name="parts"),
        Index("ix_unmet_demand_date", "local_date"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    local_date: Mapped[date]
    by_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    exam_type_id: Mapped[int] = mapped_column(ForeignKey("exam_type.id"))
    stream_id: Mapped[int] = mapped_column(ForeignKey("stream.id"))
    parts: Mapped[int]
    wanted_from: Mapped[date]
    wanted_to: Mapped[date]
    reason: Mapped[str] = mapped_column(String(12))


class MorningOpening(Base):
    """How many calendar days away the third next opening was on a working morning; null: in no search's reach.

    Openings are computed and never stored: this is what was seen, for the course of the figure.
    """

    __tablename__ = "morning_opening"
    __table_args__ = (CheckConstraint("days >= 0", name="days"),)

    local_date: Mapped[date] = mapped_column(primary_key=True)
    exam_type_id: Mapped[int] = mapped_column(ForeignKey("exam_type.id"), primary_key=True)
    stream_id: Mapped[int] = mapped_column(ForeignKey("stream.id"), primary_key=True)
    days: Mapped[int | None]
