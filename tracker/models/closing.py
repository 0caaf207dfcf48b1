"""Months that were closed, with their figures as they were then; and long exports that somebody waits for."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from tracker.db import Base, UtcDateTime


class ClosedMonth(Base):
    """A month whose figures the head keeps, by its first day. Reopened ones stay on record with the reason.

    What was logged, corrected, voided or put in force after `closed_at` is a change since closing.
    """

    __tablename__ = "closed_month"
    __table_args__ = (
        CheckConstraint("(reopened_at IS NULL) = (reopened_by_id IS NULL)", name="reopened"),
        Index(
            "uq_closed_month_standing",
            "month",
            unique=True,
            sqlite_where=text("reopened_at IS NULL"),
            postgresql_where=text("reopened_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    month: Mapped[date]
    closed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_by_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    reopened_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reopened_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    reopen_reason: Mapped[str] = mapped_column(String(400), default="")


class ClosedVolume(Base):
    """The volume of a closed month as it was, by stream, exam type, device and operator; never changed."""

    __tablename__ = "closed_volume"

    closed_month_id: Mapped[int] = mapped_column(ForeignKey("closed_month.id"), primary_key=True)
    stream_id: Mapped[int] = mapped_column(ForeignKey("stream.id"), primary_key=True)
    exam_type_id: Mapped[int] = mapped_column(ForeignKey("exam_type.id"), primary_key=True)
    device_id: Mapped[int] = mapped_column(ForeignKey("device.id"), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("staff_member.id"), primary_key=True)
    exams: Mapped[int]
    live_exams: Mapped[int]
    visits: Mapped[int]
    parts: Mapped[int]
    minutes: Mapped[int]
    live_minutes: Mapped[int]
    points_hundredths: Mapped[int]


class ExportRun(Base):
    """A long export: asked for in a page, written by the jobs process, kept for some days.

    `chosen` is what it lists, as its address says it; `file_name` stands in the folder of reports.
    """

    __tablename__ = "export_run"
    __table_args__ = (
        CheckConstraint(
            "state IN ('waiting', 'running', 'done', 'cancelled', 'failed')", name="state"
        ),
        Index("ix_export_run_asked_by", "asked_by_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    chosen: Mapped[dict[str, Any]] = mapped_column(JSON)
    language: Mapped[str] = mapped_column(String(2))
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    cancel_asked: Mapped[bool] = mapped_column(default=False)
    rows_done: Mapped[int] = mapped_column(default=0)
    rows_total: Mapped[int] = mapped_column(default=0)
    file_name: Mapped[str] = mapped_column(String(120), default="")
    incident: Mapped[str] = mapped_column(String(40), default="")
