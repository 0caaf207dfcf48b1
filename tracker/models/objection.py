"""What a doctor says about the own figures, until the head decides: this exam is not mine, or one is missing."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from tracker.db import Base, UtcDateTime

_OPEN_NOT_MINE = "exam_id IS NOT NULL AND decided_at IS NULL"


class Objection(Base):
    """*Not mine* names an exam; *missing* says in its place what was examined, when and where.

    `decision` is empty while it is open, else corrected or kept (not mine), entered or declined (missing);
    `made_exam_id` is the exam that was entered.
    """

    __tablename__ = "objection"
    __table_args__ = (
        CheckConstraint("kind IN ('not_mine', 'missing')", name="kind"),
        CheckConstraint("(kind = 'not_mine') = (exam_id IS NOT NULL)", name="exam"),
        CheckConstraint(
            "decision IN ('', 'corrected', 'kept', 'entered', 'declined')", name="decision"
        ),
        CheckConstraint("(decision = '') = (decided_at IS NULL)", name="decided"),
        Index("ix_objection_staff_member", "staff_member_id", "id"),
        Index(
            "ix_objection_open",
            "id",
            postgresql_where=text("decided_at IS NULL"),
            sqlite_where=text("decided_at IS NULL"),
        ),
        Index(
            "uq_objection_exam_open",
            "exam_id",
            unique=True,
            postgresql_where=text(_OPEN_NOT_MINE),
            sqlite_where=text(_OPEN_NOT_MINE),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))
    staff_member_id: Mapped[int] = mapped_column(ForeignKey("staff_member.id"))
    exam_id: Mapped[int | None] = mapped_column(ForeignKey("exam.id"))
    patient_number: Mapped[str] = mapped_column(String(40), default="")
    exam_type_id: Mapped[int | None] = mapped_column(ForeignKey("exam_type.id"))
    device_id: Mapped[int | None] = mapped_column(ForeignKey("device.id"))
    local_date: Mapped[date]
    note: Mapped[str] = mapped_column(String(400), default="")
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_by_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    decision: Mapped[str] = mapped_column(String(10), default="")
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    decision_reason: Mapped[str] = mapped_column(String(400), default="")
    made_exam_id: Mapped[int | None] = mapped_column(ForeignKey("exam.id"))
