"""How far away the third next openings were, morning by morning. What they are now: next_openings. No writes."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tracker.domain.spread import Spread
from tracker.models import MorningOpening
from tracker.queries.exam_types import ExamTypeRow, exam_types
from tracker.queries.openings import LONGEST_WINDOW_DAYS
from tracker.queries.streams import StreamRow, streams

OUT_OF_REACH = LONGEST_WINDOW_DAYS
"""Mornings without an opening count as so many days: later than any that a search finds."""


@dataclass(frozen=True, slots=True)
class TypeMornings:
    """An exam type and, for each stream (id), the days away on the mornings; OUT_OF_REACH: none was found."""

    exam_type: ExamTypeRow
    streams: Mapping[int, Spread]

    @property
    def all(self) -> Spread:
        """The mornings of all streams together."""
        days: Counter[int] = Counter()
        for each in self.streams.values():
            days.update(each.counts)
        return Spread(days)


@dataclass(frozen=True, slots=True)
class Mornings:
    """The mornings of some days: by exam type, for the streams that any of them knows; `known`: all exam types."""

    streams: Sequence[StreamRow]
    exam_types: Sequence[TypeMornings]
    known: frozenset[str]


def is_noted(session: Session, day: date) -> bool:
    """Whether the openings of that morning are noted."""
    found = select(MorningOpening.local_date).where(MorningOpening.local_date == day)
    return session.scalar(found.limit(1)) is not None


def mornings(session: Session, first: date, last: date) -> Mornings:
    """The mornings from `first` to `last` (inclusive). Four statements."""
    row = MorningOpening
    counts: dict[int, dict[int, dict[int, int]]] = defaultdict(lambda: defaultdict(dict))
    for exam_type, stream, away, number in session.execute(
        select(row.exam_type_id, row.stream_id, row.days, func.count())
        .where(row.local_date.between(first, last))
        .group_by(row.exam_type_id, row.stream_id, row.days)
    ):
        counts[exam_type][stream][OUT_OF_REACH if away is None else away] = number
    noted = {stream for of_type in counts.values() for stream in of_type}
    types = exam_types(session, include_retired=True)
    return Mornings(
        [each for each in streams(session, include_retired=True) if each.id in noted],
        [
            TypeMornings(each, {at: Spread(seen) for at, seen in counts[each.id].items()})
            for each in types
            if each.id in counts
        ],
        frozenset(each.code for each in types),
    )


def course(
    session: Session, first: date, last: date, *, exam_type_id: int
) -> dict[date, dict[int, int | None]]:
    """Morning → stream (id) → days away (None: none was found), of one exam type, oldest first. One statement."""
    row = MorningOpening
    found: dict[date, dict[int, int | None]] = defaultdict(dict)
    for day, stream, away in session.execute(
        select(row.local_date, row.stream_id, row.days)
        .where(row.local_date.between(first, last), row.exam_type_id == exam_type_id)
        .order_by(row.local_date)
    ):
        found[day][stream] = away
    return found
