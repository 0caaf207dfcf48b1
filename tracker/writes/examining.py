"""Starting and finishing an exam, and the ways back: the booking, its device's time and the exam together."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tracker import clock
from tracker.domain.errors import N_, ConflictError, InvalidError, Params
from tracker.domain.interval import span_mask
from tracker.domain.lifecycle import LIVE, Status, Step, next_status
from tracker.domain.reserves import shortage
from tracker.domain.supply import MINUTE, DeviceDay
from tracker.domain.workcalendar import day_start
from tracker.models import Account, Booking, Exam, ExamType, StaffMember, Stream
from tracker.queries.catalogue import ExamTerms, exam_terms
from tracker.queries.occupancy import runs_today
from tracker.queries.weights import points_on
from tracker.writes.booking_rows import Author, save_change, snapshot
from tracker.writes.booking_steps import Days, key_of, leave_device
from tracker.writes.exam_rows import LONGEST_EXAM, live_exam_of, log_exam, void_exam
from tracker.writes.occupancy import save_device_days
from tracker.writes.placing import day_of, resized
from tracker.writes.taking_part import record_taking_part


@dataclass(frozen=True, slots=True)
class Where:
    """The device and the person that really examine."""

    device_id: int
    operator_id: int


@dataclass(frozen=True, slots=True)
class Report:
    """What is known when an exam ends: its number (None: issue one), its parts (None: as booked), and the codes of
    who else took part (None: nobody).
    """

    number: str | None = None
    parts: int | None = None
    supervisor: str | None = None
    assistant: str | None = None


def start_exam(
    session: Session, booking: Booking, days: Days, where: Where, author: Author
) -> None:
    """Arrived → in progress, on the device and by the person of `where`.

    An exam taken to another device frees its planned time. Raises IllegalTransitionError, and ConflictError
    `device_in_use` while another exam runs on the device.
    """
    target = next_status(Status(booking.status), Step.START).to
    running = _running_on(session, where.device_id, author)
    if running is not None:
        raise ConflictError(
            N_("Another exam is still in progress on this device. Finish it first."),
            code="device_in_use",
            field="device",
            details={"booking": running},
        )
    before = snapshot(booking)
    booking.status = target.value
    booking.started_at = author.now
    booking.started_device_id, booking.started_operator_id = where.device_id, where.operator_id
    if where.device_id != booking.device_id and not booking.is_added:
        day = resized(days[key_of(booking)], booking, min(author.now, booking.starts_at))
        save_device_days(session, [day])
    save_change(session, booking, author, action="start", before=before)


def _running_on(session: Session, device_id: int, author: Author) -> int | None:
    """The booking that is in progress on the device today; older ones are on the list to settle."""
    here = func.coalesce(Booking.started_device_id, Booking.device_id) == device_id
    midnight = day_start(day_of(author.now), clock.hospital_zone())
    return session.scalar(select(Booking.id).where(runs_today, here), {"midnight": midnight})


def finish_exam(
    session: Session, booking: Booking, days: Days, report: Report, author: Author
) -> Exam:
    """In progress → completed: logs the exam, frees the rest of the device's time. Returns the exam.

    Raises IllegalTransitionError, InvalidError for a number in use, parts out of range or people, and ConflictError
    `left_running` for one that began longer ago than an exam takes: nobody knows any more when it ended.
    """
    target = next_status(Status(booking.status), Step.FINISH).to
    _refuse_left_running(booking, author.now)
    terms = terms_of(session, booking)
    before = snapshot(booking)
    # never longer than it holds: an exam taken to another device has given this one back
    until = min(author.now, booking.device_ends_at)
    day = resized(days[key_of(booking)], booking, until) if not booking.is_added else None
    patient_until = author.now + terms.observation_minutes * MINUTE
    booking.patient_ends_at = max(booking.starts_at, min(booking.patient_ends_at, patient_until))
    booking.status = target.value
    booking.is_flagged, booking.flag_reason = False, ""  # it was done: nobody needs another time
    if day is not None:
        save_device_days(session, [day])
    save_change(session, booking, author, action="finish", before=before)
    exam = _exam_of(booking, report, author)
    exam.points_hundredths = points_on(session, terms, exam.parts, exam.local_date)
    named = {"supervisor": report.supervisor, "assistant": report.assistant}
    record_taking_part(session, exam, **named)
    return log_exam(session, exam, author, number=report.number)


def _refuse_left_running(booking: Booking, now: datetime) -> None:
    if booking.started_at is None or now - booking.started_at <= LONGEST_EXAM:
        return
    text = N_("This exam began on %(start)s and was not finished. Enter when it really ended.")
    raise ConflictError(text, code="left_running", params=Params(start=booking.started_at))


def _exam_of(booking: Booking, report: Report, author: Author) -> Exam:
    started_at = booking.started_at or author.now
    operator_id = booking.started_operator_id or booking.operator_id
    if operator_id is None:
        raise InvalidError(N_("Say who examined."), field="operator")
    parts = report.parts or booking.parts
    return Exam(
        booking_id=booking.id,
        patient_id=booking.patient_id,
        exam_type_id=booking.exam_type_id,
        parts=parts,
        stream_id=booking.stream_id,
        device_id=booking.started_device_id or booking.device_id,
        operator_id=operator_id,
        started_at=started_at,
        ended_at=author.now,
        local_date=day_of(started_at),
        minutes=whole_minutes(author.now - started_at),
    )


def whole_minutes(length: timedelta) -> int:
    """Minutes of a stretch, to the nearest whole one, at least 0."""
    return max(0, round(length / MINUTE))


def undo_start(session: Session, booking: Booking, days: Days, author: Author) -> None:
    """In progress → arrived; the planned time is taken again as far as it is still free."""
    before = snapshot(booking)
    booking.status = next_status(Status.IN_PROGRESS, Step.UNDO).to.value
    leave_device(booking)
    regain_time(session, booking, days, author)
    save_change(session, booking, author, action="undo start", before=before)


def undo_finish(session: Session, booking: Booking, days: Days, author: Author) -> None:
    """Completed → in progress: the exam is voided, with the author's reason."""
    before = snapshot(booking)
    booking.status = next_status(Status.COMPLETED, Step.UNDO).to.value
    regain_time(session, booking, days, author)
    save_change(session, booking, author, action="undo finish", before=before)
    exam = live_exam_of(session, booking.id)
    if exam is not None:
        void_exam(session, exam, author)


def regain_time(session: Session, booking: Booking, days: Days, author: Author) -> None:
    """Hold the whole planned time again, if nobody was given or promised it meanwhile; else stay as short
    as it is. Of the device and of the patient each by itself.
    """
    _regain_patient(session, booking)
    elsewhere = booking.started_device_id not in {None, booking.device_id}
    day = days[key_of(booking)]
    if not booking.is_added and not elsewhere and _is_left(day, booking, author.now):
        save_device_days(session, [resized(day, booking, booking.ends_at)])


def _is_left(day: DeviceDay, booking: Booking, now: datetime) -> bool:
    """Whether the device's minutes that the booking gave back are there, free and kept for nobody."""
    given_back = span_mask(day.minute_of(booking.device_ends_at), day.minute_of(booking.ends_at))
    if not given_back or given_back & day.busy:
        return False
    to_come = given_back & ~span_mask(0, max(0, day.minute_of(now)))
    block = next((each for each in day.blocks if each.block_id == booking.block_id), None)
    minutes = to_come.bit_count()
    return (
        block is None
        or not minutes
        or (shortage(day, block, stream_id=booking.stream_id, minutes=minutes, now=now) is None)
    )


def _regain_patient(session: Session, booking: Booking) -> None:
    observed = terms_of(session, booking).observation_minutes
    until = booking.ends_at + observed * MINUTE
    elsewhere = select(Booking.id).where(
        Booking.patient_id == booking.patient_id,
        Booking.id != booking.id,
        Booking.status.in_([status.value for status in LIVE]),
        Booking.starts_at < until,
        Booking.patient_ends_at > booking.patient_ends_at,
    )
    if until > booking.patient_ends_at and session.scalar(elsewhere.limit(1)) is None:
        booking.patient_ends_at = until


def operator_for(session: Session, booking: Booking, wanted: int | None, by: int) -> int:
    """Who examines: the one named, else the account's own staff member, else the block's operator.

    Raises InvalidError on `operator` when none of them is known.
    """
    own = session.scalar(
        select(StaffMember.id)
        .join(Account, Account.staff_member_id == StaffMember.id)
        .where(Account.id == by, StaffMember.kind == "doctor")
    )
    operator_id = wanted or own or booking.operator_id
    if operator_id is None:
        raise InvalidError(N_("Say who examined."), field="operator")
    return operator_id


def terms_of(session: Session, booking: Booking) -> ExamTerms:
    """The terms of a booking's exam type and stream as they are today, retired or not."""
    exam_type = session.get_one(ExamType, booking.exam_type_id)
    stream = session.get_one(Stream, booking.stream_id)
    terms = exam_terms(session, exam_type_code=exam_type.code, stream_code=stream.code)
    if terms is None:
        raise LookupError(f"booking {booking.id} names an exam type or stream that does not exist")
    return terms
