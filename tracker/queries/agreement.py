"""Whether derived rows agree with what they are derived of, and whether the audit's seals still hold."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from tracker.domain.months import whole_months
from tracker.domain.volume import GRAINS, IDS, SUMS, Grain
from tracker.models import AuditEntry, AuditSeal, Exam, ExamVolume, ExamVolumeSum
from tracker.queries.volume_sums import sums_of_exams, sums_of_grain


@dataclass(frozen=True, slots=True)
class VolumeDifference:
    """A roll-up row that does not say what its exams say; the key begins with its grain (0: in full), the counts are
    those of domain/volume.SUMS.
    """

    key: tuple[object, ...]
    rolled_up: tuple[int, ...] | None
    counted: tuple[int, ...] | None


def volume_differences(session: Session, first: date, last: date) -> list[VolumeDifference]:
    """Roll-up rows from `first` to `last` (inclusive) that differ from the exams behind them.

    The coarser ones are compared with the full ones of their days, for every period that lies whole in these days.
    """
    return [
        *_differing(session, 0, _stored_days(first, last), sums_of_exams(first, last)),
        *(each for grain in GRAINS for each in _of_grain(session, grain, first, last)),
    ]


def _of_grain(session: Session, grain: Grain, first: date, last: date) -> list[VolumeDifference]:
    began, ended = (first, last) if grain.period == "day" else whole_months(first, last)
    if ended < began:
        return []
    stored = select(
        *_columns(ExamVolumeSum, ("first_date", *IDS, "part_of_day", "import_id"))
    ).where(
        ExamVolumeSum.grain == grain.number,
        ExamVolumeSum.first_date.between(began, ended),
        ExamVolumeSum.exams != 0,
    )
    told = sums_of_grain(session, grain, began, ended).subquery()
    return _differing(session, grain.number, stored, select(*list(told.c)[1:]))


def _stored_days(first: date, last: date) -> Select[Any]:
    return select(*_columns(ExamVolume, ("local_date", *IDS, "part_of_day", "import_id"))).where(
        ExamVolume.local_date.between(first, last), ExamVolume.exams != 0
    )


def _columns(model: Any, key: Iterable[str]) -> list[Any]:
    return [getattr(model, name) for name in (*key, *SUMS)]


def _differing(
    session: Session, grain: int, stored: Select[Any], told: Select[Any]
) -> list[VolumeDifference]:
    rolled, counted = _amounts(session, stored), _amounts(session, told)
    return [
        VolumeDifference((grain, *key), rolled.get(key), counted.get(key))
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


def _amounts(session: Session, statement: Select[Any]) -> dict[tuple[object, ...], tuple[int, ...]]:
    rows, sums = session.execute(statement), -len(SUMS)
    return {tuple(row[:sums]): tuple(int(value) for value in row[sums:]) for row in rows}


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
