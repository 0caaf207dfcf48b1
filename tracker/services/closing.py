"""Closing a month: its figures are kept as they are; and taking that back, with a reason."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from tracker.db import service
from tracker.domain.closing import may_close
from tracker.domain.errors import N_, ConflictError, InvalidError, NotFoundError
from tracker.domain.months import last_of_month, month_end
from tracker.domain.texts import needed_reason
from tracker.domain.volume import AMOUNTS
from tracker.models import (
    ClosedMonth,
    ClosedVolume,
    Device,
    Exam,
    ExamImport,
    ExamType,
    ExamVersion,
    StaffMember,
    Stream,
)
from tracker.queries.volume import VolumeFilter, volume
from tracker.writes.audit import write_audit
from tracker.writes.booking_rows import Author
from tracker.writes.closing import lock_for_closing
from tracker.writes.placing import day_of

_KEYS: Mapping[str, type[Stream | ExamType | Device | StaffMember]] = {
    "stream": Stream,
    "exam_type": ExamType,
    "device": Device,
    "operator": StaffMember,
}


@service
def close_month(session: Session, month: date, *, by: int, now: datetime) -> int:
    """Keep the figures of a month that is over; returns how many exams it has. `month` is its first day.

    The first closed month may be any; after that closed months stay without a gap, so that "closed through
    October" means all of them. Raises InvalidError for a month that is not over or out of turn, ConflictError
    when it is closed.
    """
    month = month.replace(day=1)
    lock_for_closing(session)
    _refuse(session, month, now)
    kept = ClosedMonth(month=month, closed_at=_after_all(session, month, now), closed_by_id=by)
    session.add(kept)
    session.flush()
    exams = _keep_volume(session, kept)
    _note(session, kept, "close", Author(by, now), {"exams": exams})
    return exams


def _refuse(session: Session, month: date, now: datetime) -> None:
    if month_end(month) > day_of(now):
        raise InvalidError(N_("This month is not over yet."), field="month")
    standing = _standing(session)
    if month in standing:
        raise ConflictError(N_("This month is closed already."))
    if not may_close(month, standing, day_of(now)):
        raise InvalidError(
            N_("Months are closed in order: %(month)s is next."),
            field="month",
            params={"month": f"{month_end(max(standing)):%Y-%m}"},
        )


def _standing(session: Session) -> list[date]:
    return list(session.scalars(select(ClosedMonth.month).where(ClosedMonth.reopened_at.is_(None))))


def _after_all(session: Session, month: date, now: datetime) -> datetime:
    """Now, or the last step of the month's exams and imports where another machine's clock is ahead."""
    in_month = Exam.local_date.between(month, last_of_month(month))
    steps = (
        select(func.max(Exam.logged_at), func.max(Exam.voided_at)).where(in_month),
        select(func.max(ExamVersion.corrected_at))
        .join(Exam, Exam.id == ExamVersion.exam_id)
        .where(in_month),
        select(func.max(ExamImport.in_force_at), func.max(ExamImport.undone_at)).where(
            ExamImport.id.in_(select(Exam.import_id).where(in_month))
        ),
    )
    found = [at for statement in steps for at in session.execute(statement).one() if at]
    latest: datetime = max([now, *found])
    return latest


def _keep_volume(session: Session, kept: ClosedMonth) -> int:
    """The month's roll-up, by ids."""
    ids: dict[str, dict[str, int]] = {
        key: {row.code: row.id for row in session.execute(select(model.code, model.id))}
        for key, model in _KEYS.items()
    }
    chosen = VolumeFilter(kept.month, last_of_month(kept.month))
    found = volume(session, chosen, tuple(_KEYS))
    rows: list[dict[str, Any]] = [
        {
            "closed_month_id": kept.id,
            **{f"{key}_id": ids[key][row.keys[key]] for key in _KEYS},
            **{name: getattr(row.amounts, name) for name in AMOUNTS},
        }
        for row in found.rows
    ]
    if rows:
        session.execute(insert(ClosedVolume), rows)
    return found.total.exams


@service
def reopen_month(session: Session, month: date, *, reason: str, by: int, now: datetime) -> None:
    """Take a closing back; it stays on record with the reason. Only at either end, so that no gap is left.

    Raises InvalidError (no reason, months beside it on both sides), NotFoundError where it is not closed.
    """
    month = month.replace(day=1)
    author = Author(by, now, needed_reason(reason))
    lock_for_closing(session)
    standing = _standing(session)
    kept = session.scalars(
        select(ClosedMonth).where(ClosedMonth.month == month, ClosedMonth.reopened_at.is_(None))
    ).one_or_none()
    if kept is None:
        raise NotFoundError(N_("This month is not closed."))
    if month not in (min(standing), max(standing)):
        raise InvalidError(
            N_("Reopen the later months first: the last closed one is %(month)s."),
            field="reason",
            params={"month": f"{max(standing):%Y-%m}"},
        )
    kept.reopened_at, kept.reopened_by_id, kept.reopen_reason = now, by, author.reason
    session.flush()
    _note(session, kept, "reopen", author, {"reason": author.reason})


def _note(
    session: Session, kept: ClosedMonth, action: str, author: Author, change: dict[str, object]
) -> None:
    write_audit(
        session,
        action=action,
        entity="closed_month",
        entity_id=f"{kept.month:%Y-%m}",
        by=author.by,
        now=author.now,
        change=change,
    )
