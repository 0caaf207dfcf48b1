"""How far away the openings were on the past mornings of trial data: nearly at once, scarce exam types some days."""

import random
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from tracker.domain.workcalendar import WorkCalendar
from tracker.queries.exam_types import ExamTypeRow
from tracker.queries.streams import StreamRow
from tracker.writes.morning_openings import MorningRow

_USUAL: Mapping[str, float] = {
    "contrast": 3.4, "pelvic_floor": 2.2, "musculoskeletal": 2.0, "gastrointestinal": 1.6, "intraoperative": 1.4,
    "rectal": 1.0, "cardiac": 0.8, "lung": 0.8, "prostate": 0.6,
}  # fmt: skip
"""Working days to the third next opening, usually; of other exam types rarely one."""
_ELSE = 0.2


def past_mornings(
    rng: random.Random,
    days: Sequence[date],
    calendar: WorkCalendar,
    pairs: Sequence[tuple[ExamTypeRow, StreamRow]],
) -> Iterator[MorningRow]:
    """The mornings of these working days (oldest first) for every exam type and stream."""
    for exam_type, stream in pairs:
        usual = _USUAL.get(exam_type.code, _ELSE)
        now = usual
        for day in days:
            now = max(0.0, now + 0.3 * (usual - now) + rng.gauss(0, 0.2 + 0.15 * usual))
            away = calendar.add_working_days(day, round(now)) - day
            yield MorningRow(day, exam_type.id, stream.id, away.days)
