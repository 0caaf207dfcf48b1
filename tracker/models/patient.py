"""Patients and the keys that find them."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from tracker.db import Base, UtcDateTime


class Patient(Base):
    """A person examined here. `mrn` is temporary until the true number is known.

    `merged_into_id`: this temporary record turned out to be that person's; nothing is booked for it any more.
    """

    __tablename__ = "patient"
    __table_args__ = (
        CheckConstraint("sex IN ('male', 'female', 'other', 'unknown')", name="sex"),
        Index(
            "ix_patient_merged",
            "merged_into_id",
            postgresql_where=text("merged_into_id IS NOT NULL"),
            sqlite_where=text("merged_into_id IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    mrn: Mapped[str] = mapped_column(String(40), unique=True)
    mrn_is_temporary: Mapped[bool] = mapped_column(default=False)
    name: Mapped[str] = mapped_column(String(80))
    sex: Mapped[str] = mapped_column(String(10))
    birth_date: Mapped[date]
    phone: Mapped[str] = mapped_column(String(40), default="")
    # deferred: a restore writes the rows by their ids, whichever of the two is older
    merged_into_id: Mapped[int | None] = mapped_column(
        ForeignKey("patient.id", deferrable=True, initially="DEFERRED")
    )
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class PatientKey(Base):
    """One lower-case text under which a patient is found by prefix: name, pinyin, initials, MRN, phone."""

    __tablename__ = "patient_key"
    __table_args__ = (Index("ix_patient_key_key", "key", "patient_id"),)

    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"), primary_key=True)
    # compared byte by byte on both engines: a prefix is then a range of the index
    key: Mapped[str] = mapped_column(
        String(160).with_variant(String(160, collation="C"), "postgresql"), primary_key=True
    )
