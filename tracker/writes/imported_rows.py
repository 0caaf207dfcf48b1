"""The rows of exams that a file brings: staged, made into sums, cleared away. Whether they count is said by their import.

Nobody works on the exams meanwhile: they are locked against nobody, and each step is short. Their import is locked.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Table, delete, func, insert, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from tracker import clock
from tracker.db import core
from tracker.domain.errors import N_, NotFoundError
from tracker.domain.fileexams import NOT_MATCHED, FileExam
from tracker.domain.volume import part_of_day_at
from tracker.models import (
    Device,
    Exam,
    ExamImport,
    ExamType,
    ExamVolume,
    ExamVolumeSum,
    ImportedExam,
    StaffMember,
    Stream,
)
from tracker.queries.streams import PartOfDayRow, parts_of_day
from tracker.queries.weights import AllWeights, all_weights
from tracker.writes.audit import note_row
from tracker.writes.booking_rows import Author

_Ids = dict[str, dict[str, int]]


@dataclass(frozen=True, slots=True)
class StagedExam:
    """An exam of a file, and whether it is the first of its patient on its day in that file."""

    exam: FileExam
    opens_visit: bool


@dataclass(slots=True)
class ImportTerms:
    """What the codes of a file's exams are here, and what such an exam was worth on its day."""

    ids: _Ids
    weights: AllWeights
    parts_of_day: Sequence[PartOfDayRow]
    _points: dict[tuple[date, int, int, int], int] = field(default_factory=dict)

    def row_of(self, staged: StagedExam, import_id: int, author: Author) -> dict[str, Any]:
        """The columns of `exam`."""
        exam = staged.exam
        type_id, stream_id = self.ids["exam_type"][exam.exam_type], self.ids["stream"][exam.stream]
        started = exam.started_at.astimezone(clock.hospital_zone()).time()
        return {
            "number": exam.own_number or f"I{import_id}-{exam.row}",
            "exam_type_id": type_id,
            "parts": exam.parts,
            "stream_id": stream_id,
            "device_id": self.ids["device"][exam.device],
            "operator_id": self.ids["operator"][exam.operator or NOT_MATCHED],
            "started_at": exam.started_at,
            "ended_at": exam.ended_at,
            "local_date": exam.local_date,
            "minutes": int((exam.ended_at - exam.started_at).total_seconds()) // 60,
            "points_hundredths": self._points_of(exam, type_id, stream_id),
            "logged_at": author.now,
            "logged_by_id": author.by,
            "import_id": import_id,
            "part_of_day": part_of_day_at(started, self.parts_of_day),
            "opens_visit": staged.opens_visit,
        }

    def _points_of(self, exam: FileExam, type_id: int, stream_id: int) -> int:
        key = (exam.local_date, type_id, stream_id, exam.parts)
        if key not in self._points:
            weights = self.weights.on(exam.local_date, type_id, stream_id)
            self._points[key] = weights.points_of(exam.parts)
        return self._points[key]


def import_terms(session: Session, author: Author) -> ImportTerms:
    """Read once for a whole file. Makes the person who stands for unknown doctors."""
    _ensure_not_matched(session, author)
    tables = {"exam_type": ExamType, "stream": Stream, "device": Device, "operator": StaffMember}
    ids = {
        kind: {row.code: row.id for row in session.execute(select(table.code, table.id))}  # type: ignore[attr-defined]
        for kind, table in tables.items()
    }
    return ImportTerms(ids, all_weights(session), parts_of_day(session))


def _ensure_not_matched(session: Session, author: Author) -> None:
    """Retired from the beginning: nobody books with this person, and figures name him."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    row = {
        "code": NOT_MATCHED,
        "name": "未对应 not matched",
        "kind": "doctor",
        "title": "",
        "sort_order": 9999,
        "retired_at": author.now,
    }
    table: Table = StaffMember.__table__  # type: ignore[assignment]
    session.execute(dialect.insert(table).values(row).on_conflict_do_nothing())


def insert_staged(
    session: Session, rows: Sequence[dict[str, Any]], staged: Sequence[StagedExam]
) -> None:
    """Write a batch: the exams (`rows`, see ImportTerms.row_of) and beside each what else its file says."""
    exams: Table = Exam.__table__  # type: ignore[assignment]
    said: Table = ImportedExam.__table__  # type: ignore[assignment]
    ids = _new_ids(session, len(rows))
    numbered = [{"id": exam_id, **row} for exam_id, row in zip(ids, rows, strict=True)]
    core(session).execute(insert(exams), numbered)
    core(session).execute(
        insert(said),
        [
            {
                "exam_id": exam_id,
                "row": exam.row,
                "row_key": exam.key,
                "file_number": exam.number,
                "patient_name": exam.patient_name,
                "id_number": exam.id_number,
                "mrn": exam.mrn,
                "operator_text": exam.operator_text,
                "fee": exam.fee,
            }
            for exam_id, exam in zip(ids, (each.exam for each in staged), strict=True)
        ],
    )


def _new_ids(session: Session, count: int) -> Sequence[int]:
    """Ids of exams to come. Taken beforehand: rows that return theirs cost PostgreSQL ten times as much."""
    if session.get_bind().dialect.name == "postgresql":
        taken = text(
            "SELECT nextval(pg_get_serial_sequence('exam', 'id')) FROM generate_series(1, :count)"
        )
        return core(session).execute(taken, {"count": count}).scalars().all()
    highest: int = core(session).execute(select(func.coalesce(func.max(Exam.id), 0))).scalar_one()
    return range(highest + 1, highest + 1 + count)


def clear_exams(session: Session, import_id: int, *, limit: int) -> int:
    """Delete some exams of an import that never counted; returns how many."""
    some = select(Exam.id).where(Exam.import_id == import_id).limit(limit)
    ids = session.scalars(some).all()
    session.execute(delete(ImportedExam).where(ImportedExam.exam_id.in_(ids)))
    session.execute(delete(Exam).where(Exam.id.in_(ids)))
    return len(ids)


def clear_sums(session: Session, import_id: int) -> None:
    """Delete the sums of an import that never counted, a year at a time."""
    for table, day in (
        (ExamVolume, ExamVolume.local_date),
        (ExamVolumeSum, ExamVolumeSum.first_date),
    ):
        mine = table.import_id == import_id
        first, last = session.execute(select(func.min(day), func.max(day)).where(mine)).one()
        if first is not None:
            session.execute(delete(table).where(mine, day.between(first, last)))


def lock_import(session: Session, import_id: int) -> ExamImport:
    """An import as it is, locked. Raises NotFoundError."""
    row = session.get(ExamImport, import_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFoundError(N_("There is no such import."))
    return row


def note_import(
    session: Session, row: ExamImport, action: str, author: Author, **change: object
) -> None:
    """An audit entry of an import; the file's name may hold anything and is left out."""
    told = {"reason": author.reason, **change} if author.reason else change
    note_row(session, row, action, author, told)


def staged_days(session: Session, import_id: int) -> list[tuple[date, int]]:
    """The days of an import's exams, in order, and how many it has on each."""
    counted = (
        select(Exam.local_date, func.count())
        .where(Exam.import_id == import_id)
        .group_by(Exam.local_date)
        .order_by(Exam.local_date)
    )
    return [(day, count) for day, count in session.execute(counted)]


def lock_coming_in_force(session: Session) -> None:
    """Let no other import come in force until this transaction ends; SQLite's has the database to itself anyhow."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("LOCK TABLE exam_import IN SHARE ROW EXCLUSIVE MODE"))


def ever_in_force(session: Session) -> int:
    """How many imports have come in force, undone ones too: the number only grows."""
    came = select(func.count()).where(ExamImport.in_force_at.is_not(None))
    return session.scalar(came) or 0
