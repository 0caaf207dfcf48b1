"""For each capability: minutes asked for, examined, turned away, closed, past the block; and one more machine of its kind.

Sums over the exam types that need the capability and the machines that have it. An exam type that needs two counts
for both. No writes.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tracker.domain.demand import FOR_WANT_OF_TIME
from tracker.domain.machinecase import Taken, TurnedAway, taken_by_one_more
from tracker.models import Booking, ExamType, ExamTypeStream, UnmetDemand
from tracker.queries.attendance_rows import is_not_cancelled
from tracker.queries.device_time import DeviceTime, closures_between, device_times
from tracker.queries.device_use import Cause, causes_of, exam_minutes_by_type
from tracker.queries.devices import CapabilityRow, DeviceRow, capabilities, devices
from tracker.queries.durations import planned_minutes
from tracker.queries.exam_types import ExamTypeRow, exam_types
from tracker.queries.unmet_demand import IS_OF_STREAM, SEARCHED_MINUTES


@dataclass(frozen=True, slots=True)
class TypeMinutes:
    """An exam type: minutes of bookings that were not cancelled, of exams clicked live, of searches left.

    `turned_away` are the searches left for want of time; `otherwise` the minutes of the others.
    """

    exam_type: ExamTypeRow
    booked: int = 0
    examined: int = 0
    overtime: int = 0
    left_out: int = 0
    turned_away: tuple[TurnedAway, ...] = ()
    otherwise: int = 0

    @property
    def turned_minutes(self) -> int:
        """Minutes turned away."""
        return sum(each.minutes for each in self.turned_away)

    @property
    def asked(self) -> int:
        """Minutes asked for: booked, turned away, or left for another reason."""
        return self.booked + self.turned_minutes + self.otherwise


@dataclass(frozen=True, slots=True)
class OneMore:
    """One more machine of a kind: its open minutes by day, and what it would have taken of the searches."""

    days: Mapping[date, int]
    taken: Taken
    overtime: int

    @property
    def open_minutes(self) -> int:
        """As many as those of the kind had on average, day by day."""
        return sum(self.days.values())

    @property
    def relieved(self) -> int:
        """Minutes past the block that would have found room in what is left of its hours."""
        return min(self.overtime, self.open_minutes - self.taken.minutes)


@dataclass(frozen=True, slots=True)
class CapabilityCase:
    """A capability: its exam types, the machines in service that have it and the minutes of all that had it."""

    capability: CapabilityRow
    exam_types: tuple[TypeMinutes, ...]
    machines: tuple[DeviceRow, ...]
    open_minutes: int
    causes: tuple[Cause, ...]
    one_more: OneMore = field(repr=False)

    @property
    def codes(self) -> frozenset[str]:
        """Of its exam types."""
        return frozenset(each.exam_type.code for each in self.exam_types)

    def total(self, name: str) -> int:
        """A figure of TypeMinutes over all exam types."""
        return sum(getattr(each, name) for each in self.exam_types)

    @property
    def searches(self) -> int:
        """How many searches were turned away."""
        return sum(len(each.turned_away) for each in self.exam_types)

    @property
    def closed_minutes(self) -> int:
        """Minutes that its machines were closed."""
        return sum(each.minutes for each in self.causes)


def capability_cases(
    session: Session, first: date, last: date, *, now: datetime
) -> list[CapabilityCase]:
    """Every capability that an exam type needs, over the days `first` to `last` as far as they are over.

    Eleven statements.
    """
    types = _type_minutes(session, first, last)
    times = device_times(session, first, last, now=now)
    shuts = closures_between(session, first, last)
    machines = devices(session, include_retired=True)
    cases = []
    for capability in capabilities(session):
        needing = tuple(each for each in types if capability.code in each.exam_type.capabilities)
        able = [row for row in machines if capability.code in row.capabilities]
        if not needing:
            continue
        ids = {row.id for row in able}
        near = [each for each in times if each.device_id in ids]
        cases.append(
            CapabilityCase(
                capability,
                needing,
                tuple(row for row in able if not row.is_retired),
                sum(each.time.minutes for each in near),
                causes_of(near, shuts),
                _one_more(needing, near),
            )
        )
    return cases


def _one_more(types: Sequence[TypeMinutes], times: Iterable[DeviceTime]) -> OneMore:
    """A machine that is open each day as long as those of the kind with hours on that day are on average."""
    by_day: dict[date, list[int]] = defaultdict(list)
    for each in times:
        by_day[each.local_date].append(each.time.minutes)
    days = {day: sum(minutes) // len(minutes) for day, minutes in by_day.items()}
    searches = [search for each in types for search in each.turned_away]
    overtime = sum(each.overtime for each in types)
    return OneMore(days, taken_by_one_more(searches, days), overtime)


def _type_minutes(session: Session, first: date, last: date) -> list[TypeMinutes]:
    booked = _booked(session, first, last)
    examined = exam_minutes_by_type(session, first, last)
    turned, otherwise = _searches(session, first, last)
    found = []
    for row in exam_types(session, include_retired=True):
        use = examined[row.id]
        found.append(
            TypeMinutes(
                row,
                booked.get(row.id, 0),
                use.examined_minutes,
                use.overtime_minutes,
                use.left_out,
                tuple(turned[row.id]),
                otherwise[row.id],
            )
        )
    return [each for each in found if not each.exam_type.is_retired or each.asked]


def _booked(session: Session, first: date, last: date) -> dict[int, int]:
    """Exam type → planned minutes of the bookings of the days that were not cancelled."""
    rows = session.execute(
        select(Booking.exam_type_id, func.sum(planned_minutes(session)))
        .where(Booking.local_date.between(first, last), is_not_cancelled())
        .group_by(Booking.exam_type_id)
    )
    return {row[0]: int(row[1]) for row in rows}


def _searches(
    session: Session, first: date, last: date
) -> tuple[Mapping[int, list[TurnedAway]], Mapping[int, int]]:
    """Exam type → searches left in the days for want of time; and the minutes of those left for other reasons."""
    turned: dict[int, list[TurnedAway]] = defaultdict(list)
    otherwise: dict[int, int] = defaultdict(int)
    for row in session.execute(_searched(first, last)):
        if row.reason in FOR_WANT_OF_TIME:
            search = TurnedAway(row.minutes, row.wanted_from, row.wanted_to)
            turned[row.exam_type_id].append(search)
        else:
            otherwise[row.exam_type_id] += row.minutes
    return turned, otherwise


def _searched(first: date, last: date) -> Any:
    return (
        select(
            UnmetDemand.exam_type_id,
            UnmetDemand.reason,
            UnmetDemand.wanted_from,
            UnmetDemand.wanted_to,
            SEARCHED_MINUTES.label("minutes"),
        )
        .join(ExamType, ExamType.id == UnmetDemand.exam_type_id)
        .outerjoin(ExamTypeStream, IS_OF_STREAM)
        .where(UnmetDemand.local_date.between(first, last))
        .order_by(UnmetDemand.id)
    )
