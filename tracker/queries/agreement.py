"""Whether derived rows agree with what they are derived of, and whether the audit's seals still hold."""

import hashlib
import json
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tracker.models import AuditEntry, AuditSeal, Exam, ExamVolume

_KEY = ("local_date", "stream_id", "exam_type_id", "device_id", "operator_id")


@dataclass(frozen=True, slots=True)
class VolumeDifference:
    """A roll-up row that does not say what its exams say; counts are (exams, parts, minutes, points)."""

    key: tuple[object, ...]
    rolled_up: tuple[int, ...] | None
    counted: tuple[int, ...] | None


def volume_differences(session: Session, first: date, last: date) -> list[VolumeDifference]:
    """Roll-up rows from `first` to `last` (inclusive) that differ from the exams behind them."""
    rolled = _amounts(
        session,
        select(
            *(getattr(ExamVolume, name) for name in _KEY),
            ExamVolume.exams,
            ExamVolume.parts,
            ExamVolume.minutes,
            ExamVolume.points_hundredths,
        ).where(ExamVolume.local_date.between(first, last), ExamVolume.exams != 0),
    )
    keys = [getattr(Exam, name) for name in _KEY]
    counted = _amounts(
        session,
        select(
            *keys,
            func.count(),
            func.sum(Exam.parts),
            func.sum(Exam.minutes),
            func.sum(Exam.points_hundredths),
        )
        .where(Exam.local_date.between(first, last), Exam.voided_at.is_(None))
        .group_by(*keys),
    )
    return [
        VolumeDifference(key, rolled.get(key), counted.get(key))
        for key in sorted({*rolled, *counted}, key=str)
        if rolled.get(key) != counted.get(key)
    ]


def counted_span(session: Session) -> tuple[date, date] | None:
    """The first and the last day with an exam or a roll-up row; None when there is neither."""
    days = [
        day
        for column in (Exam.local_date, ExamVolume.local_date)
        for day in session.execute(select(func.min(column), func.max(column))).one()
        if day is not None
    ]
    return (min(days), max(days)) if days else None


def _amounts(session: Session, statement: object) -> dict[tuple[object, ...], tuple[int, ...]]:
    rows = session.execute(statement)  # type: ignore[call-overload]
    return {tuple(row[:5]): tuple(int(value) for value in row[5:]) for row in rows}


def seal_digest(previous: str, entries: list[AuditEntry]) -> str:
    """SHA-256 (hex) over the previous seal's digest and every entry in order."""
    digest = hashlib.sha256(previous.encode("ascii"))
    for entry in entries:
        facts = [
            entry.id,
            entry.at.isoformat(),
            entry.by_id,
            entry.action,
            entry.entity,
            entry.entity_id,
            entry.change,
        ]
        line = json.dumps(facts, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        digest.update(line.encode("utf-8"))
    return digest.hexdigest()


def entries_between(session: Session, after_id: int, last_id: int) -> list[AuditEntry]:
    """The audit entries (after_id, last_id], by id."""
    return list(
        session.scalars(
            select(AuditEntry)
            .where(AuditEntry.id > after_id, AuditEntry.id <= last_id)
            .order_by(AuditEntry.id)
        )
    )


def broken_seals(session: Session, *, since: datetime | None = None) -> list[int]:
    """The ids of seals that no longer match their entries; empty when the audit is whole.

    `since`: only seals made since that instant, on top of the last one before it.
    """
    broken, previous, last_id = [], "", 0
    seals = select(AuditSeal).order_by(AuditSeal.last_entry_id)
    if since is not None:
        earlier = seals.where(AuditSeal.sealed_at < since).order_by(None)
        before = session.scalars(earlier.order_by(AuditSeal.last_entry_id.desc()).limit(1)).first()
        if before is not None:
            previous, last_id = before.digest, before.last_entry_id
        seals = seals.where(AuditSeal.last_entry_id > last_id)
    for seal in session.scalars(seals):
        entries = entries_between(session, last_id, seal.last_entry_id)
        if seal_digest(previous, entries) != seal.digest or len(entries) != seal.entries:
            broken.append(seal.id)
        previous, last_id = seal.digest, seal.last_entry_id
    return broken
