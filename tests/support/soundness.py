"""Whether a database is sound after whatever happened, read by plain SQL and arithmetic of its own.

Nothing here asks the rule of booking; the derived rows alone are compared by the product's own checks.
"""

from collections import defaultdict
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection, func, select, text

from tracker.db import Base, db, read_session
from tracker.models import Occupancy
from tracker.queries.agreement import volume_differences
from tracker.queries.occupancy_derived import differing_days

LIVE = "('booked', 'arrived', 'in_progress', 'completed')"

Row = dict[str, Any]


def tables() -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table: equal before and after a refusal."""
    with db.engine.connect() as connection:
        return {
            table.name: sorted(map(tuple, connection.execute(table.select())), key=repr)
            for table in Base.metadata.sorted_tables
        }


def assert_sound(*, day: date | None = None) -> None:
    """Fail, saying how, unless every invariant of bookings, exams and derived rows holds.

    Occupancy is compared on all opened days, or on one `day`.
    """
    with db.engine.connect() as connection:
        faults = {
            "overlaps": overlaps(connection),
            "blocks": overfull_blocks(connection),
            "history": broken_histories(connection),
            "exams": wrongly_examined(connection),
            "held": _rows(connection, "SELECT id FROM booking WHERE is_held"),
        }
    with read_session() as session:
        opened = select(func.min(Occupancy.local_date), func.max(Occupancy.local_date))
        first, last = session.execute(opened).one() if day is None else (day, day)
        faults["occupancy"] = differing_days(session, first, last)
        faults["volume"] = volume_differences(session, date.min, date.max)
    broken = {name: found for name, found in faults.items() if found}
    assert not broken, broken


def overlaps(connection: Connection) -> list[Row]:
    """Pairs of live bookings that stand on one device, or hold one patient, at the same time."""
    both = f"a.status IN {LIVE} AND b.status IN {LIVE} AND a.id < b.id"
    on_device = (
        "SELECT a.id AS one, b.id AS other FROM booking a JOIN booking b ON a.device_id = b.device_id "
        f"WHERE {both} AND NOT a.is_added AND NOT b.is_added AND a.starts_at < b.device_ends_at "
        "AND b.starts_at < a.device_ends_at AND a.starts_at < a.device_ends_at "
        "AND b.starts_at < b.device_ends_at"
    )
    of_patient = (
        "SELECT a.id AS one, b.id AS other FROM booking a JOIN booking b ON a.patient_id = b.patient_id "
        f"WHERE {both} AND a.starts_at < b.patient_ends_at AND b.starts_at < a.patient_ends_at "
        "AND a.starts_at < a.patient_ends_at AND b.starts_at < b.patient_ends_at"
    )
    return _rows(connection, on_device) + _rows(connection, of_patient)


def overfull_blocks(connection: Connection) -> list[Row]:
    """Blocks whose live planned bookings take more minutes than they have, or lie outside them."""
    found = _rows(
        connection,
        "SELECT k.id AS block, k.starts_at AS opens, k.ends_at AS closes, b.starts_at AS begins, "
        f"b.device_ends_at AS until FROM booking b JOIN block k ON k.id = b.block_id "
        f"WHERE b.status IN {LIVE} AND NOT b.is_added",
    )
    used: dict[int, float] = defaultdict(float)
    faults = []
    for row in found:
        opens, closes, begins, until = (
            instant(row[name]) for name in ("opens", "closes", "begins", "until")
        )
        used[row["block"]] += (until - begins).total_seconds()
        inside = opens <= begins and until <= closes
        if not inside or used[row["block"]] > (closes - opens).total_seconds():
            faults.append(row)
    return faults


def broken_histories(connection: Connection) -> list[Row]:
    """Bookings whose steps do not follow each other to their status, or lack a step or an audit entry."""
    steps: dict[int, list[tuple[str | None, str]]] = defaultdict(list)
    for row in _rows(connection, "SELECT * FROM booking_history ORDER BY id"):
        steps[row["booking_id"]].append((row["from_status"], row["to_status"]))
    audits = {
        row["entity_id"]: row["entries"]
        for row in _rows(
            connection,
            "SELECT entity_id, count(*) AS entries FROM audit_entry WHERE entity = 'booking' "
            "GROUP BY entity_id",
        )
    }
    faults = []
    for row in _rows(connection, "SELECT id, status, version FROM booking"):
        chain = steps.pop(row["id"], [])
        follows = [None, *(target for _, target in chain)]
        sound = [origin for origin, _ in chain] == follows[:-1] and follows[-1] == row["status"]
        if not sound or {len(chain), audits.get(str(row["id"]))} != {row["version"]}:
            faults.append({**row, "chain": chain, "audits": audits.get(str(row["id"]))})
    return [*faults, *({"booking": booking_id} for booking_id in steps)]


def wrongly_examined(connection: Connection) -> list[Row]:
    """Bookings that are completed without exactly one live exam, or have one without being completed."""
    return _rows(
        connection,
        "SELECT b.id, b.status, count(e.id) AS exams FROM booking b "
        "LEFT JOIN exam e ON e.booking_id = b.id AND e.voided_at IS NULL GROUP BY b.id, b.status "
        "HAVING count(e.id) <> CASE b.status WHEN 'completed' THEN 1 ELSE 0 END",
    )


def count(table: str, where: str = "1 = 1") -> int:
    """How many rows of a table meet a condition."""
    with db.engine.connect() as connection:
        return int(
            connection.execute(text(f"SELECT count(*) FROM {table} WHERE {where}")).scalar_one()
        )


def instant(value: object) -> datetime:
    """A stored instant as plain SQL gives it: aware, or SQLite's text in UTC."""
    found = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def _rows(connection: Connection, statement: str) -> list[Row]:
    return [dict(row._mapping) for row in connection.execute(text(statement))]
