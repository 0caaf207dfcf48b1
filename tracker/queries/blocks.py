"""Published blocks of a day, as pages show them. What is free in them is told by queries/occupancy."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.domain.supply import MINUTE
from tracker.models import Block, Device, StaffMember


@dataclass(frozen=True, slots=True)
class BlockRow:
    """One device, one stretch of the day, and its operator (None: nobody named); aware UTC.

    `place` is a ward or a theatre, empty for the device's room; transport passes at either end.
    """

    device: str
    starts_at: datetime
    ends_at: datetime
    operator: str | None
    operator_name: str | None
    place: str = ""
    transport_minutes: int = 0

    @property
    def opens_at(self) -> datetime:
        """When patients can be examined from: after the way there."""
        return self.starts_at + self.transport_minutes * MINUTE

    @property
    def closes_at(self) -> datetime:
        """Until when patients can be examined: before the way back."""
        return self.ends_at - self.transport_minutes * MINUTE


_BLOCKS = (
    select(
        Device.code,
        Block.starts_at,
        Block.ends_at,
        StaffMember.code,
        StaffMember.name,
        Block.place,
        Block.transport_minutes,
    )
    .join(Device, Device.id == Block.device_id)
    .outerjoin(StaffMember, StaffMember.id == Block.operator_id)
    .order_by(Device.sort_order, Device.id, Block.starts_at)
)


def blocks_of_day(
    session: Session, local_date: date, *, device: str | None = None
) -> tuple[BlockRow, ...]:
    """The blocks of a hospital day, of one device (code) or of all, by device and start. One statement."""
    statement = _BLOCKS.where(Block.local_date == local_date)
    if device is not None:
        statement = statement.where(Device.code == device)
    return tuple(BlockRow(*row) for row in session.execute(statement))


def device_of_operator(session: Session, staff_member_id: int, local_date: date) -> str | None:
    """The device (code) at which somebody works first on a day; None on a day without a block."""
    return session.scalar(
        select(Device.code)
        .join(Block, Block.device_id == Device.id)
        .where(Block.operator_id == staff_member_id, Block.local_date == local_date)
        .order_by(Block.starts_at)
        .limit(1)
    )
