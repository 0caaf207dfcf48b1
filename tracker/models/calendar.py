"""The working calendar and the year's targets as rows a hospital edits."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from tracker.db import Base


class CalendarDay(Base):
    """One day whose kind is known: working, rest, holiday or make_up (调休, a working rest day)."""

    __tablename__ = "calendar_day"
    __table_args__ = (
        CheckConstraint("kind IN ('working', 'rest', 'holiday', 'make_up')", name="kind"),
    )

    local_date: Mapped[date] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))
    name: Mapped[str] = mapped_column(String(80), default="")
    is_overridden: Mapped[bool] = mapped_column(default=False)


class CalendarYear(Base):
    """Whether a year's make-up days are published; a provisional year makes the pages warn."""

    __tablename__ = "calendar_year"

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    is_published: Mapped[bool]


class Target(Base):
    """Exams planned for a year, for all streams (`stream_id` null) or one; one row for each."""

    __tablename__ = "target"
    __table_args__ = (
        Index(
            "uq_target_year_stream",
            "year",
            "stream_id",
            unique=True,
            postgresql_where=text("stream_id IS NOT NULL"),
            sqlite_where=text("stream_id IS NOT NULL"),
        ),
        Index(
            "uq_target_year",
            "year",
            unique=True,
            postgresql_where=text("stream_id IS NULL"),
            sqlite_where=text("stream_id IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    year: Mapped[int]
    stream_id: Mapped[int | None] = mapped_column(ForeignKey("stream.id"))
    exams: Mapped[int]
