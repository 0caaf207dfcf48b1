"""Where a patient who waits could be sent: machines that can do the exam, by how soon his turn comes there."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tracker import clock
from tracker.domain.lateness import Stretch, Turn, expected_starts, free_from
from tracker.domain.lifecycle import Status
from tracker.domain.supply import Opening
from tracker.domain.workcalendar import local_date_of
from tracker.models import Booking, Device
from tracker.queries.blocks import blocks_of_day
from tracker.queries.bookings import BookingDetails
from tracker.queries.devices import DeviceRow, devices
from tracker.queries.occupancy import expected_end
from tracker.queries.openings import Days
from tracker.queries.relocation import openings_elsewhere

_RUNS = Status.IN_PROGRESS.value


@dataclass(frozen=True, slots=True)
class Destination:
    """A machine with room for the patient at `start`; `expected_at` is when his turn would really come.

    `waiting`: how many who have arrived wait there.
    """

    device: str
    room: str
    start: datetime
    end: datetime
    expected_at: datetime
    waiting: int


@dataclass(slots=True)
class _Queue:
    """What one machine does today: its hours, its turns, and until when an exam runs."""

    worked: list[Stretch] = field(default_factory=list)
    turns: list[Turn] = field(default_factory=list)
    running_until: datetime | None = None


def destinations(
    session: Session, booking: BookingDetails, *, now: datetime
) -> tuple[Destination, ...]:
    """The other machines of today that can do the exam and have room for it, least wait first.

    The same number of statements whatever the number of machines and patients.
    """
    today = local_date_of(now, clock.hospital_zone())
    wanted = Days(today, today, limit=None, is_soonest=True)  # he is here and waits
    first: dict[int, Opening] = {}
    for opening in openings_elsewhere(session, booking.id, wanted, now=now).openings:
        if opening.device_id != booking.device_id:
            first.setdefault(opening.device_id, opening)
    queues = _queues(session, now)
    found = [
        _destination(machine, first[machine.id], booking, queues[machine.code], now)
        for machine in devices(session)
        if machine.id in first
    ]
    return tuple(sorted(found, key=lambda each: (each.expected_at, each.start)))


def _destination(
    machine: DeviceRow, opening: Opening, booking: BookingDetails, queue: _Queue, now: datetime
) -> Destination:
    sent = Turn(booking.id, opening.start, opening.end, booking.arrived_at or now)
    free_at = free_from(now, queue.worked, running_until=queue.running_until)
    starts = expected_starts((*queue.turns, sent), now=now, free_at=free_at)
    waiting = sum(turn.arrived_at is not None for turn in queue.turns)
    place = (machine.code, machine.room, opening.start, opening.end)
    # not before the opening: what runs until then may not do this exam
    return Destination(*place, max(starts[booking.id], opening.start), waiting)


def _queues(session: Session, now: datetime) -> dict[str, _Queue]:
    """Of each machine (code) its hours, who is here or to come today, and the exam in progress. Two statements."""
    today = local_date_of(now, clock.hospital_zone())
    queues: dict[str, _Queue] = defaultdict(_Queue)
    for block in blocks_of_day(session, today):
        queues[block.device].worked.append((block.opens_at, block.closes_at))
    place = func.coalesce(Booking.started_device_id, Booking.device_id)
    rows = session.execute(
        select(
            Device.code,
            Booking.id,
            Booking.status,
            Booking.starts_at,
            Booking.ends_at,
            Booking.started_at,
            Booking.arrived_at,
            Booking.is_added,
        )
        .join(Device, Device.id == place)
        .where(
            Booking.local_date == today,
            Booking.status.in_([Status.BOOKED.value, Status.ARRIVED.value, _RUNS]),
        )
    )
    for row in rows:
        queue = queues[row.code]
        if row.status == _RUNS:
            queue.running_until = expected_end(row.starts_at, row.ends_at, row.started_at, now)
        else:
            span = (row.starts_at, row.ends_at)
            queue.turns.append(Turn(row.id, *span, row.arrived_at, row.is_added))
    return queues
