"""Writing a new booking with its history row, its audit entry and the time it takes: on PostgreSQL at once.

Four statements are four journeys to a server, and every booking makes them. Later changes: booking_rows.
"""

from collections.abc import Mapping

from sqlalchemy import ColumnElement, Insert, Select, String, Table, bindparam, cast, select
from sqlalchemy.orm import Session

from tracker.db import RetryTransactionError, core
from tracker.domain.lifecycle import Status
from tracker.domain.supply import DeviceDay
from tracker.models import AuditEntry, Booking, BookingHistory
from tracker.queries.catalogue import device_can
from tracker.writes.audit import audit_values, plain, write_audit
from tracker.writes.booking_rows import Author, history_values, write_history
from tracker.writes.occupancy_rows import save_device_days, save_one, values_of

_Values = Mapping[str, object]

_booking: Table = Booking.__table__  # type: ignore[assignment]
_history: Table = BookingHistory.__table__  # type: ignore[assignment]
_audit: Table = AuditEntry.__table__  # type: ignore[assignment]

_INSERT = _booking.insert().returning(_booking.c.id)
_BLANK = {
    column.name: None if column.default is None else column.default.arg  # type: ignore[attr-defined]
    for column in _booking.c
    if not column.primary_key
}
_TOLD = ("device_id", "starts_at", "exam_type_id")


def insert_booking(session: Session, values: _Values, after: DeviceDay, author: Author) -> int:
    """Write a booking, its first history row and its audit entry, and its device day; returns its id.

    `after` is the locked device day with the booking in it. Raises RetryTransactionError when the device was
    retired or lost a function since it was asked for (on SQLite nobody else writes meanwhile).
    """
    change = {name: plain(values[name]) for name in _TOLD}
    if session.get_bind().dialect.name == "postgresql":
        return _insert_at_once(session, values, change, after, author)
    booking_id = int(core(session).execute(_INSERT, dict(values)).scalar_one())
    write_history(session, booking_id, (None, Status.BOOKED), author, change)
    write_audit(
        session,
        action="book",
        entity="booking",
        entity_id=booking_id,
        by=author.by,
        now=author.now,
        change=change,
    )
    save_device_days(session, [after])
    return booking_id


def _insert_at_once(
    session: Session, values: _Values, change: _Values, after: DeviceDay, author: Author
) -> int:
    entry = audit_values(action="book", entity="booking", by=author.by, now=author.now)
    named = {
        **_named(_booking, {**_BLANK, **values}),
        **_named(_history, history_values((None, Status.BOOKED), author, change)),
        **_named(_audit, {**entry, "change": change}),
        **values_of(after),
    }
    booking_id: int | None = core(session).execute(_AT_ONCE, named).scalar_one_or_none()
    if booking_id is None:  # asked again, it is refused for what the device lacks by now
        raise RetryTransactionError
    return booking_id


def _named(table: Table, values: _Values) -> dict[str, object]:
    return {f"{table.name}_{name}": value for name, value in values.items()}


def _at_once() -> Select[int]:
    """The booking; with the id it is given, its history row and audit entry; and the device day."""
    placed = _insert_where_possible().returning(_booking.c.id).cte("placed")
    noted = _insert_with(_history, "booking_id", placed.c.id)
    audited = _insert_with(_audit, "entity_id", cast(placed.c.id, String))
    beside = (noted.cte("noted"), audited.cte("audited"), save_one.cte("saved"))
    return select(placed.c.id).add_cte(*beside)


def _insert_where_possible() -> Insert:
    """The booking, unless its device was retired or lost a function since it was asked for.

    What a device can do is read before its day is locked; whoever takes a function away holds the days of the
    device meanwhile. This statement begins behind that lock, so it sees what was committed (docs/adr/0017).
    """
    given = {name: bindparam(f"booking_{name}", type_=_booking.c[name].type) for name in _BLANK}
    can = device_can(given["device_id"], given["exam_type_id"])
    chosen = select(*given.values()).where(can)
    return _booking.insert().from_select([*given], chosen, include_defaults=False)


def _insert_with(table: Table, key: str, booking_id: ColumnElement[object]) -> Insert:
    others = [column for column in table.c if column.name not in {"id", key}]
    given = [bindparam(f"{table.name}_{column.name}", type_=column.type) for column in others]
    names = [key, *(column.name for column in others)]
    return table.insert().from_select(names, select(booking_id, *given), include_defaults=False)


_AT_ONCE = _at_once()
