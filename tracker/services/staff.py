"""Adding, changing and retiring people and what they may perform. Accounts are services/accounts.py."""

from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from tracker.db import service
from tracker.domain.catalogue import StaffValues
from tracker.models import AuditEntry
from tracker.models.block import Block
from tracker.models.staff import StaffMember
from tracker.writes.audit import audit_values
from tracker.writes.booking_rows import Author
from tracker.writes.catalogue_rows import locked_row, save_row
from tracker.writes.occupancy import lock_device_days, lock_supply, rebuild_occupancy
from tracker.writes.operators import change_operator_of_bookings
from tracker.writes.staff_rows import insert_staff_member, update_staff_member


@service
def add_staff_member(session: Session, values: StaffValues, *, by: int, now: datetime) -> int:
    """Add a person; returns the id. Raises InvalidError."""
    lock_supply(session)
    return insert_staff_member(session, values, Author(by, now))


@service
def change_staff_member(
    session: Session,
    staff_member_id: int,
    values: StaffValues,
    *,
    version: int | None = None,
    by: int,
    now: datetime,
) -> None:
    """Change a person and what he or she may perform. Opened blocks keep their operator and exam types.

    Raises InvalidError, NotFoundError, StaleError.
    """
    lock_supply(session)
    update_staff_member(session, staff_member_id, values, version=version, author=Author(by, now))


@service
def retire_staff_member(
    session: Session, staff_member_id: int, *, version: int | None = None, by: int, now: datetime
) -> int:
    """Let a person leave: blocks and bookings to come have no operator until one is named.

    Returns how many blocks that are. What was examined keeps its operator.
    Raises NotFoundError, StaleError.
    """
    lock_supply(session)
    person = locked_row(session, StaffMember, staff_member_id, version=version)
    if person.retired_at is not None:
        return 0
    author = Author(by, now)
    blocks = _leave_blocks(session, staff_member_id, author)
    person.retired_at = now
    save_row(session, person, author, action="retire", change={"blocks": blocks})
    return blocks


@service
def reinstate_staff_member(
    session: Session, staff_member_id: int, *, version: int | None = None, by: int, now: datetime
) -> None:
    """Bring a retired person back. Raises NotFoundError, StaleError."""
    lock_supply(session)
    person = locked_row(session, StaffMember, staff_member_id, version=version)
    if person.retired_at is None:
        return
    person.retired_at = None
    save_row(session, person, Author(by, now), action="reinstate")


def _leave_blocks(session: Session, staff_member_id: int, author: Author) -> int:
    """Take a person out of every block that has not begun; one that runs keeps its operator to the end."""
    to_come = (Block.operator_id == staff_member_id, Block.starts_at >= author.now)
    rows = session.execute(
        select(Block.id, Block.device_id, Block.local_date).where(*to_come).order_by(Block.id)
    )
    keys = {row.id: (row.device_id, row.local_date) for row in rows}
    if not keys:
        return 0
    lock_device_days(session, keys.values(), now=author.now)
    change_operator_of_bookings(session, keys, None, author)
    left = {"operator_id": None, "version": Block.version + 1}
    session.execute(update(Block).where(Block.id.in_(list(keys))).values(left))
    entry = audit_values(action="change", entity="block", by=author.by, now=author.now)
    change = {"operator_id": [staff_member_id, None]}
    session.execute(
        insert(AuditEntry), [{**entry, "entity_id": str(key), "change": change} for key in keys]
    )
    rebuild_occupancy(session, keys.values())
    return len(keys)
