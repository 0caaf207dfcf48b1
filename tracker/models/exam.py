"""Exams that were performed, and their versions. What is counted from them: exam_volume."""

from datetime import date, datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from tracker.db import Base, UtcDateTime
from tracker.domain.volume import OTHER_HOURS


class Exam(Base):
    """The fact that is counted: one report sheet. Points are copied when it is logged (hundredths).

    `minutes` are whole minutes from start to end. A voided exam stays and counts nothing. One that was brought in
    from a file (`import_id`) counts while its import is in force, and may know no patient. `part_of_day` is the
    code of the half-day it started in; `opens_visit` says that it is the first of a patient's exams on its day
    that count, so that visits are sums as exams are (writes/visit_opening).
    """

    __tablename__ = "exam"
    __table_args__ = (
        CheckConstraint("ended_at >= started_at", name="span"),
        CheckConstraint("parts BETWEEN 1 AND 20", name="parts"),
        CheckConstraint("patient_id IS NOT NULL OR import_id IS NOT NULL", name="patient"),
        Index("ix_exam_local_date", "local_date", "id"),
        Index("ix_exam_patient", "patient_id"),
        Index("ix_exam_operator_date", "operator_id", "local_date"),
        Index(
            "ix_exam_import",
            "import_id",
            postgresql_where=text("import_id IS NOT NULL"),
            sqlite_where=text("import_id IS NOT NULL"),
        ),
        Index(
            "ix_exam_taking_part",
            "local_date",
            postgresql_where=text("supervisor_id IS NOT NULL OR assistant_id IS NOT NULL"),
            sqlite_where=text("supervisor_id IS NOT NULL OR assistant_id IS NOT NULL"),
        ),
        Index(
            "uq_exam_booking_live",
            "booking_id",
            unique=True,
            postgresql_where=text("voided_at IS NULL"),
            sqlite_where=text("voided_at IS NULL"),
        ),
        Index(
            "uq_exam_number_live",
            "number",
            unique=True,
            postgresql_where=text("voided_at IS NULL AND import_id IS NULL"),
            sqlite_where=text("voided_at IS NULL AND import_id IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(40))
    booking_id: Mapped[int | None] = mapped_column(ForeignKey("booking.id"))
    patient_id: Mapped[int | None] = mapped_column(ForeignKey("patient.id"))
    exam_type_id: Mapped[int] = mapped_column(ForeignKey("exam_type.id"))
    parts: Mapped[int] = mapped_column(default=1)
    stream_id: Mapped[int] = mapped_column(ForeignKey("stream.id"))
    device_id: Mapped[int] = mapped_column(ForeignKey("device.id"))
    operator_id: Mapped[int] = mapped_column(ForeignKey("staff_member.id"))
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime] = mapped_column(UtcDateTime)
    local_date: Mapped[date]
    minutes: Mapped[int]
    points_hundredths: Mapped[int]
    entered_later: Mapped[bool] = mapped_column(default=False)
    entered_reason: Mapped[str] = mapped_column(String(400), default="")
    version: Mapped[int] = mapped_column(default=1)
    logged_at: Mapped[datetime] = mapped_column(UtcDateTime)
    logged_by_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    voided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    void_reason: Mapped[str] = mapped_column(String(400), default="")
    import_id: Mapped[int | None] = mapped_column(ForeignKey("exam_import.id"))
    part_of_day: Mapped[str] = mapped_column(String(20), default=OTHER_HOURS)
    opens_visit: Mapped[bool] = mapped_column(default=False)
    supervisor_id: Mapped[int | None] = mapped_column(ForeignKey("staff_member.id"))
    assistant_id: Mapped[int | None] = mapped_column(ForeignKey("staff_member.id"))


class ExamVersion(Base):
    """An exam as it stood before a correction, with who corrected it and why; immutable."""

    __tablename__ = "exam_version"

    exam_id: Mapped[int] = mapped_column(ForeignKey("exam.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    values: Mapped[dict[str, object]] = mapped_column(JSON)
    corrected_at: Mapped[datetime] = mapped_column(UtcDateTime)
    corrected_by_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    reason: Mapped[str] = mapped_column(String(400))
