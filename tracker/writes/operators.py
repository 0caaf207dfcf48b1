"""Giving blocks another operator: their bookings to come follow, each with a history row and an audit entry."""

from collections.abc import Collection

from sqlalchemy import insert, select, update
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
        Booking.operator_id.is_distinct_from(operator_id),
    )
    rows = session.execute(
        select(Booking.id, Booking.status, Booking.operator_id)
        .where(*concerned)
        .order_by(Booking.id)
        .with_for_update()
    ).all()
    if not rows:
        return
    session.execute(
        update(Booking)
        .where(*concerned)
        .values(operator_id=operator_id, version=Booking.version + 1)
    )
    steps, entries = [], []
    entry = audit_values(action="change", entity="booking", by=author.by, now=author.now)
    for row in rows:
        change = {"operator_id": [row.operator_id, operator_id]}
        status = Status(row.status)
        steps.append({"booking_id": row.id, **history_values((status, status), author, change)})
        entries.append({**entry, "entity_id": str(row.id), "change": change})
    session.execute(insert(BookingHistory), steps)
    session.execute(insert(AuditEntry), entries)
