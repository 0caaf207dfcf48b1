"""What was forecast to be asked for. How it is made is in domain/forecast; nothing here is counted or booked."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from tracker.db import Base, UtcDateTime


class DemandForecast(Base):
    """Exams, and their planned minutes, expected in a part of a day (its code) of a stream and an exam type.

    `spread` is the standard deviation of the exams. What was forecast for a day that is past stays as it was.
    """

    __tablename__ = "demand_forecast"
    __table_args__ = (
        CheckConstraint("exams >= 0", name="exams"),
        CheckConstraint("minutes >= 0", name="minutes"),
        CheckConstraint("spread >= 0", name="spread"),
    )

    local_date: Mapped[date] = mapped_column(primary_key=True)
    part: Mapped[str] = mapped_column(String(20), primary_key=True)
    stream_id: Mapped[int] = mapped_column(ForeignKey("stream.id"), primary_key=True)
    exam_type_id: Mapped[int] = mapped_column(ForeignKey("exam_type.id"), primary_key=True)
    exams: Mapped[float]
    minutes: Mapped[float]
    spread: Mapped[float]
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
