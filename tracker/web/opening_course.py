"""What the page about waits shows of the past mornings: how far away the third next openings were, one course in full."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from tracker.domain.errors import N_, InvalidError
from tracker.domain.spread import Spread
from tracker.queries import Reading
from tracker.queries.morning_openings import OUT_OF_REACH, TypeMornings, course, mornings
from tracker.queries.streams import StreamRow
from tracker.web.day_stretch import DayStretch


@dataclass(frozen=True, slots=True)
class CourseLine:
    """An exam type with its mornings by stream (those of CoursePage), and where its course is shown."""

    mornings: TypeMornings
    streams: Sequence[Spread]
    href: str


@dataclass(frozen=True, slots=True)
class CoursePage:
    """Every exam type, and the mornings of the one chosen (latest last): the days away for each stream.

    `days` holds None where nothing was noted for a stream, OUT_OF_REACH where no opening was found.
    """

    streams: Sequence[StreamRow]
    lines: Sequence[CourseLine]
    chosen: CourseLine | None
    days: Sequence[tuple[date, Sequence[int | None]]]


def read_course(reading: Reading, stretch: DayStretch, code: str | None) -> CoursePage:
    """The mornings of the days; the exam type of the code is told in full, else the one that was farthest away.

    Five statements. Raises InvalidError on `exam_type`.
    """
    found = mornings(reading, stretch.first, stretch.last)
    if code is not None and code not in found.known:
        raise InvalidError(N_("There is no such exam type."), field="exam_type")
    lines = [
        CourseLine(
            each,
            [each.streams.get(stream.id, Spread({})) for stream in found.streams],
            stretch.address("/volume/quality", exam_type=each.exam_type.code) + "#course",
        )
        for each in found.exam_types
    ]
    chosen = _chosen(lines, code)
    days: list[tuple[date, Sequence[int | None]]] = []
    if chosen is not None:
        exam_type_id = chosen.mornings.exam_type.id
        noted = course(reading, stretch.first, stretch.last, exam_type_id=exam_type_id)
        days = [(day, [_away(seen, each) for each in found.streams]) for day, seen in noted.items()]
    return CoursePage(found.streams, lines, chosen, days)


def _away(seen: dict[int, int | None], stream: StreamRow) -> int | None:
    if stream.id not in seen:
        return None
    away = seen[stream.id]
    return OUT_OF_REACH if away is None else away


def _chosen(lines: Sequence[CourseLine], code: str | None) -> CourseLine | None:
    for line in lines:
        if line.mornings.exam_type.code == code:
            return line
    return max(lines, key=lambda line: line.mornings.all.mean or 0, default=None)
