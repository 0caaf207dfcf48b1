"""Points by date: what an exam of a day is worth, and the rows that say so. No writes; the rule: domain/weights."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from tracker.domain.weights import NOTHING_OWN, OwnWeights, Weights, WeightsFrom, weights_on
from tracker.models import Account, ExamType, ExamTypePoints, ExamTypeStream, Stream
from tracker.queries.catalogue import ExamTerms

_LATER = (
    ExamTypePoints.valid_from,
    ExamTypePoints.points_hundredths,
    ExamTypePoints.further_part_points_hundredths,
    ExamTypePoints.stream_id,
)
_OWN = (ExamTypeStream.points_hundredths, ExamTypeStream.further_part_points_hundredths)


def points_on(session: Session, terms: ExamTerms, parts: int, day: date) -> int:
    """Points, in hundredths, of `parts` parts of an exam that starts on a day of the hospital. One statement."""
    pair = and_(
        ExamTypeStream.exam_type_id == ExamTypePoints.exam_type_id,
        ExamTypeStream.stream_id == terms.stream_id,
    )
    found = session.execute(
        select(*_LATER, *_OWN)
        .outerjoin(ExamTypeStream, pair)
        .where(
            ExamTypePoints.exam_type_id == terms.exam_type_id,
            or_(
                ExamTypePoints.stream_id.is_(None),
                ExamTypePoints.stream_id == terms.stream_id,
            ),
            ExamTypePoints.valid_from <= day,
        )
    ).all()
    base = Weights(terms.points_hundredths, terms.further_part_points_hundredths)
    own = OwnWeights(found[0][4], found[0][5]) if found else NOTHING_OWN
    return weights_on(day, base, own, [_later(*row[:4]) for row in found]).points_of(parts)


def _later(valid_from: date, first: int, further: int, stream_id: int | None) -> WeightsFrom:
    return WeightsFrom(valid_from, Weights(first, further), stream_id is not None)


@dataclass(frozen=True, slots=True)
class AllWeights:
    """Every weight there is, for many exams at once; keys are ids, of streams None for all of them."""

    of_types: Mapping[int, Weights]
    of_pairs: Mapping[tuple[int, int], OwnWeights]
    later: Mapping[tuple[int, int | None], Sequence[WeightsFrom]]

    def on(self, day: date, exam_type_id: int, stream_id: int | None) -> Weights:
        """The weights of an exam type for a stream (None: one without weights of its own) on a day."""
        later = [*self.later.get((exam_type_id, None), ())]
        own = NOTHING_OWN
        if stream_id is not None:
            later += self.later.get((exam_type_id, stream_id), ())
            own = self.of_pairs.get((exam_type_id, stream_id), NOTHING_OWN)
        return weights_on(day, self.of_types[exam_type_id], own, later)


def all_weights(session: Session) -> AllWeights:
    """Three statements; then any number of exams is weighed without another."""
    types = session.execute(
        select(ExamType.id, ExamType.points_hundredths, ExamType.further_part_points_hundredths)
    )
    pairs = session.execute(select(ExamTypeStream.exam_type_id, ExamTypeStream.stream_id, *_OWN))
    later: dict[tuple[int, int | None], list[WeightsFrom]] = defaultdict(list)
    for exam_type_id, day, first, further, stream_id in session.execute(
        select(ExamTypePoints.exam_type_id, *_LATER)
    ):
        later[exam_type_id, stream_id].append(_later(day, first, further, stream_id))
    return AllWeights(
        {each: Weights(first, further) for each, first, further in types},
        {(each, stream): OwnWeights(*own) for each, stream, *own in pairs},
        later,
    )


@dataclass(frozen=True, slots=True)
class WeightsRow:
    """Weights of an exam type from a day on, as a page lists them; `stream` None: of every stream."""

    id: int
    valid_from: date
    stream: str | None
    stream_zh: str | None
    stream_en: str | None
    points_hundredths: int
    further_part_points_hundredths: int
    made_at: datetime
    made_by: str


def weights_rows(session: Session, exam_type_id: int) -> list[WeightsRow]:
    """What was set for an exam type from a day on, the latest day first, of every stream before of one. One statement."""
    rows = session.execute(
        select(
            ExamTypePoints.id,
            ExamTypePoints.valid_from,
            Stream.code,
            Stream.name_zh,
            Stream.name_en,
            ExamTypePoints.points_hundredths,
            ExamTypePoints.further_part_points_hundredths,
            ExamTypePoints.made_at,
            Account.username,
        )
        .outerjoin(Stream, Stream.id == ExamTypePoints.stream_id)
        .join(Account, Account.id == ExamTypePoints.made_by_id)
        .where(ExamTypePoints.exam_type_id == exam_type_id)
        .order_by(
            ExamTypePoints.valid_from.desc(),
            ExamTypePoints.stream_id.is_not(None),  # the engines place NULL otherwise
            Stream.sort_order,
            ExamTypePoints.id,
        )
    )
    return [WeightsRow(*row) for row in rows]
