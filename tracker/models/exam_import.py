"""Exams brought in from files: each file that was read, whether its exams count, and what they said besides."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tracker.db import Base, UtcDateTime


class ExamImport(Base):
    """A file of performed exams. Its exams count from `in_force_at` until `undone_at`, all or none.

    `state` says what a page may do with it: it waits to be read or to be brought in, is being read or staged, was
    previewed, counts, was undone or forgotten, or has failed. `findings` is what the preview shows, `decisions` what
    becomes of rows that are probably here already, `rows` how many exams it brings.
    """

    __tablename__ = "exam_import"
    __table_args__ = (
        CheckConstraint(
            "state IN ('waiting', 'reading', 'previewed', 'asked', 'staging', 'in_force', 'undone', "
            "'forgotten', 'failed')",
            name="state",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    file_name: Mapped[str] = mapped_column(String(200))
    sha256: Mapped[str] = mapped_column(String(64))
    rows: Mapped[int]
    staged_at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    in_force_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(String(12), default="waiting", server_default="in_force")
    sheet: Mapped[str] = mapped_column(String(80), default="", server_default="")
    reason: Mapped[str] = mapped_column(String(400), default="", server_default="")
    undo_reason: Mapped[str] = mapped_column(String(400), default="", server_default="")
    progress: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict, server_default="{}")
    findings: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict, server_default="{}")
    decisions: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict, server_default="{}")


class ImportedExam(Base):
    """What a file said of an exam beyond the columns of `exam`, as text. `row_key` is the same when it is read again."""

    __tablename__ = "imported_exam"
    __table_args__ = (
        Index("ix_imported_exam_row_key", "row_key"),
        Index("ix_imported_exam_file_number", "file_number"),
    )

    exam_id: Mapped[int] = mapped_column(ForeignKey("exam.id"), primary_key=True)
    row: Mapped[int]
    row_key: Mapped[str] = mapped_column(String(64))
    file_number: Mapped[str] = mapped_column(String(40), default="")
    patient_name: Mapped[str] = mapped_column(String(80), default="")
    id_number: Mapped[str] = mapped_column(String(40), default="")
    mrn: Mapped[str] = mapped_column(String(40), default="")
    operator_text: Mapped[str] = mapped_column(String(80), default="")
    fee: Mapped[str] = mapped_column(String(40), default="")


class ImportMapping(Base):
    """What a word of the files means here, as somebody said once. `kind`: header, exam_type, stream, device, operator.

    `word` is kept as it is compared (domain/examfile); "" is an empty cell. `code` "" passes a header over.
    """

    __tablename__ = "import_mapping"
    __table_args__ = (UniqueConstraint("kind", "word"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))
    word: Mapped[str] = mapped_column(String(80))
    code: Mapped[str] = mapped_column(String(40))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_by_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
