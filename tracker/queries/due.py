"""What the clock has made due: bookings whose half-day is over, jobs that ran and failed. No writes."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from tracker import clock
from tracker.domain.lifecycle import Status
from tracker.domain.workcalendar import instant_of, local_date_of
from tracker.models import Booking, JobRun, PartOfDay


@dataclass(frozen=True, slots=True)
class Overdue:
    """A booking whose half-day is over, as it was seen."""

    booking_id: int
    version: int


def overdue_bookings(session: Session, *, now: datetime, limit: int) -> list[Overdue]:
    """Bookings still `booked` at the end of the half-day in which they start: nobody came."""
    today = local_date_of(now, clock.hospital_zone())
    ends = [
        instant_of(today, part.ends, clock.hospital_zone())
        for part in session.scalars(select(PartOfDay))
    ]
    over = max((end for end in ends if end <= now), default=None)
    due = Booking.local_date < today
    if over is not None:
        due = or_(due, and_(Booking.local_date == today, Booking.starts_at < over))
    rows = session.execute(
        select(Booking.id, Booking.version)
        .where(Booking.status == Status.BOOKED.value, due, Booking.local_date <= today)
        .order_by(Booking.starts_at)
        .limit(limit)
    )
    return [Overdue(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class LastRun:
    """The newest run of a job; `outcome` is done, difference, failed or None while it runs."""

    job: str
    started_at: datetime
    ended_at: datetime | None
    outcome: str | None
    detail: str


def last_runs(session: Session) -> list[LastRun]:
    """The newest run of every job, by name."""
    newest = select(func.max(JobRun.id)).group_by(JobRun.job)
    runs = session.execute(
        select(JobRun.job, JobRun.started_at, JobRun.ended_at, JobRun.outcome, JobRun.detail)
        .where(JobRun.id.in_(newest))
        .order_by(JobRun.job)
    )
    return [LastRun(*run) for run in runs]
