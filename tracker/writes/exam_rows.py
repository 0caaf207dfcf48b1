"""The rows of an exam: logging it, voiding it, keeping its earlier versions; the roll-up moves with each."""

from datetime import date, datetime, timedelta
from itertools import chain, count
from typing import Any
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker import clock
from tracker.domain.errors import N_, InvalidError, NotFoundError, StaleError
from tracker.domain.texts import plain_line
from tracker.domain.volume import part_of_day_at
from tracker.models import Exam, ExamVersion
from tracker.queries.streams import parts_of_day
from tracker.writes.audit import note_row
from tracker.writes.booking_rows import Author
from tracker.writes.closing import touch_months
from tracker.writes.visit_opening import visits_of
from tracker.writes.volume import count_exams, counted_as, recount

LONGEST_EXAM = timedelta(hours=12)
VERSIONED = (
    "number",
    "patient_id",
    "exam_type_id",
    "parts",
    "stream_id",
    "device_id",
    "operator_id",
    "supervisor_id",
    "assistant_id",
    "started_at",
    "ended_at",
    "local_date",
    "minutes",
    "points_hundredths",
)
"""The columns of an exam that a correction may change."""


def log_exam(session: Session, exam: Exam, author: Author, *, number: str | None) -> Exam:
    """Insert an exam as `insert_exam` does and count it."""
    insert_exam(session, exam, author, number=number)
    count_exams(session, [exam])
    return exam


def insert_exam(session: Session, exam: Exam, author: Author, *, number: str | None) -> Exam:
    """Insert an exam under its number (typed or scanned, else issued); the caller counts it.

    Raises InvalidError on `exam_number` when another exam has it.
    """
    touch_months(session, [exam.local_date], author, is_live=not exam.entered_later)
    if number is not None:
        refuse_number_in_use(session, number, besides=None)
    exam.number = number or f"~{uuid4().hex}"  # replaced below, once the id is known
    exam.logged_at, exam.logged_by_id = author.now, author.by
    exam.part_of_day = part_of_day(session, exam.started_at)
    session.add(exam)
    session.flush()
    if number is None:
        exam.number = _issued_number(session, exam.id)
        session.flush()
    _audit(session, exam, author, "log", {"booking_id": exam.booking_id})
    return exam


def part_of_day(session: Session, started_at: datetime) -> str:
    """The code of the half-day in which an exam starts, by the hospital's hours as they are now."""
    start = started_at.astimezone(clock.hospital_zone()).time()
    return part_of_day_at(start, parts_of_day(session))


def _issued_number(session: Session, exam_id: int) -> str:
    """The number of an exam without one; somebody may have typed its plain form for another exam."""
    plain = f"U{exam_id:09d}"
    forms = chain([plain], (f"{plain}-{place}" for place in count(2)))
    return next(form for form in forms if not _is_in_use(session, form, besides=None))


def void_exam(session: Session, exam: Exam, author: Author) -> None:
    """Void an exam with the author's reason: it stays, and counts nothing."""
    touch_months(session, [exam.local_date], author)
    before = counted_as(exam)
    exam.voided_at, exam.void_reason = author.now, author.reason
    exam.version += 1
    recount(session, [before], [exam])
    _audit(session, exam, author, "void", {})


def correct_exam(session: Session, exam: Exam, changes: dict[str, object], author: Author) -> None:
    """Make the next version of an exam, keeping the one before, and count it anew."""
    days_touched = (exam.local_date, changes.get("local_date", exam.local_date))
    touch_months(session, [day for day in days_touched if isinstance(day, date)], author)
    kept = ExamVersion(**as_it_stands(exam, author))
    before = [counted_as(exam)] if exam.voided_at is None else []
    visits = visits_of([exam])
    session.add(kept)
    for name, value in changes.items():
        setattr(exam, name, value)
    exam.part_of_day = part_of_day(session, exam.started_at)
    exam.version += 1
    recount(session, before, [exam], visits)
    _audit(session, exam, author, "correct", {n: _plain(v) for n, v in changes.items()})


def as_it_stands(exam: Exam, author: Author) -> dict[str, Any]:
    """The columns of the version that the author's correction will replace."""
    return {
        "exam_id": exam.id,
        "version": exam.version,
        "values": {name: _plain(getattr(exam, name)) for name in VERSIONED},
        "corrected_at": author.now,
        "corrected_by_id": author.by,
        "reason": author.reason,
    }


def lock_exam(session: Session, exam_id: int, *, version: int | None = None) -> Exam:
    """Lock an exam that is not voided. Raises NotFoundError, StaleError."""
    # populate: the caller may have read it before somebody else changed it
    exam = session.get(Exam, exam_id, with_for_update=True, populate_existing=True)
    if exam is None:
        raise NotFoundError(N_("There is no such exam."))
    if version is not None and exam.version != version:
        raise StaleError(N_("Somebody changed this exam meanwhile. Look at it again."))
    return exam


def live_exam_of(session: Session, booking_id: int) -> Exam | None:
    """The exam of a booking that is not voided, locked."""
    return session.scalars(
        select(Exam)
        .where(Exam.booking_id == booking_id, Exam.voided_at.is_(None))
        .with_for_update()
    ).one_or_none()


def checked_number(number: str) -> str:
    """A typed or scanned number as it is kept: one line, 1 to 40 characters. Raises InvalidError."""
    return plain_line(number, field="exam_number", least=1, longest=40)


def refuse_number_in_use(session: Session, number: str, *, besides: int | None) -> None:
    """Raises InvalidError when another exam that is not voided carries the number."""
    if _is_in_use(session, number, besides=besides):
        raise InvalidError(
            N_("Another exam already has this number."), field="exam_number", code="number_in_use"
        )


def _is_in_use(session: Session, number: str, *, besides: int | None) -> bool:
    found = select(Exam.id).where(
        Exam.number == number, Exam.voided_at.is_(None), Exam.import_id.is_(None)
    )
    if besides is not None:
        found = found.where(Exam.id != besides)
    return session.scalar(found) is not None


def _audit(
    session: Session, exam: Exam, author: Author, action: str, change: dict[str, object]
) -> None:
    change = {"reason": author.reason, **change} if author.reason else change
    note_row(session, exam, action, author, change)


def _plain(value: object) -> object:
    if isinstance(value, datetime) or hasattr(value, "isoformat"):
        return value.isoformat()
    return value
