"""The roll-ups made anew from the exams, a month at a time. Keeping them while exams change: volume."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    Table,
    delete,
    func,
    insert,
    literal,
    select,
    text,
    union_all,
    update,
)
from sqlalchemy.orm import Session

from tracker.domain.months import last_of_month
from tracker.domain.volume import GRAINS, SUMS, Grain
from tracker.models import Exam, ExamVolume, ExamVolumeSum
from tracker.queries.volume_sums import sums_of_exams, sums_of_grain, wrong_visits
from tracker.writes.volume import FULL_KEY, SUM_KEY

_DAYS: Table = ExamVolume.__table__  # type: ignore[assignment]
_SUMS: Table = ExamVolumeSum.__table__  # type: ignore[assignment]


def rebuild_volume(session: Session, first: date, last: date) -> int:
    """Make the roll-up rows of these days anew from the exams, and those of their months; returns how many differed.

    Which exam opens a visit is set right first. Exams finished meanwhile wait for this transaction, so keep the
    stretch short (a month).
    """
    _lock(session)
    _mend_visits(session, first, last)
    return rebuild_day_sums(session, first, last) + rebuild_month_sums(session, first, last)


def rebuild_day_sums(
    session: Session, first: date, last: date, *, import_id: int | None = None
) -> int:
    """The sums of these days alone. `import_id`: the rows of that import, for which nobody waits."""
    these: list[ColumnElement[bool]] = [_DAYS.c.local_date.between(first, last)]
    exams = sums_of_exams(first, last)
    if import_id is not None:
        these.append(_DAYS.c.import_id == import_id)
        exams = exams.where(Exam.import_id == import_id)
    different = _made_right(session, _DAYS, FULL_KEY, these, exams)
    return different + _rebuild_grains(session, "day", (first, last), import_id)


def rebuild_month_sums(
    session: Session, first: date, last: date, *, import_id: int | None = None
) -> int:
    """The sums of the months in which these days lie, made from those of their days."""
    whole = first.replace(day=1), last_of_month(last)
    return _rebuild_grains(session, "month", whole, import_id)


def _rebuild_grains(
    session: Session, period: str, days: tuple[date, date], import_id: int | None
) -> int:
    return sum(
        _rebuild_grain(session, grain, days, import_id)
        for grain in GRAINS
        if grain.period == period
    )


def _rebuild_grain(
    session: Session, grain: Grain, days: tuple[date, date], import_id: int | None
) -> int:
    these: list[ColumnElement[bool]] = [
        _SUMS.c.grain == grain.number,
        _SUMS.c.first_date.between(*days),
    ]
    told: Select[Any] = sums_of_grain(session, grain, *days)
    if import_id is not None:
        these.append(_SUMS.c.import_id == import_id)
        told = told.where(_DAYS.c.import_id == import_id)
    return _made_right(session, _SUMS, SUM_KEY, these, told)


def _made_right(
    session: Session,
    table: Table,
    key: Sequence[str],
    these: Sequence[ColumnElement[bool]],
    told: Select[Any],
) -> int:
    """Compare `these` rows with what they should be, and write only where they differ: how many rows do."""
    stored = select(*_columns(table, key)).where(*these, table.c.exams != 0)
    both = union_all(told, stored).subquery()
    alone = (
        select(literal(1)).select_from(both).group_by(*both.c).having(func.count() == 1).subquery()
    )
    different = session.scalar(select(func.count()).select_from(alone)) or 0
    if different:
        session.execute(delete(table).where(*these))
        session.execute(insert(table).from_select([*key, *SUMS], told))
    return different


def _lock(session: Session) -> None:
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("LOCK TABLE exam_volume, exam_volume_sum IN EXCLUSIVE MODE"))


def _mend_visits(session: Session, first: date, last: date) -> None:
    wrong = wrong_visits(session, first, last)
    for opens in (True, False):
        ids = [exam_id for exam_id, says in wrong if says is not opens]
        for place in range(0, len(ids), 500):
            chosen = Exam.id.in_(ids[place : place + 500])
            session.execute(update(Exam).where(chosen).values(opens_visit=opens))


def _columns(table: Table, key: Sequence[str]) -> list[ColumnElement[Any]]:
    return [table.c[name] for name in (*key, *SUMS)]
