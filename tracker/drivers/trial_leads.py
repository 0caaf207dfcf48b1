"""When it was asked for the bookings of trial data: by stream, at the hours of the desk, on working days before."""

import random
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta

from tracker.domain.workcalendar import WorkCalendar, instant_of
from tracker.drivers.kinds import Kind

_WEIGHTS: Mapping[str, Mapping[int, int]] = {
    "outpatient": {0: 50, 1: 24, 2: 11, 3: 6, 4: 3, 5: 2, 6: 1, 7: 1, 8: 1, 11: 1},
    "cadre_ward": {0: 34, 1: 62, 2: 4},
    "medical_exam": {2: 4, 3: 8, 4: 10, 5: 14, 6: 12, 7: 16, 8: 11, 9: 9, 10: 8, 12: 5, 15: 3},
}
"""Stream → working days from booking to exam → how often; another stream is asked for as the first."""
_WARD, _WARD_ASKS = "cadre_ward", 4
"""A ward asks late in the day, after its rounds: the latest of so many times."""
_LATER = {"contrast": 4, "gastrointestinal": 2, "pelvic_floor": 2, "musculoskeletal": 1}
"""Exam types whose openings lie so many working days later."""
_MISSED = ((0, 0.015), (1, 0.04), (2, 0.055), (4, 0.075), (8, 0.105))
"""From so many working days on, the share of patients who do not come."""
_OPENS, _CLOSES = time(7, 35), time(16, 50)


class Leads:
    """Draws how long before its day a booking was made."""

    def __init__(
        self,
        rng: random.Random,
        calendar: WorkCalendar,
        kinds: Sequence[tuple[str, str, Kind]],
    ) -> None:
        self._rng, self._calendar = rng, calendar
        self._later = {kind.exam_type_id: _LATER.get(code, 0) for code, _, kind in kinds}
        first = _WEIGHTS["outpatient"]
        self._weights = {kind.stream_id: _WEIGHTS.get(code, first) for _, code, kind in kinds}
        self._ward = {kind.stream_id for _, code, kind in kinds if code == _WARD}

    def draw(self, kind: Kind) -> int:
        """Working days from booking to exam."""
        weights = self._weights[kind.stream_id]
        lead = self._rng.choices(list(weights), list(weights.values()))[0]
        later = self._later[kind.exam_type_id] if lead else 0
        return lead + self._rng.randint(0, later) if later else lead

    def asked_at(self, kind: Kind, day: date, lead: int, starts_at: datetime) -> datetime:
        """When it was asked for a time of a working day, so many working days before."""
        zone = self._calendar.zone
        on = self._calendar.add_working_days(day, -lead)
        opens, closes = instant_of(on, _OPENS, zone), instant_of(on, _CLOSES, zone)
        latest = min(closes, starts_at - timedelta(minutes=10))
        seconds = max(0.0, (latest - opens).total_seconds())
        draws = _WARD_ASKS if kind.stream_id in self._ward else 1
        after = max(self._rng.uniform(0, seconds) for _ in range(draws))
        return opens + timedelta(seconds=round(after))


def share_missed(lead: int) -> float:
    """The share of patients who do not come, of bookings made so many working days before."""
    return next(share for least, share in reversed(_MISSED) if lead >= least)
