"""Whether the database can be worked on: its schema and its guards. What else may be wrong: queries/troubles."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from alembic.migration import MigrationContext
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tracker.db_guards import missing_guards
from tracker.models import Booking


@dataclass(frozen=True, slots=True)
class Readiness:
    """The revision of the schema, and the guards it lacks."""

    revision: str | None
    missing_guards: frozenset[str]


def readiness(session: Session) -> Readiness:
    """What the database says of itself; a database that is empty has no revision."""
    connection = session.connection()
    revision = MigrationContext.configure(connection).get_current_revision()
    if revision is None:
        return Readiness(None, frozenset())
    return Readiness(revision, frozenset(missing_guards(connection)))


def bookings_of_day(session: Session, local_date: date) -> dict[str, int]:
    """How many bookings of a day stand in which status."""
    counted = (
        select(Booking.status, func.count())
        .where(Booking.local_date == local_date)
        .group_by(Booking.status)
    )
    rows: Sequence[Any] = session.execute(counted).all()
    return dict(rows)
