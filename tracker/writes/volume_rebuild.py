"""The roll-ups made anew from the exams, a month at a time. Keeping them while exams change: volume."""

from calendar import monthrange
from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, delete, insert, literal, select, text, update
from sqlalchemy.orm import Session

from tracker.domain.volume import GRAINS, SUMS, Grain
from tracker.models import Exam, ExamVolume, ExamVolumeSum
from tracker.queries.volume_sums import sums_of_exams, sums_of_grain, wrong_visits
from tracker.writes.volume import FULL_KEY, SUM_KEY

_DAYS: Table = ExamVolume.__table__  # type: ignore[assignment]
_SUMS: Table = ExamVolumeSum.__table__  # type: ignore[assignment]


def rebuild_volume(
    session: Session, first: date, last: date, *, import_id: int | None = None
) -> int:
    """Make the roll-up rows of these days anew from the exams, and those of their months; returns how many differed.

    Which exam opens a visit is set right first. Exams finished meanwhile wait for this transaction, so keep the
    stretch short (a month). `import_id`: the rows of that import alone, for which nobody waits.
    """
    if import_id is None:
        _lock(session)
        _mend_visits(session, first, last)
    mine = _Part(import_id)
    before = mine.stored(session, first, last)
    mine.remake(session, first, last)
    return len(before.symmetric_difference(mine.stored(session, first, last)))


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


class _Part:
    """The rows that are made anew: all, or those of one import."""

    def __init__(self, import_id: int | None) -> None:
        self._import_id = import_id

    def remake(self, session: Session, first: date, last: date) -> None:
        exams = sums_of_exams(first, last)
        if self._import_id is not None:
            exams = exams.where(Exam.import_id == self._import_id)
        session.execute(delete(_DAYS).where(_DAYS.c.local_date.between(first, last), *self(_DAYS)))
        session.execute(insert(_DAYS).from_select([*FULL_KEY, *SUMS], exams))
        for grain in GRAINS:
            self._remake_grain(session, grain, *whole_periods(grain, first, last))

    def _remake_grain(self, session: Session, grain: Grain, first: date, last: date) -> None:
        session.execute(
            delete(_SUMS).where(
                _SUMS.c.grain == grain.number,
                _SUMS.c.first_date.between(first, last),
                *self(_SUMS),
            )
        )
        sums: Select[Any] = sums_of_grain(session, grain, first, last).where(*self(_DAYS))
        session.execute(insert(_SUMS).from_select([*SUM_KEY, *SUMS], sums))

    def stored(self, session: Session, first: date, last: date) -> set[tuple[object, ...]]:
        days = select(literal(0), *_columns(_DAYS, FULL_KEY)).where(
            _DAYS.c.local_date.between(first, last)
        )
        found = session.execute(days.where(_DAYS.c.exams != 0, *self(_DAYS))).all()
        for grain in GRAINS:
            began, ended = whole_periods(grain, first, last)
            sums = select(*_columns(_SUMS, SUM_KEY)).where(
                _SUMS.c.grain == grain.number, _SUMS.c.first_date.between(began, ended)
            )
            found = [*found, *session.execute(sums.where(_SUMS.c.exams != 0, *self(_SUMS)))]
        return {tuple(row) for row in found}

    def __call__(self, table: Table) -> Sequence[ColumnElement[bool]]:
        return () if self._import_id is None else (table.c.import_id == self._import_id,)


def _columns(table: Table, key: Sequence[str]) -> list[ColumnElement[Any]]:
    return [table.c[name] for name in (*key, *SUMS)]


def whole_periods(grain: Grain, first: date, last: date) -> tuple[date, date]:
    """The days of all periods of a grain in which these days lie."""
    if grain.period == "day":
        return first, last
    return first.replace(day=1), last.replace(day=monthrange(last.year, last.month)[1])
