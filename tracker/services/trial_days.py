"""Writing past working days of trial data: their blocks, closures, bookings with history, exams, searches left."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import insert
from sqlalchemy.orm import Session

from tracker import clock
from tracker.db import service
from tracker.domain.horizon import DayBlock
from tracker.domain.workcalendar import local_date_of
from tracker.models import Closure, UnmetDemand
from tracker.writes.audit import write_audit
from tracker.writes.blocks import insert_blocks
from tracker.writes.morning_openings import MorningRow, insert_morning
from tracker.writes.occupancy import lock_supply, rebuild_occupancy
from tracker.writes.trial_rows import (
    PastBooking,
    PerformedExam,
    insert_past_bookings,
    insert_performed,
)
from tracker.writes.volume_rebuild import rebuild_volume


@dataclass(frozen=True, slots=True)
class PastClosure:
    """A stretch that was closed: of a device (id), or of the department (None). Instants are aware."""

    device_id: int | None
    starts_at: datetime
    ends_at: datetime
    reason: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class PastSearch:
    """A search that was left without a booking: when, what was wanted (days inclusive), a key of REASONS."""

    at: datetime
    exam_type_id: int
    stream_id: int
    wanted_from: date
    wanted_to: date
    reason: str


@dataclass(frozen=True, slots=True)
class PastDay:
    """A working day as it went; bookings name their block by its place in `blocks`."""

    local_date: date
    blocks: Sequence[DayBlock]
    bookings: Sequence[PastBooking]
    exams: Sequence[PerformedExam]
    searches: Sequence[PastSearch]


@service
def write_past_closures(
    session: Session, closures: Sequence[PastClosure], *, by: int, now: datetime
) -> None:
    """Write closures of days whose blocks are yet to be written."""
    lock_supply(session)
    for each in closures:
        closure = Closure(
            device_id=each.device_id,
            starts_at=each.starts_at,
            ends_at=each.ends_at,
            reason=each.reason,
            created_at=each.created_at,
            created_by_id=by,
        )
        session.add(closure)
        session.flush()
        write_audit(session, action="close", entity="closure", entity_id=closure.id, by=by, now=now)


@service
def write_past_day(session: Session, day: PastDay, *, by: int, now: datetime) -> None:
    """Write a whole day and what is derived of it: the days of its devices, its roll-ups."""
    lock_supply(session)
    block_ids = insert_blocks(session, day.blocks)
    insert_past_bookings(session, day.bookings, block_ids, by=by)
    if insert_performed(session, day.exams, by=by):
        rebuild_volume(session, day.local_date, day.local_date)
    rebuild_occupancy(session, {(block.device_id, block.local_date) for block in day.blocks})
    _insert_searches(session, day.searches, by=by)
    counts = {"bookings": len(day.bookings), "exams": len(day.exams)}
    write_audit(
        session,
        action="write",
        entity="trial",
        entity_id=day.local_date.isoformat(),
        by=by,
        now=now,
        change=counts,
    )


@service
def write_past_mornings(
    session: Session, mornings: Sequence[MorningRow], *, by: int, now: datetime
) -> None:
    """Write how far away the openings were on past mornings."""
    insert_morning(session, mornings)
    change = {"mornings": len({row.local_date for row in mornings})}
    write_audit(
        session,
        action="write",
        entity="trial",
        entity_id="openings",
        by=by,
        now=now,
        change=change,
    )


def _insert_searches(session: Session, searches: Sequence[PastSearch], *, by: int) -> None:
    if not searches:
        return
    rows = [
        {
            "at": each.at,
            "local_date": local_date_of(each.at, clock.hospital_zone()),
            "by_id": by,
            "exam_type_id": each.exam_type_id,
            "stream_id": each.stream_id,
            "parts": 1,
            "wanted_from": each.wanted_from,
            "wanted_to": each.wanted_to,
            "reason": each.reason,
        }
        for each in searches
    ]
    session.execute(insert(UnmetDemand.__table__), rows)  # type: ignore[arg-type]
