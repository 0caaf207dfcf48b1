"""What a simulated year finds in the database: to go on from, and to be compared with at the end. No writes."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from tracker import clock
from tracker.domain.lifecycle import Status
from tracker.domain.workcalendar import local_date_of
from tracker.models import (
    AuditEntry,
    Block,
    BlockExamType,
    Booking,
    BookingHistory,
    Closure,
    Device,
    Exam,
    ExamType,
    Patient,
    StaffMember,
    Stream,
    UnmetDemand,
)
from tracker.queries.status_steps import is_change_of_status


@dataclass(frozen=True, slots=True)
class Shift:
    """A block of one day in codes; `operator` None: nobody is named."""

    block_id: int
    device: str
    device_id: int
    starts_at: datetime
    ends_at: datetime
    operator: str | None
    exam_types: frozenset[str]


def shifts(session: Session, day: date) -> list[Shift]:
    """The blocks of a day, by start and device. Two statements."""
    types: dict[int, set[str]] = {}
    pairs = (
        select(BlockExamType.block_id, ExamType.code)
        .join(ExamType, ExamType.id == BlockExamType.exam_type_id)
        .join(Block, Block.id == BlockExamType.block_id)
        .where(Block.local_date == day)
    )
    for block_id, code in session.execute(pairs):
        types.setdefault(block_id, set()).add(code)
    rows = session.execute(
        select(Block.id, Device.code, Device.id, Block.starts_at, Block.ends_at, StaffMember.code)
        .join(Device, Device.id == Block.device_id)
        .outerjoin(StaffMember, StaffMember.id == Block.operator_id)
        .where(Block.local_date == day)
        .order_by(Block.starts_at, Device.code, Block.id)
    )
    return [Shift(*row, frozenset(types.get(row[0], ()))) for row in rows]


def patient_id_of_mrn(session: Session, mrn: str) -> int | None:
    """The patient with this number, if he or she has been here before."""
    return session.scalar(select(Patient.id).where(Patient.mrn == mrn))


def last_entry(session: Session) -> int:
    """The id of the newest audit entry; 0 when there is none."""
    return session.scalar(select(func.max(AuditEntry.id))) or 0


def last_act(session: Session, after: int) -> datetime | None:
    """When anything last happened that ends an act (adding a patient only begins one), after an audit entry."""
    return session.scalar(
        select(AuditEntry.at)
        .where(AuditEntry.id > after, AuditEntry.entity.not_in(["patient", "setting"]))
        .order_by(AuditEntry.id.desc())
        .limit(1)
    )


@dataclass(frozen=True, slots=True)
class Pending:
    """A booking that something is still to happen to: who, when it was asked for, since when it stands where it is."""

    booking_id: int
    mrn: str
    asked_at: datetime
    since: datetime
    arrived_at: datetime | None


def pending_bookings(session: Session, today: date) -> list[Pending]:
    """Bookings that are not over, and the no-shows of today. Two statements."""
    open_statuses = [Status.BOOKED.value, Status.ARRIVED.value, Status.IN_PROGRESS.value]
    missed = (Booking.status == Status.NO_SHOW.value) & (Booking.local_date == today)
    chosen = Booking.status.in_(open_statuses) | missed
    rows = session.execute(
        select(Booking.id, Patient.mrn, Booking.created_at, Booking.arrived_at)
        .join(Patient, Patient.id == Booking.patient_id)
        .where(chosen)
        .order_by(Booking.id)
    ).all()
    steps = (
        select(BookingHistory.booking_id, BookingHistory.at, BookingHistory.change)
        .join(Booking, Booking.id == BookingHistory.booking_id)
        .where(chosen, BookingHistory.from_status.is_not(None))
        .order_by(BookingHistory.id)
    )
    moved = {
        booking_id: at
        for booking_id, at, change in session.execute(steps)
        if "starts_at" in change or "device_id" in change
    }
    return [Pending(*row[:3], moved.get(row[0], row[2]), row[3]) for row in rows]


def was_asked(session: Session, asked_at: datetime) -> bool:
    """Whether a request of this very instant has been booked or refused."""
    booked = select(Booking.id).where(Booking.created_at == asked_at).limit(1)
    refused = select(UnmetDemand.id).where(UnmetDemand.at == asked_at).limit(1)
    return session.scalar(booked) is not None or session.scalar(refused) is not None


def was_changed(session: Session, booking_id: int, at: datetime) -> bool:
    """Whether a step of a booking has this instant."""
    step = select(BookingHistory.id).where(
        BookingHistory.booking_id == booking_id, BookingHistory.at == at
    )
    return session.scalar(step.limit(1)) is not None


def was_taken_over(session: Session, at: datetime) -> bool:
    """Whether a running block was given to another doctor at this instant."""
    entry = select(AuditEntry.id).where(AuditEntry.at == at, AuditEntry.action == "take_over")
    return session.scalar(entry.limit(1)) is not None


@dataclass(frozen=True, slots=True)
class Shut:
    """A closure of a device that is not lifted."""

    id: int
    device_id: int
    starts_at: datetime
    ends_at: datetime
    created_at: datetime


def standing_closures(session: Session, after: datetime) -> list[Shut]:
    """Closures of devices that end after an instant and are not lifted, as they were made."""
    rows = session.execute(
        select(
            Closure.id, Closure.device_id, Closure.starts_at, Closure.ends_at, Closure.created_at
        )
        .where(Closure.device_id.is_not(None), Closure.lifted_at.is_(None), Closure.ends_at > after)
        .order_by(Closure.id)
    )
    return [Shut(row[0], row[1] or 0, *row[2:]) for row in rows]


def flagged_on(session: Session, shut: Shut) -> list[int]:
    """Bookings that stand flagged in a closure and wait for another time, by start."""
    return list(
        session.scalars(
            select(Booking.id)
            .where(
                Booking.is_flagged,
                Booking.device_id == shut.device_id,
                Booking.starts_at < shut.ends_at,
                Booking.ends_at > shut.starts_at,
                Booking.status.in_([Status.BOOKED.value, Status.ARRIVED.value]),
            )
            .order_by(Booking.starts_at, Booking.id)
        )
    )


def last_ends(session: Session, day: date | None = None) -> dict[tuple[int, date], datetime]:
    """When the last block of each device and day ends."""
    chosen = select(
        Block.device_id, Block.local_date, func.max(Block.ends_at, type_=Block.ends_at.type)
    )
    if day is not None:
        chosen = chosen.where(Block.local_date == day)
    rows = session.execute(chosen.group_by(Block.device_id, Block.local_date))
    return {(row[0], row[1]): row[2] for row in rows}


def counts_of_rows(session: Session, after: datetime | None) -> Counter[str]:
    """What happened after an instant (None: ever), counted from rows under the names that the driver uses.

    Waits and overtime are whole seconds, examined time whole minutes, waits for a day whole days.
    """
    counts = _counts_of_exams(session, after)
    booked = (
        select(Stream.code, func.count())
        .join(Booking, Booking.stream_id == Stream.id)
        .where(*_later(Booking.created_at, after))
        .group_by(Stream.code)
    )
    for stream, number in session.execute(booked):
        counts[f"booked|{stream}"] = number
    missed, cancelled = Status.NO_SHOW.value, Status.CANCELLED.value
    returned = _steps(session, after, BookingHistory.from_status == missed)
    moves = select(func.count(AuditEntry.id)).where(
        AuditEntry.entity == "booking", AuditEntry.action == "move", *_later(AuditEntry.at, after)
    )
    counts["no_show"] = _steps(session, after, BookingHistory.to_status == missed) - returned
    counts["cancelled"] = _steps(session, after, BookingHistory.to_status == cancelled)
    counts["moved"] = (session.scalar(moves) or 0) - returned
    closures = select(func.count(Closure.id)).where(*_later(Closure.created_at, after))
    counts["closed"] = session.scalar(closures) or 0
    unmet = select(func.count(UnmetDemand.id)).where(*_later(UnmetDemand.at, after))
    counts["refused"] = session.scalar(unmet) or 0
    return +counts


def _counts_of_exams(session: Session, after: datetime | None) -> Counter[str]:
    counts: Counter[str] = Counter()
    ends = last_ends(session)
    rows = session.execute(
        select(
            Stream.code,
            ExamType.code,
            Device.code,
            Exam.device_id,
            Exam.local_date,
            Exam.minutes,
            Exam.started_at,
            Exam.ended_at,
            Booking.created_at,
            func.coalesce(Booking.arrived_at, Exam.started_at, type_=Exam.started_at.type),
        )
        .join(Booking, Booking.id == Exam.booking_id)
        .join(Stream, Stream.id == Exam.stream_id)
        .join(ExamType, ExamType.id == Exam.exam_type_id)
        .join(Device, Device.id == Exam.device_id)
        .where(Exam.voided_at.is_(None), *_later(Exam.logged_at, after))
    )
    for stream, exam_type, device, device_id, day, minutes, start, end, asked, came in rows:
        counts[f"exams|{stream}|{exam_type}"] += 1
        counts[f"examined|{device}"] += minutes
        counts[f"wait_days|{stream}"] += (day - local_date_of(asked, clock.hospital_zone())).days
        counts[f"wait_seconds|{stream}"] += int((start - came).total_seconds())
        counts[f"overtime|{device}"] += overtime_seconds(start, end, ends.get((device_id, day)))
    return counts


def overtime_seconds(start: datetime, end: datetime, closes: datetime | None) -> int:
    """Whole seconds of an exam after the machine's last block of the day (None: it has none, all of it)."""
    begins = start if closes is None else max(start, closes)
    return max(0, int((end - begins).total_seconds()))


def kept_searches(session: Session) -> int:
    """All searches that were kept as left without a booking."""
    return session.scalar(select(func.count(UnmetDemand.id))) or 0


def _steps(session: Session, after: datetime | None, which: ColumnElement[bool]) -> int:
    steps = select(func.count(BookingHistory.id)).where(
        which, is_change_of_status(), *_later(BookingHistory.at, after)
    )
    return session.scalar(steps) or 0


def _later(
    column: InstrumentedAttribute[datetime], after: datetime | None
) -> Iterable[ColumnElement[bool]]:
    return () if after is None else (column > after,)
