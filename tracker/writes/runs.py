"""Long work that pages ask for and the jobs process does: claimed one after the other, ended early when somebody asks.

What a run makes is its service's; asking for an export or a proposal makes the row.
"""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tracker.models import ExportRun, PlanRun
from tracker.queries.plan_runs import OPEN


def claim_oldest(
    session: Session, table: type[ExportRun] | type[PlanRun], *, now: datetime, **why_left: object
) -> int | None:
    """The id of the oldest run that waits, now running; None when none does.

    One process alone claims: what is still `running` was left by one that ended, and has failed (`why_left`: more
    columns that say so).
    """
    left = update(table).where(table.state == "running")
    session.execute(left.values(state="failed", ended_at=now, **why_left))
    waiting = select(table.id).where(table.state == "waiting").order_by(table.id).limit(1)
    run_id = session.scalar(waiting)
    if run_id is None:
        return None
    claimed = session.execute(
        update(table)
        .where(table.id == run_id, table.state == "waiting")
        .values(state="running", started_at=now)
    )
    return run_id if claimed.rowcount else None  # type: ignore[attr-defined]


def ask_to_end(run: ExportRun | PlanRun, *, now: datetime) -> bool:
    """End a locked run: at once if it waits, else as soon as it looks. Returns whether that was new."""
    if run.state not in OPEN or run.cancel_asked:
        return False
    run.cancel_asked = True
    if run.state == "waiting":
        run.state, run.ended_at = "cancelled", now
    return True
