"""Whether the database can be worked on: its schema, its guards, and when the jobs last ran. No judgement on load."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from alembic.migration import MigrationContext
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tracker.db_guards import missing_guards
from tracker.models import Booking, JobRun


@dataclass(frozen=True, slots=True)
class Readiness:
    """The revision of the schema, the guards it lacks, and the start of the last run of a job."""

    revision: str | None
    missing_guards: frozenset[str]
    last_job: datetime | None


def readiness(session: Session) -> Readiness:
    """What the database says of itself; a database that is empty has no revision."""
    connection = session.connection()
    revision = MigrationContext.configure(connection).get_current_revision()
    if revision is None:
        return Readiness(None, frozenset(), None)
    last_job = session.scalar(select(func.max(JobRun.started_at)))
    return Readiness(revision, frozenset(missing_guards(connection)), last_job)


def bookings_of_day(session: Session, local_date: date) -> dict[str, int]:
    """How many bookings of a day stand in which status."""
    counted = (
        select(Booking.status, func.count())
        .where(Booking.local_date == local_date)
        .group_by(Booking.status)
    )
    rows: Sequence[Any] = session.execute(counted).all()
    return dict(rows)
