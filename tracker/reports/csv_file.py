"""A table as CSV, piece by piece. The byte order mark tells Excel that it is UTF-8."""

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import date, datetime

from tracker.domain.texts import harmless_cell
from tracker.reports.tables import Table, Value

CSV = "text/csv; charset=utf-8"
ROWS_AT_ONCE = 200


def csv_pieces(table: Table) -> Iterator[bytes]:
    """The file from its first byte to its last, some rows at a time."""
    yield "\ufeff".encode()
    yield _lines([[column.title for column in table.columns]])
    waiting: list[Sequence[Value]] = []
    for row in table.rows:
        waiting.append(row)
        if len(waiting) == ROWS_AT_ONCE:
            yield _lines(waiting)
            waiting = []
    yield _lines(waiting)


def _lines(rows: Sequence[Sequence[Value]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([_cell(value) for value in row] for row in rows)
    return text.getvalue().encode()


def _cell(value: Value) -> str:
    """Texts that begin like a formula are made harmless; a number may begin with a minus."""
    if value is None:
        return ""
    if isinstance(value, str):
        return harmless_cell(value)
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    return value.isoformat() if isinstance(value, date) else str(value)
