"""The list of one machine on one day: what runs, who waits, who is to come, what is done. No writes.

Below it who waits at other machines for an exam that this one can do.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.domain.lateness import Turn
from tracker.domain.lifecycle import Status
from tracker.models.catalogue import Device, DeviceCapability, ExamType, ExamTypeCapability
from tracker.queries.bookings import BookingDetails, BookingFilter, list_bookings
from tracker.queries.occupancy import expected_end

OVER = frozenset({Status.COMPLETED.value, Status.CANCELLED.value, Status.NO_SHOW.value})


@dataclass(frozen=True, slots=True)
class Worklist:
    """The bookings of a machine and a day by what they ask of the person beside it.

    `running`: what is in progress on this machine. `waiting`: arrived, in the order in which they are
    called. `to_come`: booked. `over`: completed, cancelled, not come, or examined on another machine.
    `elsewhere`: arrived at other machines, and this one can do their exam; longest waiting first.
    """

    running: tuple[BookingDetails, ...]
    waiting: tuple[BookingDetails, ...]
    to_come: tuple[BookingDetails, ...]
    over: tuple[BookingDetails, ...]
    elsewhere: tuple[BookingDetails, ...]

    def running_until(self, now: datetime) -> datetime | None:
        """When the exam in progress is expected to end; None while nothing runs."""
        ends = [expected_end(r.starts_at, r.ends_at, r.started_at, now) for r in self.running[:1]]
        return ends[0] if ends else None

    def turns(self) -> list[Turn]:
        """The queue of the machine: who is here and who is to come."""
        return [
            Turn(each.id, each.starts_at, each.ends_at, each.arrived_at, each.is_added)
            for each in (*self.waiting, *self.to_come)
        ]


def worklist(session: Session, *, device: str, local_date: date) -> Worklist:
    """The list of the machine with this code. Three statements."""
    own = list_bookings(session, BookingFilter(local_date=local_date, at_device=device))
    here = [each for each in own if _place(each) == device]
    status = Status
    return Worklist(
        running=_with(here, status.IN_PROGRESS),
        waiting=tuple(sorted(_with(here, status.ARRIVED), key=_turn)),
        to_come=_with(here, status.BOOKED),
        over=tuple(each for each in own if each.status in OVER or _place(each) != device),
        elsewhere=_elsewhere(session, device, local_date),
    )


def _place(booking: BookingDetails) -> str:
    """Where a booking is examined, or was; else where it is planned."""
    return booking.started_device or booking.device


def _with(bookings: Iterable[BookingDetails], status: Status) -> tuple[BookingDetails, ...]:
    return tuple(each for each in bookings if each.status == status.value)


def _turn(booking: BookingDetails) -> tuple[object, ...]:
    """Who is next: by planned start, then arrival; as *finish and start next* takes them."""
    return booking.starts_at, booking.arrived_at or booking.starts_at, booking.id


def _elsewhere(session: Session, device: str, local_date: date) -> tuple[BookingDetails, ...]:
    arrived = list_bookings(
        session, BookingFilter(local_date=local_date, statuses=[Status.ARRIVED])
    )
    possible = exam_type_ids_of(session, device)
    others = [b for b in arrived if b.device != device and b.exam_type_id in possible]
    return tuple(sorted(others, key=lambda each: (each.arrived_at or each.starts_at, each.id)))


_lacks_one = (
    select(ExamTypeCapability.capability_id)
    .where(
        ExamTypeCapability.exam_type_id == ExamType.id,
        ~select(DeviceCapability.device_id)
        .where(
            DeviceCapability.device_id == Device.id,
            DeviceCapability.capability_id == ExamTypeCapability.capability_id,
        )
        .correlate(Device, ExamTypeCapability)
        .exists(),
    )
    .correlate(ExamType, Device)
    .exists()
)


def exam_type_ids_of(session: Session, device: str) -> frozenset[int]:
    """The exam types for which a device in service has every required capability. One statement."""
    return frozenset(
        session.scalars(
            select(ExamType.id)
            .join(Device, Device.code == device)
            .where(Device.retired_at.is_(None), ~_lacks_one)
        )
    )
