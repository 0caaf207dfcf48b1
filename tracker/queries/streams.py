"""Where patients come from, and the half-days of the department."""

from dataclasses import dataclass
from datetime import time

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.domain.workcalendar import ReleaseRule
from tracker.models.catalogue import PartOfDay, Stream


@dataclass(frozen=True, slots=True)
class StreamRow:
    """A stream with its goal (working days or working hours) and the release of its reserve."""

    id: int
    code: str
    name_zh: str
    name_en: str
    goal_working_days: int | None
    goal_working_hours: int | None
    release_days_before: int
    release_time: time | None
    demand_share_percent: int
    sort_order: int
    version: int
    is_retired: bool

    @property
    def release_rule(self) -> ReleaseRule | None:
        """When a reserve of the stream is released; None when the stream holds none."""
        if self.release_time is None:
            return None
        return ReleaseRule(self.release_days_before, self.release_time)


@dataclass(frozen=True, slots=True)
class PartOfDayRow:
    """A half-day of the department's hours, in local time."""

    id: int
    code: str
    name_zh: str
    name_en: str
    starts: time
    ends: time


_STREAMS = select(
    Stream.id,
    Stream.code,
    Stream.name_zh,
    Stream.name_en,
    Stream.goal_working_days,
    Stream.goal_working_hours,
    Stream.release_days_before,
    Stream.release_time,
    Stream.demand_share_percent,
    Stream.sort_order,
    Stream.version,
    Stream.retired_at.is_not(None).label("is_retired"),
).order_by(Stream.sort_order, Stream.id)


def streams(session: Session, *, include_retired: bool = False) -> tuple[StreamRow, ...]:
    """The streams in the department's order. One statement."""
    chosen = _STREAMS if include_retired else _STREAMS.where(Stream.retired_at.is_(None))
    return tuple(StreamRow(**row._mapping) for row in session.execute(chosen))


def release_rules(session: Session) -> dict[int, ReleaseRule]:
    """Stream (id) → when its reserve is released, of the streams that hold one. One statement."""
    rules = ((each.id, each.release_rule) for each in streams(session))
    return {stream_id: rule for stream_id, rule in rules if rule is not None}


def parts_of_day(session: Session) -> tuple[PartOfDayRow, ...]:
    """The half-days in order. One statement."""
    rows = session.execute(
        select(
            PartOfDay.id,
            PartOfDay.code,
            PartOfDay.name_zh,
            PartOfDay.name_en,
            PartOfDay.starts,
            PartOfDay.ends,
        ).order_by(PartOfDay.sort_order, PartOfDay.id)
    )
    return tuple(PartOfDayRow(*row) for row in rows)
