"""The planned times of a past day of trial data: packed in its blocks, each of somebody, asked for some time before."""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import accumulate

from tracker.domain.horizon import DayBlock, PatternBlock
from tracker.domain.supply import MINUTE
from tracker.domain.workcalendar import ReleaseRule, WorkCalendar
from tracker.drivers.kinds import Kind
from tracker.drivers.trial_leads import Leads
from tracker.services.trial_days import PastClosure

_MORNING, _AFTERNOON = 1.06, 0.93
"""How much fuller than its day a half-day is."""
_NOON = 12
_GAPS = 0.15
_FREED, _FREED_TODAY = 0.05, 0.02
"""Share of the times, asked for days before or on the day, that somebody else had given back."""


@dataclass(frozen=True, slots=True)
class Department:
    """What days are made of.

    The weekly pattern, the calendar, when reserves are released, what is asked for (as exam type, stream, …), patients'
    ids by sex (None: all), and what was closed.
    """

    pattern: Sequence[PatternBlock]
    calendar: WorkCalendar
    release: Mapping[int, ReleaseRule]
    kinds: Sequence[tuple[str, str, Kind]]
    patient_ids: Mapping[str | None, Sequence[int]]
    closures: Sequence[PastClosure] = ()


@dataclass(frozen=True, slots=True)
class PlannedTime:
    """A planned time of somebody in a block (its place), asked for so many working days before."""

    place: int
    block: DayBlock
    kind: Kind
    starts_at: datetime
    ends_at: datetime
    patient_id: int
    lead: int
    asked_at: datetime


class PlannedTimes:
    """Plans one day after the other; nobody comes twice on a day."""

    def __init__(self, rng: random.Random, department: Department) -> None:
        self._rng, self._of = rng, department
        self._kinds = [kind for _, _, kind in department.kinds]
        self._wheels: dict[frozenset[int], tuple[list[Kind], list[int]]] = {}
        self._leads = Leads(rng, department.calendar, department.kinds)
        self._seen: set[int] = set()

    def of_day(self, blocks: Sequence[DayBlock], bookings: int) -> Iterator[PlannedTime]:
        """Times for about so many, packed back to back, with a gap now and then where there is room."""
        self._seen = set()
        room = sum(minutes_of(block) / self._usual_minutes(block) for block in blocks)
        load = bookings / room
        owed = 0.0
        for place, block in enumerate(blocks):
            wanted = min(1.0, load * self._fuller(block)) * minutes_of(block)
            owed += wanted
            for kind, starts_at in self._packed(block, owed, minutes_of(block) - wanted):
                owed -= kind.minutes
                planned = self._planned(place, block, kind, starts_at)
                if planned is not None:
                    yield planned

    def _usual_minutes(self, block: DayBlock) -> float:
        """What an exam takes on average of those that the block takes."""
        kinds, weights = self._wheel(block)
        return sum(kind.permille * kind.minutes for kind in kinds) / weights[-1]

    def _fuller(self, block: DayBlock) -> float:
        """Nobody is planned where nobody examines; the mornings are fuller."""
        if block.operator_id is None:
            return 0
        opens = block.opens_at.astimezone(self._of.calendar.zone)
        return _MORNING if opens.hour < _NOON else _AFTERNOON

    def _packed(
        self, block: DayBlock, owed: float, spare: float
    ) -> Iterator[tuple[Kind, datetime]]:
        """Kinds with their starts for about so many minutes, with gaps out of those that are to spare."""
        at = block.opens_at
        while (kind := self._fitting(block, at, owed)) is not None:
            gap = self._rng.randint(2, 9) if self._rng.random() < _GAPS else 0
            if gap <= spare and at + (gap + kind.minutes) * MINUTE <= block.closes_at:
                spare, at = spare - gap, at + gap * MINUTE
            yield kind, at
            owed -= kind.minutes
            at += kind.minutes * MINUTE

    def _fitting(self, block: DayBlock, at: datetime, owed: float) -> Kind | None:
        """A kind that the block takes and still has room for; a few are tried."""
        for _ in range(4):
            kind = self.kind_for(block)
            if kind.minutes / 2 <= owed and at + kind.minutes * MINUTE <= block.closes_at:
                return kind
        return None

    def _planned(
        self, place: int, block: DayBlock, kind: Kind, starts_at: datetime
    ) -> PlannedTime | None:
        patient_id = self.somebody_for(kind)
        if patient_id is None:
            return None
        lead = self._leads.draw(kind)
        asked_at = self._leads.asked_at(kind, block.local_date, lead, starts_at)
        ends_at = starts_at + kind.minutes * MINUTE
        return PlannedTime(place, block, kind, starts_at, ends_at, patient_id, lead, asked_at)

    def given_back(self, planned: PlannedTime) -> PlannedTime | None:
        """Now and then the time was somebody else's before; None where it was nobody's."""
        share = _FREED if planned.lead else _FREED_TODAY
        patient_id = self.somebody_for(planned.kind) if self._rng.random() < share else None
        if patient_id is None:
            return None
        asked_on = planned.asked_at.astimezone(self._of.calendar.zone).date()
        earlier = self._rng.randint(1, 4)
        asked_at = self._leads.asked_at(planned.kind, asked_on, earlier, planned.starts_at)
        return replace(planned, patient_id=patient_id, asked_at=asked_at)

    def somebody_for(self, kind: Kind) -> int | None:
        """A patient of the right sex who has nothing else that day; None where a few tries find nobody."""
        ids = self._of.patient_ids[kind.sex]
        for _ in range(20):
            found = self._rng.choice(ids)
            if found not in self._seen:
                self._seen.add(found)
                return found
        return None

    def kind_for(self, block: DayBlock) -> Kind:
        """One of the kinds that a block takes, by their shares of demand."""
        kinds, weights = self._wheel(block)
        return self._rng.choices(kinds, cum_weights=weights)[0]

    def _wheel(self, block: DayBlock) -> tuple[list[Kind], list[int]]:
        """The kinds a block takes with their cumulated weights."""
        known = self._wheels.get(block.exam_type_ids)
        if known is None:
            kinds = [kind for kind in self._kinds if kind.exam_type_id in block.exam_type_ids]
            known = kinds, list(accumulate(kind.permille for kind in kinds))
            self._wheels[block.exam_type_ids] = known
        return known


def minutes_of(block: DayBlock) -> int:
    """Minutes in which patients can be examined."""
    return (block.closes_at - block.opens_at) // MINUTE
