"""People of the department and what they may perform. Sign-in accounts live in account.py."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from tracker.db import Base, UtcDateTime


class StaffMember(Base):
    """A person; `kind` is doctor, nurse, technician or clerk; `title` a code such as attending."""

    __tablename__ = "staff_member"
    __table_args__ = (
        CheckConstraint("kind IN ('doctor', 'nurse', 'technician', 'clerk')", name="kind"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(20), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    kind: Mapped[str] = mapped_column(String(20))
    title: Mapped[str] = mapped_column(String(40), default="")
    sort_order: Mapped[int] = mapped_column(default=0)
    version: Mapped[int] = mapped_column(default=1)
    retired_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Competence(Base):
    """This person may perform (and perhaps supervise) this exam type."""

    __tablename__ = "competence"

    staff_member_id: Mapped[int] = mapped_column(ForeignKey("staff_member.id"), primary_key=True)
    exam_type_id: Mapped[int] = mapped_column(ForeignKey("exam_type.id"), primary_key=True)
    may_supervise: Mapped[bool] = mapped_column(default=False)
