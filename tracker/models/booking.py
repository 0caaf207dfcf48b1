"""Bookings and their history. The guards against double booking are in tracker/db_guards.py."""

from datetime import date, datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from tracker.db import Base, UtcDateTime

_UNSETTLED = "status IN ('arrived', 'in_progress')"
_STATUSES = "'booked', 'arrived', 'in_progress', 'completed', 'cancelled', 'no_show'"


class Booking(Base):
    """A patient, an exam type, a stream, a device, a planned span and a status.

    [starts_at, ends_at) is the plan and never stretches. [starts_at, device_ends_at) holds the device: an early
    finish, or an exam taken to another device, frees the rest. [starts_at, patient_ends_at) holds the patient.
    `is_held` takes a row out of the guards while one transaction moves several; a committed row is never held.
    `started_*` say when, where and by whom the exam in progress really runs.
    """

    __tablename__ = "booking"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="span"),
        CheckConstraint("device_ends_at BETWEEN starts_at AND ends_at", name="device_span"),
        CheckConstraint("patient_ends_at >= starts_at", name="patient_span"),
        CheckConstraint(f"status IN ({_STATUSES})", name="status"),
        CheckConstraint("parts BETWEEN 1 AND 20", name="parts"),
        Index("ix_booking_device_span", "device_id", "starts_at", "ends_at"),
        Index("ix_booking_patient_span", "patient_id", "starts_at"),
        Index("ix_booking_date_status", "local_date", "status"),
        Index("ix_booking_block", "block_id"),
        # few rows of many: what is left behind by a day, and what lost its time
        Index(
            "ix_booking_unsettled",
            "local_date",
            postgresql_where=text(_UNSETTLED),
            sqlite_where=text(_UNSETTLED),
        ),
        Index(
            "ix_booking_flagged",
            "local_date",
            postgresql_where=text("is_flagged"),
            sqlite_where=text("is_flagged = 1"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"))
    exam_type_id: Mapped[int] = mapped_column(ForeignKey("exam_type.id"))
    parts: Mapped[int] = mapped_column(default=1)
    stream_id: Mapped[int] = mapped_column(ForeignKey("stream.id"))
    device_id: Mapped[int] = mapped_column(ForeignKey("device.id"))
    block_id: Mapped[int | None] = mapped_column(ForeignKey("block.id"))
    operator_id: Mapped[int | None] = mapped_column(ForeignKey("staff_member.id"))
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    device_ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    patient_ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    local_date: Mapped[date]
    status: Mapped[str] = mapped_column(String(12))
    is_held: Mapped[bool] = mapped_column(default=False)
    is_added: Mapped[bool] = mapped_column(default=False)
    added_reason: Mapped[str] = mapped_column(String(400), default="")
    is_flagged: Mapped[bool] = mapped_column(default=False)
    flag_reason: Mapped[str] = mapped_column(String(400), default="")
    arrived_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    started_device_id: Mapped[int | None] = mapped_column(ForeignKey("device.id"))
    started_operator_id: Mapped[int | None] = mapped_column(ForeignKey("staff_member.id"))
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by_id: Mapped[int] = mapped_column(ForeignKey("account.id"))


class BookingHistory(Base):
    """One immutable step of a booking: from, to, at, by, why; `change` says what else changed."""

    __tablename__ = "booking_history"
    __table_args__ = (Index("ix_booking_history_booking", "booking_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    booking_id: Mapped[int] = mapped_column(ForeignKey("booking.id"))
    from_status: Mapped[str | None] = mapped_column(String(12))
    to_status: Mapped[str] = mapped_column(String(12))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    reason: Mapped[str] = mapped_column(String(400), default="")
    change: Mapped[dict[str, object]] = mapped_column(JSON, default=dict)
