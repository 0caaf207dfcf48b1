"""What went wrong in the past weeks of trial data: closures, and searches that ended without a booking."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from tracker.domain.workcalendar import instant_of
from tracker.drivers.kinds import Kind
from tracker.services.trial_days import PastClosure, PastSearch

_EXAMS_A_SEARCH = 85
"""One search in so many exams is left without a booking."""
_SHORT = {
    "contrast": 12, "gastrointestinal": 8, "pelvic_floor": 8, "musculoskeletal": 5, "rectal": 4,
    "cardiac": 3, "prostate": 3, "vascular": 1,
}  # fmt: skip
"""How much scarcer the time for an exam type is than its share of demand; of others some."""
_SCARCE_ENOUGH = 0.4
_REASONS = {"none_free": 52, "too_late": 30, "other": 8, "unsaid": 10}


@dataclass(frozen=True, slots=True)
class _Closed:
    """A closure from a time so many working days ago to another; known so many days before."""

    device: int | None
    first: int
    last: int
    starts: time
    ends: time
    known_days: int
    reason: str


_CLOSED = (
    _Closed(None, 35, 35, time(16), time(17), 24, "科室安全培训"),
    _Closed(2, 29, 27, time(9, 40), time(12), 0, "主机故障，厂家维修"),
    _Closed(4, 23, 23, time(8), time(17), 20, "年度质量检测与保养"),
    _Closed(11, 14, 14, time(14, 10), time(17), 0, "探头故障，等待维修"),
    _Closed(7, 4, 4, time(10, 20), time(12), 0, "探头故障，等待维修"),
)


def past_closures(
    days: Sequence[date], device_ids: Sequence[int], zone: tzinfo
) -> list[PastClosure]:
    """Closures within these working days (oldest first), as far as there are days enough for them.

    Some were planned, some nobody expected; one was of the whole department.
    """
    found = []
    for each in _CLOSED:
        if each.first <= len(days):
            start = instant_of(days[-each.first], each.starts, zone)
            end = instant_of(days[-each.last], each.ends, zone)
            device = None if each.device is None else device_ids[each.device % len(device_ids)]
            known_at = start - timedelta(days=each.known_days)
            found.append(PastClosure(device, start, end, each.reason, known_at))
    return found


class Searches:
    """Makes the searches of a day that were left; kinds as (exam type, stream, …)."""

    def __init__(
        self, rng: random.Random, kinds: Sequence[tuple[str, str, Kind]], zone: tzinfo
    ) -> None:
        self._rng, self._zone = rng, zone
        self._kinds = [kind for _, _, kind in kinds]
        self._weights = [k.permille * _SHORT.get(code, _SCARCE_ENOUGH) for code, _, k in kinds]

    def of_day(self, day: date, exams: int) -> Iterator[PastSearch]:
        """Those of a day on which so many were examined, in the order in which they were left."""
        rng = self._rng
        number = max(0, round(rng.gauss(exams / _EXAMS_A_SEARCH, 2 * exams / 766)))
        opens = instant_of(day, time(7, 45), self._zone)
        for minutes in sorted(rng.uniform(0, 9 * 60) for _ in range(number)):
            kind = rng.choices(self._kinds, self._weights)[0]
            first = day + timedelta(days=rng.choice((0, 0, 0, 1, 1, 2, 3)))
            yield PastSearch(
                at=_whole(opens + timedelta(minutes=minutes)),
                exam_type_id=kind.exam_type_id,
                stream_id=kind.stream_id,
                wanted_from=first,
                wanted_to=first + timedelta(days=rng.choice((0, 0, 1, 2, 4, 6))),
                reason=rng.choices(list(_REASONS), list(_REASONS.values()))[0],
            )


def _whole(instant: datetime) -> datetime:
    return instant.replace(microsecond=0)
