"""From the weekly pattern to the blocks of one day. Which days are opened, and when, is a service's matter."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time

from tracker.domain.supply import MINUTE, Reserve
from tracker.domain.workcalendar import ReleaseRule, WorkCalendar, instant_of, minute_of


@dataclass(frozen=True, slots=True)
class PatternBlock:
    """A block of the weekly pattern: weekday (Monday 0), local times, minutes kept per stream.

    `place` is a ward or a theatre, empty for the device's room; `transport_minutes` pass at either end.
    """

    id: int
    device_id: int
    weekday: int
    starts: time
    ends: time
    operator_id: int | None
    exam_type_ids: frozenset[int]
    reserve_minutes: Mapping[int, int] = field(default_factory=dict)
    place: str = ""
    transport_minutes: int = 0


@dataclass(frozen=True, slots=True)
class DayBlock:
    """A block of one day (aware instants), ready to be written; `place` and transport as in the pattern."""

    device_id: int
    local_date: date
    starts_at: datetime
    ends_at: datetime
    operator_id: int | None
    weekly_block_id: int | None
    exam_type_ids: frozenset[int] = frozenset()
    reserves: tuple[Reserve, ...] = ()
    place: str = ""
    transport_minutes: int = 0

    @property
    def opens_at(self) -> datetime:
        """When patients can be examined from: after the way there."""
        return self.starts_at + self.transport_minutes * MINUTE

    @property
    def closes_at(self) -> datetime:
        """Until when patients can be examined: before the way back."""
        return self.ends_at - self.transport_minutes * MINUTE


def pattern_of_day(local_date: date, pattern: Iterable[PatternBlock]) -> list[PatternBlock]:
    """The blocks for a working day: those of its weekday, or else of the first weekday that has any.

    So a make-up working day (调休) on a Sunday is worked like a Monday, unless there is a Sunday pattern.
    """
    known = list(pattern)
    weekdays = {block.weekday for block in known}
    weekday = local_date.weekday()
    if weekday not in weekdays:
        weekday = min(weekdays, default=weekday)
    return [block for block in known if block.weekday == weekday]


def minutes_offered(pattern: Iterable[PatternBlock]) -> dict[int, int]:
    """Exam type → minutes of a week in which some block could serve it; the way there and back is none."""
    minutes: dict[int, int] = {}
    for block in pattern:
        length = minute_of(block.ends) - minute_of(block.starts) - 2 * block.transport_minutes
        for exam_type_id in block.exam_type_ids:
            minutes[exam_type_id] = minutes.get(exam_type_id, 0) + length
    return minutes


def blocks_to_open(
    local_date: date,
    pattern: Sequence[PatternBlock],
    *,
    standing: Iterable[DayBlock],
    calendar: WorkCalendar,
    release: Mapping[int, ReleaseRule],
) -> list[DayBlock]:
    """The blocks the pattern still gives this working day beside those that stand.

    A device that has blocks from the pattern on the day is left: whatever became of them was meant. A
    block that overlaps one made by hand is not opened; one whose operator works elsewhere then has none.
    Minutes are kept for streams that have a rule in `release`, no others.
    """
    there = list(standing)
    opened = {
        block.device_id
        for block in there
        if block.local_date == local_date and block.weekly_block_id is not None
    }
    added: list[DayBlock] = []
    for weekly in pattern_of_day(local_date, pattern):
        if weekly.device_id in opened:
            continue
        wanted = _day_block(local_date, weekly, calendar, release)
        same_time = [block for block in (*there, *added) if _meet(block, wanted)]
        taken = any(block.device_id == wanted.device_id for block in same_time)
        if taken or wanted.ends_at <= wanted.starts_at:
            continue
        if any(block.operator_id == wanted.operator_id for block in same_time):
            wanted = replace(wanted, operator_id=None)
        added.append(wanted)
    return added


def _meet(one: DayBlock, other: DayBlock) -> bool:
    return one.starts_at < other.ends_at and other.starts_at < one.ends_at


def _day_block(
    local_date: date,
    weekly: PatternBlock,
    calendar: WorkCalendar,
    release: Mapping[int, ReleaseRule],
) -> DayBlock:
    return DayBlock(
        device_id=weekly.device_id,
        local_date=local_date,
        starts_at=instant_of(local_date, weekly.starts, calendar.zone),
        ends_at=instant_of(local_date, weekly.ends, calendar.zone),
        operator_id=weekly.operator_id,
        weekly_block_id=weekly.id,
        exam_type_ids=weekly.exam_type_ids,
        reserves=tuple(
            Reserve(stream_id, minutes, calendar.release_instant(release[stream_id], local_date))
            for stream_id, minutes in sorted(weekly.reserve_minutes.items())
            if stream_id in release
        ),
        place=weekly.place,
        transport_minutes=weekly.transport_minutes,
    )
