"""Bookings to come that a change of the catalogue would leave without the machine they need."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from tracker.domain.lifecycle import Status
from tracker.models.booking import Booking
from tracker.models.catalogue import DeviceCapability, ExamTypeCapability

AHEAD = (Status.BOOKED, Status.ARRIVED, Status.IN_PROGRESS)
"""Statuses of bookings whose exam is still to be done, or runs."""

_ahead = Booking.status.in_([status.value for status in AHEAD])


def unsuited_bookings(session: Session, *, after: datetime) -> int:
    """How many bookings that end after an instant are on a device that lacks what they require."""
    has_it = (
        select(DeviceCapability.device_id)
        .where(
            DeviceCapability.device_id == Booking.device_id,
            DeviceCapability.capability_id == ExamTypeCapability.capability_id,
        )
        .correlate(Booking, ExamTypeCapability)
        .exists()
    )
    lacks_one = (
        select(ExamTypeCapability.capability_id)
        .where(ExamTypeCapability.exam_type_id == Booking.exam_type_id, ~has_it)
        .correlate(Booking)
        .exists()
    )
    return (
        session.scalar(
            select(func.count(Booking.id)).where(_ahead, Booking.ends_at > after, lacks_one)
        )
        or 0
    )


def bookings_ahead(session: Session, device_id: int) -> int:
    """How many bookings of a device are still to be done or run there, whenever and wherever they were planned."""
    here = or_(Booking.device_id == device_id, Booking.started_device_id == device_id)
    return session.scalar(select(func.count(Booking.id)).where(_ahead, here)) or 0


def bookings_on(session: Session, local_dates: Sequence[date]) -> int:
    """How many bookings of these days are still to be done or run."""
    return (
        session.scalar(
            select(func.count(Booking.id)).where(_ahead, Booking.local_date.in_(local_dates))
        )
        or 0
    )
