"""Steps that add or change a stream, alike for its form and for a sheet. The caller holds the supply's lock."""

from sqlalchemy.orm import Session

from tracker.domain.catalogue import StreamValues, checked_stream
from tracker.models.catalogue import Stream
from tracker.writes.booking_rows import Author
from tracker.writes.catalogue_rows import (
    add_coded,
    change_coded,
    locked_row,
    save_row,
)

_COLUMNS = (
    "code", "name_zh", "name_en", "goal_working_days", "goal_working_hours", "release_days_before",
    "release_time", "demand_share_percent", "sort_order",
)  # fmt: skip


def insert_stream(session: Session, values: StreamValues, author: Author) -> int:
    """Add a stream with its audit entry; returns its id. Raises InvalidError."""
    values = checked_stream(values)
    return add_coded(session, Stream, values, _COLUMNS, author)


def update_stream(
    session: Session, stream_id: int, values: StreamValues, *, version: int | None, author: Author
) -> bool:
    """Change a stream; whether anything differed. Raises InvalidError, NotFoundError, StaleError."""
    values = checked_stream(values)
    stream = locked_row(session, Stream, stream_id, version=version)
    change = change_coded(session, stream, values, _COLUMNS)
    if change:
        save_row(session, stream, author, change=change)
    return bool(change)
