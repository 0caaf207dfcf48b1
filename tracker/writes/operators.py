"""Giving blocks another operator: their bookings follow, each with a history row and an audit entry."""

from collections.abc import Collection, Mapping

from sqlalchemy import ColumnElement, insert, select, update
from sqlalchemy.orm import Session

from tracker.domain.lifecycle import Status
from tracker.models import AuditEntry, Booking, BookingHistory
from tracker.writes.audit import audit_values
from tracker.writes.booking_rows import Author, history_values


def change_operator_of_bookings(
    session: Session, block_ids: Collection[int], operator_id: int | None, author: Author
) -> None:
    """Name another operator, or nobody, in the bookings of these blocks whose exam is to come.

    The caller has locked their device days and changes the blocks. Four statements, however many bookings.
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

    The caller has locked their device days. Four statements, however many bookings.
    """
    columns = {name: getattr(Booking, name) for name in values}
    found = session.execute(
        select(Booking.id, Booking.status, *columns.values())
        .where(*concerned)
        .order_by(Booking.id)
        .with_for_update()
    ).all()
    changes = {
        row.id: {n: [getattr(row, n), to] for n, to in values.items() if getattr(row, n) != to}
        for row in found
    }
    rows = [row for row in found if changes[row.id]]
    if not rows:
        return
    session.execute(
        update(Booking)
        .where(Booking.id.in_([row.id for row in rows]))
        .values(**values, version=Booking.version + 1)
    )
    steps, entries = [], []
    entry = audit_values(action=action, entity="booking", by=author.by, now=author.now)
    for row in rows:
        change, status = changes[row.id], Status(row.status)
        steps.append({"booking_id": row.id, **history_values((status, status), author, change)})
        entries.append({**entry, "entity_id": str(row.id), "change": change})
    session.execute(insert(BookingHistory), steps)
    session.execute(insert(AuditEntry), entries)
