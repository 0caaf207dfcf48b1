"""What every block has left and has promised, counted minute by minute from rows. Other invariants: soundness."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, text

from tests.support.soundness import instant
from tracker.db import db

MINUTE = timedelta(minutes=1)

Row = dict[str, Any]


def promised(now: datetime) -> dict[int, tuple[int, int]]:
    """Per block (D, C) in minutes, counted minute by minute from rows and not from occupancy.

    C: open minutes, less closed ones and those that passed without a booking; a booking that is past and
    idle counts in neither. D: per stream what it uses or what is still kept for it, whichever is more.
    """
    with db.engine.connect() as connection:
        blocks = _read(connection, "SELECT id, device_id, starts_at, ends_at FROM block")
        bookings = _read(
            connection,
            "SELECT block_id, stream_id, starts_at, ends_at, device_ends_at, status FROM booking "
            "WHERE NOT is_added AND status IN ('booked', 'arrived', 'in_progress', 'completed')",
        )
        reserves = _read(connection, "SELECT * FROM block_reserve")
        closures = _read(connection, "SELECT * FROM closure WHERE lifted_at IS NULL")
    found = {}
    for block in blocks:
        mine = [row for row in bookings if row["block_id"] == block["id"]]
        if mine:
            kept = {
                row["stream_id"]: row["minutes"]
                for row in reserves
                if row["block_id"] == block["id"] and instant(row["released_at"]) > now
            }
            found[block["id"]] = (_demand(mine, kept, now), _capacity(block, mine, closures, now))
    return found


def _demand(bookings: list[Row], kept: dict[int, int], now: datetime) -> int:
    used: dict[int, int] = {}
    for row in bookings:
        if not _is_idle(row, now):
            used[row["stream_id"]] = used.get(row["stream_id"], 0) + len(_minutes(row))
    return sum(max(used.get(each, 0), kept.get(each, 0)) for each in {*used, *kept})


def _capacity(block: Row, bookings: list[Row], closures: list[Row], now: datetime) -> int:
    left = _span(instant(block["starts_at"]), instant(block["ends_at"]))
    for shut in closures:
        if shut["device_id"] in {None, block["device_id"]}:
            left -= _span(instant(shut["starts_at"]), instant(shut["ends_at"]))
    taken = {minute for row in bookings if not _is_idle(row, now) for minute in _minutes(row)}
    this_minute = now.replace(second=0, microsecond=0)
    return len({minute for minute in left if minute >= this_minute or minute in taken})


def _is_idle(row: Row, now: datetime) -> bool:
    return row["status"] == "booked" and instant(row["ends_at"]) <= now


def _minutes(row: Row) -> set[datetime]:
    return _span(instant(row["starts_at"]), instant(row["device_ends_at"]))


def _span(start: datetime, end: datetime) -> set[datetime]:
    return {start + n * MINUTE for n in range((end - start) // MINUTE)}


def _read(connection: Connection, statement: str) -> list[Row]:
    rows = connection.execute(text(statement))
    return [dict(row._mapping) for row in rows]
