"""Who makes a week's draft, by name. What the draft says is in queries/plan."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tracker.models.account import Account
from tracker.models.plan import DraftStep
from tracker.models.staff import StaffMember


def draft_authors(session: Session, draft_id: int) -> tuple[str, ...]:
    """The names of those who edited a draft, the first to begin first. One statement."""
    name = func.coalesce(StaffMember.name, Account.username)
    rows = session.execute(
        select(name)
        .select_from(DraftStep)
        .join(Account, Account.id == DraftStep.by_id)
        .outerjoin(StaffMember, StaffMember.id == Account.staff_member_id)
        .where(DraftStep.draft_id == draft_id)
        .group_by(name)
        .order_by(func.min(DraftStep.number))
    )
    return tuple(rows.scalars())
