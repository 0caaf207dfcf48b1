"""Closures and the bookings they hit. No writes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from tracker import clock
from tracker.domain.errors import N_, InvalidError, NotFoundError
from tracker.domain.lifecycle import Status
from tracker.domain.workcalendar import day_start, local_date_of
from tracker.models import Account, Booking, BookingHistory, Closure, Device, ExamType, Patient
from tracker.queries.occupancy import expected_end, runs_today

_OPEN = frozenset({Status.BOOKED, Status.ARRIVED, Status.IN_PROGRESS})
_place = func.coalesce(Booking.started_device_id, Booking.device_id)
"""Where a booking stands: on the device that examines, else on the one planned."""


@dataclass(frozen=True, slots=True)
class ClosureDetails:
    """A closure that stands or was lifted; `device` None means the whole department."""

    id: int
    device: str | None
    starts_at: datetime
    ends_at: datetime
    reason: str
    created_by: str
    lifted_at: datetime | None


@dataclass(frozen=True, slots=True)
class HitBooking:
    """A booking in the way of a closure, as far as it takes to decide about it."""

    id: int
    device: str
    starts_at: datetime
    ends_at: datetime
    status: str
    is_flagged: bool
    exam_type_zh: str
    exam_type_en: str
    patient_name: str
    phone: str


@dataclass(frozen=True, slots=True)
class Evaded:
    """What a closure did to a booking: moved from a device and time to where it stands now, or flagged."""

    booking: HitBooking
    was_moved: bool
    from_device: str
    from_start: datetime


_CLOSURES = (
    select(
        Closure.id,
        Device.code,
        Closure.starts_at,
        Closure.ends_at,
        Closure.reason,
        Account.username,
        Closure.lifted_at,
    )
    .outerjoin(Device, Device.id == Closure.device_id)
    .join(Account, Account.id == Closure.created_by_id)
)
_HIT: Select[*tuple[Any, ...]] = (
    select(
        Booking.id,
        Device.code,
        Booking.starts_at,
        Booking.ends_at,
        Booking.status,
        Booking.is_flagged,
        ExamType.name_zh,
        ExamType.name_en,
        Patient.name,
        Patient.phone,
    )
    .join(Device, Device.id == _place)
    .join(ExamType, ExamType.id == Booking.exam_type_id)
    .join(Patient, Patient.id == Booking.patient_id)
    .order_by(Booking.starts_at, Booking.id)
)


def list_closures(session: Session, *, ending_after: datetime) -> list[ClosureDetails]:
    """Closures that are not lifted and end after an instant, by start."""
    rows = session.execute(
        _CLOSURES.where(Closure.lifted_at.is_(None), Closure.ends_at > ending_after).order_by(
            Closure.starts_at, Closure.id
        )
    )
    return [ClosureDetails(*row) for row in rows]


def closure_details(session: Session, closure_id: int) -> ClosureDetails:
    """One closure, lifted or not. Raises NotFoundError."""
    row = session.execute(_CLOSURES.where(Closure.id == closure_id)).one_or_none()
    if row is None:
        raise NotFoundError(N_("There is no such closure."))
    return ClosureDetails(*row)


def evaded_bookings(session: Session, closure_id: int) -> list[Evaded]:
    """What the closing did to each booking it hit, told by their histories; by start. Three statements.

    The steps of one closing share its instant and its author.
    """
    steps = session.execute(
        select(BookingHistory.booking_id, BookingHistory.change)
        .join(
            Closure,
            (Closure.created_at == BookingHistory.at)
            & (Closure.created_by_id == BookingHistory.by_id),
        )
        .where(Closure.id == closure_id)
        .order_by(BookingHistory.id)
    )
    changes: dict[int, dict[str, Any]] = {row.booking_id: row.change for row in steps}
    devices = session.execute(select(Device.id, Device.code))
    codes = {row.id: row.code for row in devices}
    return [_evaded(row, changes[row.id], codes) for row in booking_rows(session, changes)]


def booking_rows(session: Session, booking_ids: Iterable[int]) -> list[HitBooking]:
    """These bookings with the words a person needs, by start. One statement."""
    statement = _HIT.where(Booking.id.in_(list(booking_ids)))
    return [HitBooking(*row) for row in session.execute(statement)]


def _evaded(booking: HitBooking, change: dict[str, Any], codes: dict[int, str]) -> Evaded:
    """The booking with where it stood before; what a change leaves out was not changed."""
    was_moved = "is_flagged" not in change and bool({"device_id", "starts_at"} & change.keys())
    device = codes[change["device_id"][0]] if "device_id" in change else booking.device
    start = booking.starts_at
    if "starts_at" in change:
        start = datetime.fromisoformat(change["starts_at"][0])
    return Evaded(booking, was_moved, device, start)


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch [start, end) of a device (an id), or of the department (None), as somebody closes it at `now`."""

    device_id: int | None
    start: datetime
    end: datetime
    now: datetime


def bookings_in_stretch(session: Session, stretch: Stretch) -> list[HitBooking]:
    """What `bookings_hit` finds, with the words a person needs. Two statements."""
    statement = _HIT.where(_hit(session, stretch))
    return [HitBooking(*row) for row in session.execute(statement)]


def closing_device_id(session: Session, code: str | None) -> int | None:
    """The id of the device to close; None is the department. Raises InvalidError on `device`."""
    if code is None:
        return None
    found = session.scalar(select(Device.id).where(Device.code == code))
    if found is None:
        raise InvalidError(N_("There is no such device."), field="device")
    return found


def bookings_hit(session: Session, stretch: Stretch) -> list[Booking]:
    """The bookings that stand (planned or running) in a stretch, by start, locked. Two statements.

    An exam in progress stands on the device that examines, as long as it holds it; what is to come where it
    is planned. The caller has locked the device days of the stretch, not those an exam was taken over from.
    """
    statement = select(Booking).where(_hit(session, stretch)).with_for_update()
    ordered = statement.order_by(Booking.starts_at, Booking.id)
    found = session.scalars(ordered.execution_options(populate_existing=True))
    # an exam may have ended while its booking was waited for
    return [each for each in found if Status(each.status) in _OPEN]


def _hit(session: Session, stretch: Stretch) -> ColumnElement[bool]:
    planned = [
        Booking.status.in_([Status.BOOKED.value, Status.ARRIVED.value]),
        Booking.starts_at < stretch.end,
        Booking.ends_at > stretch.start,
    ]
    if stretch.device_id is not None:
        planned.append(Booking.device_id == stretch.device_id)
    return or_(and_(*planned), Booking.id.in_(_running(session, stretch)))


def _running(session: Session, stretch: Stretch) -> list[int]:
    """The exams in progress in a stretch: a handful at most."""
    midnight = day_start(local_date_of(stretch.now, clock.hospital_zone()), clock.hospital_zone())
    statement = select(Booking).where(runs_today, Booking.started_at < stretch.end)
    if stretch.device_id is not None:
        statement = statement.where(_place == stretch.device_id)
    running = session.scalars(statement, {"midnight": midnight})
    return [each.id for each in running if span_of_hit(each, stretch.now)[1] > stretch.start]


def span_of_hit(booking: Booking, now: datetime) -> tuple[datetime, datetime]:
    """The stretch in which a booking stands: its plan, or while it runs as long as it holds its machine."""
    if booking.status != Status.IN_PROGRESS.value or booking.started_at is None:
        return booking.starts_at, booking.ends_at
    until = expected_end(booking.starts_at, booking.ends_at, booking.started_at, now)
    return booking.started_at, until
