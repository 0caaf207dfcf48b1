"""What came of a stretch of days, counted from rows: the figures of a replay's table. No writes."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tracker import clock
from tracker.domain.supply import MINUTE
from tracker.domain.workcalendar import local_date_of
from tracker.models import Booking, Device, Exam, ExamType, Stream
from tracker.queries.counting import counts
from tracker.queries.device_time import device_times


def count_bookings(session: Session) -> int:
    """All bookings there are."""
    return session.scalar(select(func.count()).select_from(Booking)) or 0


def bookings_by_status(session: Session) -> dict[str, int]:
    """How many bookings stand in each status."""
    rows = session.execute(select(Booking.status, func.count()).group_by(Booking.status))
    return {row[0]: row[1] for row in rows}


def exams_by_stream(session: Session) -> dict[str, int]:
    """Exams that count, by stream code in the department's order."""
    rows = session.execute(
        select(Stream.code, func.count(Exam.id))
        .join(Exam, Exam.stream_id == Stream.id)
        .where(counts())
        .group_by(Stream.code, Stream.sort_order)
        .order_by(Stream.sort_order)
    )
    return {row[0]: row[1] for row in rows}


def exams_by_type(session: Session) -> dict[str, int]:
    """Exams that count, by exam type code in the department's order."""
    rows = session.execute(
        select(ExamType.code, func.count(Exam.id))
        .join(Exam, Exam.exam_type_id == ExamType.id)
        .where(counts())
        .group_by(ExamType.code, ExamType.sort_order)
        .order_by(ExamType.sort_order)
    )
    return {row[0]: row[1] for row in rows}


def device_use(session: Session, first: date, last: date) -> dict[str, tuple[int, int]]:
    """Per device code: minutes examined and minutes open, from `first` to `last` (inclusive).

    Open are those of its blocks less closures and less the way to a ward and back.
    """
    examined = session.execute(
        select(Device.code, func.sum(Exam.minutes))
        .join(Exam, Exam.device_id == Device.id)
        .where(counts(), Exam.local_date.between(first, last))
        .group_by(Device.code)
    )
    minutes: Mapping[str, int] = {row[0]: int(row[1] or 0) for row in examined}
    opened: dict[int, int] = {}
    for each in device_times(session, first, last):
        opened[each.device_id] = opened.get(each.device_id, 0) + each.time.minutes
    codes = session.execute(select(Device.id, Device.code).order_by(Device.sort_order))
    return {
        code: (minutes.get(code, 0), opened[device_id])
        for device_id, code in codes
        if device_id in opened
    }


def waits_in_minutes(session: Session) -> list[float]:
    """Minutes from check-in to start of every exam that has both."""
    rows = session.execute(
        select(Booking.arrived_at, Exam.started_at)
        .join(Exam, Exam.booking_id == Booking.id)
        .where(counts(), Booking.arrived_at.is_not(None))
    )
    return [(row.started_at - row.arrived_at) / MINUTE for row in rows]


def waits_in_days(session: Session) -> dict[str, list[float]]:
    """Days from asking to the exam, of every exam with a booking, by stream code."""
    zone = clock.hospital_zone()
    rows = session.execute(
        select(Stream.code, Exam.local_date, Booking.created_at)
        .join(Booking, Booking.id == Exam.booking_id)
        .join(Stream, Stream.id == Exam.stream_id)
        .where(counts())
        .order_by(Stream.sort_order)
    )
    days: dict[str, list[float]] = {}
    for stream, day, asked_at in rows:
        days.setdefault(stream, []).append((day - local_date_of(asked_at, zone)).days)
    return days
