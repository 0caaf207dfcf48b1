"""Whether bookings, exams and derived rows are sound after whatever happened, read by plain SQL of its own.

Nothing here asks the rule of booking; the derived rows alone are compared by the checks of their makers. No writes.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import pairwise
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from tracker import clock
from tracker.domain.workcalendar import local_date_of
from tracker.models import BookingHistory, Exam, Occupancy
from tracker.queries.agreement import volume_differences
from tracker.queries.occupancy_derived import differing_days, opened_span
from tracker.queries.volume_sums import wrong_visits

LIVE = "('booked', 'arrived', 'in_progress', 'completed')"

Row = dict[str, Any]
Faults = dict[str, list[Any]]


@dataclass(frozen=True, slots=True)
class Touched:
    """The bookings with a step after one of the history (its id); `None`: every booking there is."""

    after: int | None = None

    def of(self, column: str) -> str:
        """The condition on a column that holds a booking's id."""
        if self.after is None:
            return "TRUE"
        return f"{column} IN (SELECT booking_id FROM booking_history WHERE id > {self.after:d})"  # nosec  # SQL of names in the code


EVERYTHING = Touched()


def last_history_id(session: Session) -> int:
    """The newest step of any booking; 0 when there is none."""
    return session.scalar(select(func.max(BookingHistory.id))) or 0


def faults_of(
    session: Session, touched: Touched = EVERYTHING, *, day: date | None = None
) -> Faults:
    """Every invariant that does not hold, with what breaks it; empty when all is sound.

    Looked at are the touched bookings with all they meet, the occupancy of the days they stand on, and the
    roll-ups of the days they were examined on. `day`: of occupancy this day alone.
    """
    faults: Faults = {
        "overlaps": overlaps(session, touched),
        "blocks": overfull_blocks(session, touched),
        "history": broken_histories(session, touched),
        "exams": wrongly_examined(session, touched),
        "rooms": exams_at_once(session, touched),
        "held": _rows(session, f"SELECT id FROM booking WHERE is_held AND {touched.of('id')}"),  # nosec  # SQL of names in the code
        "occupancy": _occupancy(session, touched, day),
        "volume": _volume(session, touched),
    }
    return {name: found for name, found in faults.items() if found}


def overlaps(session: Session, touched: Touched = EVERYTHING) -> list[Row]:
    """Pairs of live bookings that stand on one device, or hold one patient, at the same time."""
    both = f"{touched.of('a.id')} AND a.id <> b.id AND a.status IN {LIVE} AND b.status IN {LIVE}"
    on_device = (
        "SELECT a.id AS one, b.id AS other FROM booking a JOIN booking b ON a.device_id = b.device_id "  # nosec  # SQL of names in the code
        f"WHERE {both} AND NOT a.is_added AND NOT b.is_added AND a.starts_at < b.device_ends_at "
        "AND b.starts_at < a.device_ends_at AND a.starts_at < a.device_ends_at "
        "AND b.starts_at < b.device_ends_at AND b.local_date BETWEEN {0} AND {1}"
    ).format(*_beside(session))
    of_patient = (
        "SELECT a.id AS one, b.id AS other FROM booking a JOIN booking b ON a.patient_id = b.patient_id "  # nosec  # SQL of names in the code
        f"WHERE {both} AND a.starts_at < b.patient_ends_at AND b.starts_at < a.patient_ends_at "
        "AND a.starts_at < a.patient_ends_at AND b.starts_at < b.patient_ends_at"
    )
    found = _rows(session, on_device) + _rows(session, of_patient)
    pairs = {(min(row.values()), max(row.values())) for row in found}
    return [{"one": one, "other": other} for one, other in sorted(pairs)]


def _beside(session: Session) -> tuple[str, str]:
    """The days around the one of `a`, in the engine's words: a night runs on into the next."""
    if session.get_bind().dialect.name == "sqlite":
        return "date(a.local_date, '-1 day')", "date(a.local_date, '+1 day')"
    return "a.local_date - 1", "a.local_date + 1"


def overfull_blocks(session: Session, touched: Touched = EVERYTHING) -> list[Row]:
    """Blocks whose live planned bookings take more minutes than they have, or lie outside them."""
    blocks = "TRUE"
    if touched.after is not None:
        blocks = f"k.id IN (SELECT block_id FROM booking WHERE {touched.of('id')})"  # nosec  # SQL of names in the code
    found = _rows(
        session,
        "SELECT k.id AS block, k.starts_at AS opens, k.ends_at AS closes, b.starts_at AS begins, "  # nosec  # SQL of names in the code
        "b.device_ends_at AS until FROM booking b JOIN block k ON k.id = b.block_id "
        f"WHERE b.status IN {LIVE} AND NOT b.is_added AND {blocks}",
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


def broken_histories(session: Session, touched: Touched = EVERYTHING) -> list[Row]:
    """Bookings whose steps do not follow each other to their status, or lack a step or an audit entry."""
    steps: dict[int, list[tuple[str | None, str]]] = defaultdict(list)
    history = (
        "SELECT booking_id, from_status, to_status FROM booking_history "  # nosec  # SQL of names in the code
        f"WHERE {touched.of('booking_id')} ORDER BY id"
    )
    for row in _rows(session, history):
        steps[row["booking_id"]].append((row["from_status"], row["to_status"]))
    audits = _audits(session, touched)
    faults = []
    bookings = f"SELECT id, status, version FROM booking WHERE {touched.of('id')}"  # nosec  # SQL of names in the code
    for row in _rows(session, bookings):
        chain = steps.pop(row["id"], [])
        follows = [None, *(target for _, target in chain)]
        sound = [origin for origin, _ in chain] == follows[:-1] and follows[-1] == row["status"]
        if not sound or {len(chain), audits.get(row["id"])} != {row["version"]}:
            faults.append({**row, "chain": chain, "audits": audits.get(row["id"])})
    return [*faults, *({"booking": booking_id} for booking_id in steps)]


def _audits(session: Session, touched: Touched) -> Mapping[int, int]:
    """How many audit entries each booking has."""
    which = "TRUE"
    if touched.after is not None:
        which = (
            "entity_id IN (SELECT CAST(booking_id AS VARCHAR(60)) FROM booking_history "  # nosec  # SQL of names in the code
            f"WHERE id > {touched.after:d})"
        )
    found = _rows(
        session,
        "SELECT entity_id, count(*) AS entries FROM audit_entry "  # nosec  # SQL of names in the code
        f"WHERE entity = 'booking' AND {which} GROUP BY entity_id",
    )
    return {int(row["entity_id"]): row["entries"] for row in found}


def wrongly_examined(session: Session, touched: Touched = EVERYTHING) -> list[Row]:
    """Bookings that are completed without exactly one live exam, or have one without being completed."""
    return _rows(
        session,
        "SELECT b.id, b.status, count(e.id) AS exams FROM booking b "  # nosec  # SQL of names in the code
        "LEFT JOIN exam e ON e.booking_id = b.id AND e.voided_at IS NULL "
        f"WHERE {touched.of('b.id')} GROUP BY b.id, b.status "
        "HAVING count(e.id) <> CASE b.status WHEN 'completed' THEN 1 ELSE 0 END",
    )


def exams_at_once(session: Session, touched: Touched) -> list[Row]:
    """Exams clicked live that ran on one device at the same time; those entered later may say anything."""
    days = "TRUE"
    if touched.after is not None:
        exams = f"SELECT local_date FROM exam WHERE {touched.of('booking_id')}"  # nosec  # SQL of names in the code
        days = f"local_date IN ({exams})"
    found = _rows(
        session,
        "SELECT id, device_id, started_at, ended_at FROM exam WHERE voided_at IS NULL "  # nosec  # SQL of names in the code
        f"AND import_id IS NULL AND NOT entered_later AND version = 1 AND {days} ORDER BY device_id, started_at, id",
    )
    pairs = pairwise(found)
    return [
        {"one": one["id"], "other": other["id"]}
        for one, other in pairs
        if one["device_id"] == other["device_id"]
        and instant(other["started_at"]) < instant(one["ended_at"])
    ]


def _occupancy(session: Session, touched: Touched, day: date | None) -> list[Any]:
    if day is None and touched.after is not None:
        return _touched_occupancy(session, touched)
    span = opened_span(session) if day is None else (day, day)
    return [] if span is None else list(differing_days(session, *span))


def _touched_occupancy(session: Session, touched: Touched) -> list[Any]:
    """The days on which the bookings stand and those they left, each by itself: they reach far ahead."""
    found = session.execute(
        text(f"SELECT DISTINCT local_date FROM booking WHERE {touched.of('id')}").columns(  # nosec  # SQL of names in the code
            local_date=Occupancy.local_date.type
        )
    )
    days = set(found.scalars())
    changes = select(BookingHistory.change).where(BookingHistory.id > touched.after)
    for change in session.scalars(changes):
        if isinstance(moved := change.get("starts_at"), list):
            days.add(local_date_of(datetime.fromisoformat(moved[0]), clock.hospital_zone()))
    return [key for day in sorted(days) for key in differing_days(session, day, day)]


def _volume(session: Session, touched: Touched) -> list[Any]:
    if touched.after is None:
        return _miscounted(session, date.min, date.max)
    days = session.execute(
        text(
            f"SELECT DISTINCT local_date FROM exam WHERE {touched.of('booking_id')}"  # nosec  # SQL of names in the code
        ).columns(local_date=Exam.local_date.type)
    )
    return [each for day in sorted(days.scalars()) for each in _miscounted(session, day, day)]


def _miscounted(session: Session, first: date, last: date) -> list[Any]:
    return [*volume_differences(session, first, last), *wrong_visits(session, first, last)]


def instant(value: object) -> datetime:
    """A stored instant as plain SQL gives it: aware, or SQLite's text in UTC."""
    found = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def _rows(session: Session, statement: str) -> list[Row]:
    return [dict(row._mapping) for row in session.execute(text(statement))]
