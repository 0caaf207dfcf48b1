"""Giving blocks another operator: their bookings follow, each with a history row and an audit entry."""

from collections.abc import Collection, Mapping

from sqlalchemy import ColumnElement, bindparam, select, update
from sqlalchemy.orm import Session

from tracker.domain.lifecycle import Status
from tracker.models import AuditEntry, Booking, BookingHistory
from tracker.writes.audit import audit_values
from tracker.writes.booking_rows import Author, history_values

_booking = Booking.__table__
_history = BookingHistory.__table__.insert()  # type: ignore[attr-defined]
_audit = AuditEntry.__table__.insert()  # type: ignore[attr-defined]
_give = (
    update(_booking)  # type: ignore[arg-type]
    .where(_booking.c.id == bindparam("row"))
    .values(
        operator_id=bindparam("operator"),
        block_id=bindparam("block"),
        version=_booking.c.version + 1,
    )
)


def change_operator_of_bookings(
    session: Session, block_ids: Collection[int], operator_id: int | None, author: Author
) -> None:
    """Name another operator, or nobody, in the bookings of these blocks whose exam is to come.

    The caller has locked their device days and changes the blocks. Five statements, however many bookings.
    """
    concerned = (
        Booking.block_id.in_(list(block_ids)),
        Booking.status.in_([Status.BOOKED.value, Status.ARRIVED.value]),
    )
    give_bookings(session, concerned, {"operator_id": operator_id}, author)


def give_bookings(
    session: Session,
    concerned: Collection[ColumnElement[bool]],
    values: Mapping[str, int | None],
    author: Author,
    *,
    action: str = "change",
) -> None:
    """Set the operator, the block or both in the bookings of a condition, those in which nothing differs aside.

    The caller has locked their device days. Five statements, however many bookings.
    """
    ids = session.scalars(select(Booking.id).where(*concerned)).all()
    give_each(session, dict.fromkeys(ids, values), author, action=action)


def give_each(
    session: Session,
    wanted: Mapping[int, Mapping[str, int | None]],
    author: Author,
    *,
    action: str = "change",
) -> None:
    """Set `operator_id`, `block_id` or both of each booking (id), those in which nothing differs aside.

    The caller has locked their device days. Four statements, however many bookings.
    """
    if not wanted:
        return
    found = session.execute(
        select(Booking.id, Booking.status, Booking.operator_id, Booking.block_id)
        .where(Booking.id.in_(wanted))
        .order_by(Booking.id)
        .with_for_update()
    ).all()
    changes = {
        row.id: {n: [getattr(row, n), v] for n, v in wanted[row.id].items() if getattr(row, n) != v}
        for row in found
    }
    rows = [row for row in found if changes[row.id]]
    if not rows:
        return
    values = [
        {
            "row": row.id,
            "operator": wanted[row.id].get("operator_id", row.operator_id),
            "block": wanted[row.id].get("block_id", row.block_id),
        }
        for row in rows
    ]
    session.connection().execute(_give, values)
    _note(session, {row.id: (Status(row.status), changes[row.id]) for row in rows}, action, author)


def _note(
    session: Session,
    changes: Mapping[int, tuple[Status, Mapping[str, object]]],
    action: str,
    author: Author,
) -> None:
    """A history row and an audit entry for each booking (id) with its status and what changed in it."""
    steps, entries = [], []
    entry = audit_values(action=action, entity="booking", by=author.by, now=author.now)
    for booking_id, (status, change) in changes.items():
        values = history_values((status, status), author, change)
        steps.append({"booking_id": booking_id, **values})
        entries.append({**entry, "entity_id": str(booking_id), "change": dict(change)})
    session.connection().execute(_history, steps)
    session.connection().execute(_audit, entries)
