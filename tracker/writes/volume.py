"""The roll-up: one row per day, stream, exam type, device and operator, changed with every exam."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import Insert, delete, func, insert, select, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from tracker.models import Exam, ExamVolume
from tracker.writes.visit_opening import open_visits, patient_days

_KEY = ("local_date", "stream_id", "exam_type_id", "device_id", "operator_id")
_SUMS = ("exams", "parts", "minutes", "points_hundredths")

_Row = dict[str, Any]


def count_exam(session: Session, exam: Exam, sign: int) -> None:
    """Add an exam to its roll-up row (`sign` 1) or take it out (`sign` -1)."""
    open_visits(session, patient_days([exam]))
    add_volume(session, [_row_of(exam, sign)])


def count_exams(session: Session, exams: Iterable[Exam]) -> None:
    """Add several exams, all of which are inserted: their roll-up rows are locked in one order."""
    entered = list(exams)
    open_visits(session, patient_days(entered))
    add_volume(session, [_row_of(exam, 1) for exam in entered])


def recount_exam(session: Session, before: _Row, exam: Exam) -> None:
    """Take out an exam as it was counted (`before`: see `counted_as`) and add it as it is now."""
    add_volume(session, [before, _row_of(exam, 1)])


def counted_as(exam: Exam, sign: int = -1) -> _Row:
    """What an exam adds to the roll-up, times `sign`."""
    return _row_of(exam, sign)


def add_volume(session: Session, rows: Iterable[_Row]) -> None:
    """Add these amounts to their rows, in the order of their keys (the order in which rows are locked)."""
    for row in sorted(rows, key=_lock_order):
        if row["exams"] > 0:
            session.execute(_upsert(session), row)
        else:  # an upsert would first try the negative row itself, which the table refuses
            _take_out(session, row)


def _lock_order(row: _Row) -> tuple[object, ...]:
    return (*(str(row[name]) for name in _KEY), -row["exams"])


def _upsert(session: Session) -> Insert:
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    statement = dialect.insert(ExamVolume)
    sums = {name: getattr(ExamVolume, name) + getattr(statement.excluded, name) for name in _SUMS}
    keys = [getattr(ExamVolume, name) for name in _KEY]
    upsert: Insert = statement.on_conflict_do_update(index_elements=keys, set_=sums)
    return upsert


def _take_out(session: Session, row: _Row) -> None:
    this_row = [getattr(ExamVolume, name) == row[name] for name in _KEY]
    fewer = {name: getattr(ExamVolume, name) + row[name] for name in _SUMS}
    session.execute(update(ExamVolume).where(*this_row).values(**fewer))


def _row_of(exam: Exam, sign: int) -> _Row:
    row: _Row = {name: getattr(exam, name) for name in _KEY}
    row["exams"] = sign
    for name in ("parts", "minutes", "points_hundredths"):
        row[name] = sign * getattr(exam, name)
    return row


def rebuild_volume(session: Session, first: date, last: date) -> int:
    """Make the roll-up rows of these days anew from the exams; returns how many were different.

    Exams finished meanwhile wait for this transaction, so keep the stretch short (a month).
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("LOCK TABLE exam_volume IN EXCLUSIVE MODE"))
    before = _stored(session, first, last)
    session.execute(delete(ExamVolume).where(ExamVolume.local_date.between(first, last)))
    session.execute(
        insert(ExamVolume).from_select([*_KEY, *_SUMS], _from_exams(first, last)),
    )
    after = _stored(session, first, last)
    return len(before.symmetric_difference(after))


def _from_exams(first: date, last: date):  # type: ignore[no-untyped-def]
    keys = [getattr(Exam, name) for name in _KEY]
    sums = (
        func.count(),
        func.sum(Exam.parts),
        func.sum(Exam.minutes),
        func.sum(Exam.points_hundredths),
    )
    return (
        select(*keys, *sums)
        .where(Exam.local_date.between(first, last), Exam.voided_at.is_(None))
        .group_by(*keys)
    )


def _stored(session: Session, first: date, last: date) -> set[tuple[object, ...]]:
    columns = [getattr(ExamVolume, name) for name in (*_KEY, *_SUMS)]
    found = session.execute(
        select(*columns).where(ExamVolume.local_date.between(first, last), ExamVolume.exams != 0)
    )
    return {tuple(row) for row in found}
