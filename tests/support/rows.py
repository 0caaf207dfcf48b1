"""Rows read by plain SQL, for tests that count again what a query counted."""

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import text

from tracker.db import read_session

COUNTS = "voided_at IS NULL AND import_id IS NULL"
LIVE = f"{COUNTS} AND NOT entered_later"
"""What counts, and what was clicked live, where no file was ever brought in."""


def rows(statement: str) -> list[Any]:
    """The rows of a statement, as tuples."""
    with read_session() as session:
        return [tuple(row) for row in session.execute(text(statement))]


def instant(value: Any) -> datetime:
    """What either engine gives for a column of instants."""
    found = datetime.fromisoformat(value) if isinstance(value, str) else value
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found


def whole(value: Any) -> datetime:
    """The same, to the second."""
    return instant(value).replace(microsecond=0)


def day(value: Any) -> date:
    """What either engine gives for a column of dates."""
    return date.fromisoformat(value) if isinstance(value, str) else value
