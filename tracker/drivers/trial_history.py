"""Two years of performed exams for trial data: seasonal, by the department's mix, machine by machine.

It makes the rows; writing them is services/trial.
"""

import random
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import accumulate
from zoneinfo import ZoneInfo

from tracker.domain.horizon import PatternBlock
from tracker.domain.workcalendar import WorkCalendar, instant_of
from tracker.drivers.kinds import Kind, service_minutes

_SEASON = (0.93, 0.82, 1.06, 1.08, 1.07, 1.05, 0.97, 0.96, 1.05, 1.0, 1.04, 1.02)
"""Share of a month: check-ups come March to June and September to December, few in the New Year weeks."""
_WEEKDAY = (1.1, 1.02, 0.99, 0.97, 0.95, 0.9, 0.9)


@dataclass(frozen=True, slots=True)
class PastExam:
    """An exam that was performed, as the row it becomes."""

    patient_id: int
    kind: Kind
    device_id: int
    operator_id: int
    started_at: datetime
    ended_at: datetime
    local_date: date


class History:
    """Makes the exams of one working day after the other, for patients by sex (None: all of them)."""

    def __init__(
        self,
        rng: random.Random,
        pattern: Sequence[PatternBlock],
        kinds: Sequence[Kind],
        patient_ids: Mapping[str | None, Sequence[int]],
        zone: ZoneInfo,
    ) -> None:
        self._rng = rng
        self._kinds = kinds
        self._patients = patient_ids
        self._zone = zone
        self._by_weekday: dict[int, list[PatternBlock]] = defaultdict(list)
        for block in pattern:
            if block.operator_id is not None:
                self._by_weekday[block.weekday].append(block)
        self._wheels: dict[frozenset[int], tuple[list[Kind], list[int]]] = {}

    def days(
        self, first: date, last: date, calendar: WorkCalendar, *, exams_a_year: int
    ) -> Iterator[tuple[date, list[PastExam]]]:
        """Every working day from `first` to `last` (inclusive) with its exams."""
        for day, count in self.levels(first, last, calendar, exams_a_year=exams_a_year):
            yield day, list(self._day(day, count))

    def levels(
        self, first: date, last: date, calendar: WorkCalendar, *, exams_a_year: int
    ) -> Iterator[tuple[date, int]]:
        """Every working day from `first` to `last` (inclusive) with how many exams it has."""
        working: Mapping[int, int] = {
            year: sum(calendar.is_working(d) for d in _dates(date(year, 1, 1), date(year, 12, 31)))
            for year in range(first.year, last.year + 1)
        }
        for day in _dates(first, last):
            if calendar.is_working(day):
                level = _SEASON[day.month - 1] * _WEEKDAY[day.weekday()] * self._rng.gauss(1, 0.03)
                yield day, round(exams_a_year / working[day.year] * level)

    def _day(self, day: date, count: int) -> Iterator[PastExam]:
        blocks = self._by_weekday.get(day.weekday()) or self._by_weekday[0]
        minutes = [_length(block.starts, block.ends) for block in blocks]
        total = sum(minutes)
        owed = 0.0
        for block, length in zip(blocks, minutes, strict=True):
            owed += count * length / total
            here = round(owed)
            owed -= here
            yield from self._half_day(day, block, here)

    def _half_day(self, day: date, block: PatternBlock, count: int) -> Iterator[PastExam]:
        """Exams one after the other; the day is stretched or squeezed so that it fills the hours."""
        kinds, weights = self._wheel(block.exam_type_ids)
        chosen = self._rng.choices(kinds, cum_weights=weights, k=count)
        lengths = [service_minutes(self._rng, kind.minutes) for kind in chosen]
        room = _length(block.starts, block.ends) * self._rng.uniform(0.94, 1.04)
        scale = min(1.25, room / max(1.0, sum(lengths)))
        instant = instant_of(day, block.starts, self._zone)
        for kind, length in zip(chosen, lengths, strict=True):
            end = instant + timedelta(seconds=round(length * scale * 60))
            if block.operator_id is not None:
                yield PastExam(
                    patient_id=self._rng.choice(self._patients[kind.sex]),
                    kind=kind,
                    device_id=block.device_id,
                    operator_id=block.operator_id,
                    started_at=instant,
                    ended_at=end,
                    local_date=day,
                )
            instant = end

    def _wheel(self, exam_type_ids: frozenset[int]) -> tuple[list[Kind], list[int]]:
        """The kinds a block takes with their cumulated weights."""
        if exam_type_ids not in self._wheels:
            kinds = [kind for kind in self._kinds if kind.exam_type_id in exam_type_ids]
            self._wheels[exam_type_ids] = kinds, list(accumulate(kind.permille for kind in kinds))
        return self._wheels[exam_type_ids]


def _dates(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(days=n) for n in range((last - first).days + 1))


def _length(starts: time, ends: time) -> int:
    return (ends.hour - starts.hour) * 60 + ends.minute - starts.minute
