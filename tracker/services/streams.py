"""Adding, changing and retiring the streams patients come from."""

from datetime import datetime

from sqlalchemy.orm import Session

from tracker.db import service
from tracker.domain.catalogue import StreamValues, checked_stream
from tracker.models.catalogue import Stream
from tracker.writes.booking_rows import Author
from tracker.writes.catalogue_rows import (
    add_row,
    change_row,
    locked_row,
    refuse_taken_code,
    save_row,
)
from tracker.writes.occupancy import lock_supply
from tracker.writes.pressure import refresh_pressure

_COLUMNS = (
    "code", "name_zh", "name_en", "goal_working_days", "goal_working_hours", "release_days_before",
    "release_time", "demand_share_percent", "sort_order",
)  # fmt: skip


@service
def add_stream(session: Session, values: StreamValues, *, by: int, now: datetime) -> int:
    """Add a stream, such as emergency or referral; returns its id. Raises InvalidError."""
    values = checked_stream(values)
    lock_supply(session)
    refuse_taken_code(session, Stream, values.code)
    stream = Stream(**{name: getattr(values, name) for name in _COLUMNS})
    return add_row(session, stream, Author(by, now), {"code": values.code})


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
    values = checked_stream(values)
    lock_supply(session)
    stream = locked_row(session, Stream, stream_id, version=version)
    refuse_taken_code(session, Stream, values.code, besides=stream_id)
    change = change_row(stream, {name: getattr(values, name) for name in _COLUMNS})
    if change:
        save_row(session, stream, Author(by, now), change=change)


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
