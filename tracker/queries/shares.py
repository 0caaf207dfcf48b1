"""The shares of points by date. No writes; how one exam's points are shared: domain/shares."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.domain.shares import Shares, SharesFrom
from tracker.models import Account, PointsShare


@dataclass(frozen=True, slots=True)
class SharesRow:
    """Shares from a day on, with who entered them and when."""

    held: SharesFrom
    made_at: datetime
    made_by: str


def shares_rows(session: Session) -> list[SharesRow]:
    """Every day from which other shares hold, the latest first. One statement."""
    rows = session.execute(
        select(
            PointsShare.valid_from,
            PointsShare.operator_permille,
            PointsShare.supervisor_permille,
            PointsShare.assistant_permille,
            PointsShare.made_at,
            Account.username,
        )
        .join(Account, Account.id == PointsShare.made_by_id)
        .order_by(PointsShare.valid_from.desc())
    )
    return [
        SharesRow(SharesFrom(day, Shares(*permille)), at, by) for day, *permille, at, by in rows
    ]
