"""What was added (加号) to a day of a device, by which role, and how much more each may add. No rules."""

from collections import Counter

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from tracker.domain.added import Adding, adding_role
from tracker.domain.lifecycle import LIVE
from tracker.domain.supply import DeviceDay
from tracker.models import Account, Block, Booking
from tracker.queries.settings import department_settings

_live = [status.value for status in LIVE]
_added = (
    select(Block.id, Block.weekly_block_id, Account.roles)
    .outerjoin(
        Booking,
        and_(Booking.block_id == Block.id, Booking.is_added, Booking.status.in_(_live)),
    )
    .outerjoin(Account, Account.id == Booking.created_by_id)
)


def adding_to(session: Session, day: DeviceDay, *, by: int) -> Adding:
    """What account `by` may add to a device day, which a write has locked. Three statements.

    An added booking counts for the role that its maker has now: so nobody's change of role is asked about.
    """
    settings = department_settings(session)
    roles = session.scalar(select(Account.roles).where(Account.id == by)) or ()
    role = adding_role(roles)
    here = (Block.device_id == day.device_id, Block.local_date == day.local_date)
    rows = session.execute(_added.where(*here)).all()
    return Adding(
        cap=settings.added_cap_per_block,
        role=role,
        role_cap=0 if role is None else settings.added_cap_per_role[role],
        weekly={row.id: row.weekly_block_id for row in rows},
        of_role=Counter(row.id for row in rows if row.roles and adding_role(row.roles) == role),
    )
