"""Adding, changing and retiring the streams patients come from."""

from datetime import datetime

from sqlalchemy.orm import Session

from tracker.db import service
from tracker.domain.catalogue import StreamValues
from tracker.models.catalogue import Stream
from tracker.writes.booking_rows import Author
from tracker.writes.catalogue_rows import locked_row, save_row
from tracker.writes.occupancy import lock_supply
from tracker.writes.pressure import refresh_pressure
from tracker.writes.stream_rows import insert_stream, update_stream


@service
def add_stream(session: Session, values: StreamValues, *, by: int, now: datetime) -> int:
    """Add a stream, such as emergency or referral; returns its id. Raises InvalidError."""
    lock_supply(session)
    return insert_stream(session, values, Author(by, now))


@service
def change_stream(
    session: Session,
    stream_id: int,
    values: StreamValues,
    *,
    version: int | None = None,
    by: int,
    now: datetime,
) -> None:
    """Change a stream. Another release time holds for days that are opened from now on.

    Raises InvalidError, NotFoundError, StaleError.
    """
    lock_supply(session)
    update_stream(session, stream_id, values, version=version, author=Author(by, now))


@service
def retire_stream(
    session: Session, stream_id: int, *, version: int | None = None, by: int, now: datetime
) -> None:
    """Book for it no more. What is booked stays; reserves of opened days are released as they were to be.

    Raises NotFoundError, StaleError.
    """
    _set_retired(session, stream_id, version, Author(by, now), retired=True)


@service
def reinstate_stream(
    session: Session, stream_id: int, *, version: int | None = None, by: int, now: datetime
) -> None:
    """Book for a retired stream again. Raises NotFoundError, StaleError."""
    _set_retired(session, stream_id, version, Author(by, now), retired=False)


def _set_retired(
    session: Session, stream_id: int, version: int | None, author: Author, *, retired: bool
) -> None:
    lock_supply(session)
    stream = locked_row(session, Stream, stream_id, version=version)
    if (stream.retired_at is not None) == retired:
        return
    stream.retired_at = author.now if retired else None
    save_row(session, stream, author, action="retire" if retired else "reinstate")
    refresh_pressure(session)
