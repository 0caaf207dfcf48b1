"""Starting and finishing exams at the machine, also both in one press, and taking patients over."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.db import service
from tracker.domain.errors import N_, DomainError, InvalidError
from tracker.domain.lifecycle import Status
from tracker.models import Booking
from tracker.queries.catalogue import capable_devices
from tracker.queries.openings import MOST_PARTS, device_refusal, staff_id
from tracker.writes.booking_rows import Author, find_booking, lock_booking
from tracker.writes.booking_steps import Days
from tracker.writes.exam_rows import checked_number
from tracker.writes.examining import (
    Report,
    Where,
    finish_exam,
    operator_for,
    start_exam,
)
from tracker.writes.placing import day_of


@dataclass(frozen=True, slots=True)
class Start:
    """Where and by whom, in codes; None means as booked, or the account's own staff member."""

    device: str | None = None
    operator: str | None = None


AS_BOOKED = Start()
NO_NEWS = Report()


@service
def start(
    session: Session,
    booking_id: int,
    wanted: Start = AS_BOOKED,
    *,
    by: int,
    now: datetime,
    version: int | None = None,
) -> None:
    """Start the exam of an arrived patient, here or on another capable device (*take here*).

    Raises IllegalTransitionError, StaleError, NotFoundError, InvalidError (device, operator), and
    ConflictError `device_in_use` while another exam runs on the device.
    """
    booking = find_booking(session, booking_id)
    device_id = _device_for(session, booking, wanted.device)
    locked, days = lock_booking(
        session, booking_id, now=now, version=version, also=[(device_id, day_of(now))]
    )
    _start(session, locked, days, wanted, Author(by, now))


def _start(session: Session, booking: Booking, days: Days, wanted: Start, author: Author) -> None:
    named = None if wanted.operator is None else staff_id(session, wanted.operator)
    where = Where(
        _device_for(session, booking, wanted.device),
        operator_for(session, booking, named, author.by),
    )
    start_exam(session, booking, days, where, author)


def _device_for(session: Session, booking: Booking, code: str | None) -> int:
    """The device that examines. Raises InvalidError unless it can do the exam type."""
    if code is None:
        return booking.device_id
    capable = {device.code: device.id for device in capable_devices(session, booking.exam_type_id)}
    if code not in capable:
        raise device_refusal(session, code)
    return capable[code]


@service
def finish(
    session: Session,
    booking_id: int,
    report: Report = NO_NEWS,
    *,
    by: int,
    now: datetime,
    version: int | None = None,
) -> int:
    """Finish an exam in progress: it is logged and counted. Returns the exam's id.

    Raises IllegalTransitionError, StaleError, NotFoundError, InvalidError (exam_number, parts).
    """
    report = checked_report(report)
    booking, days = lock_booking(session, booking_id, now=now, version=version)
    return finish_exam(session, booking, days, report, Author(by, now)).id


def checked_report(report: Report) -> Report:
    """The report as it is kept. Raises InvalidError for a number or parts that cannot be."""
    if report.parts is not None and not 1 <= report.parts <= MOST_PARTS:
        raise InvalidError(N_("An exam has 1 to 20 parts."), field="parts")
    if report.number is None:
        return report
    return replace(report, number=checked_number(report.number))


@dataclass(frozen=True, slots=True)
class Turn:
    """What *finish and start next* did: the exam logged, and the booking started, if one waited."""

    exam_id: int
    started_booking_id: int | None


@service
def finish_and_start_next(
    session: Session,
    booking_id: int,
    report: Report = NO_NEWS,
    *,
    by: int,
    now: datetime,
    version: int | None = None,
) -> Turn:
    """Finish this exam and start the next arrived patient of the same machine, in one step.

    Raises as `finish` does. With nobody waiting it only finishes.
    """
    report = checked_report(report)
    device_id = _running_device(find_booking(session, booking_id))
    next_id = _next_arrived(session, device_id, now)
    # both machines' days at once, in the order of all locks: the exam may run where it was not planned
    booking, days = lock_booking(
        session, booking_id, now=now, version=version, also=[(device_id, day_of(now))]
    )
    author = Author(by, now)
    exam = finish_exam(session, booking, days, report, author)
    if next_id is None:
        return Turn(exam.id, None)
    following, days = lock_booking(session, next_id, now=now)
    try:
        _start(session, following, days, AS_BOOKED, author)
    except DomainError:  # somebody else was quicker, or nobody is named as operator: finished it is
        return Turn(exam.id, None)
    return Turn(exam.id, next_id)


def _running_device(booking: Booking) -> int:
    return booking.started_device_id or booking.device_id


def _next_arrived(session: Session, device_id: int, now: datetime) -> int | None:
    """The arrived patient of the device who is next: by planned start, then arrival."""
    return session.scalar(
        select(Booking.id)
        .where(
            Booking.device_id == device_id,
            Booking.local_date == day_of(now),
            Booking.status == Status.ARRIVED.value,
        )
        .order_by(Booking.starts_at, Booking.arrived_at, Booking.id)
        .limit(1)
    )
