"""The optimiser's runs, as pages and the jobs process read them."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.models import PlanRun

OPEN = ("waiting", "running")
"""States of a run that has not ended."""


@dataclass(frozen=True, slots=True)
class PlanRunRow:
    """A run with its progress and, once done, its proposal (domain/proposal reads it)."""

    id: int
    monday: date
    state: str
    asked_at: datetime
    ended_at: datetime | None
    cancel_asked: bool
    is_repeatable: bool
    progress: dict[str, Any]
    proposal: dict[str, Any]

    @property
    def is_open(self) -> bool:
        """Whether it waits or runs."""
        return self.state in OPEN


def newest_run(session: Session, monday: date) -> PlanRunRow | None:
    """The last run that was asked for a week; None when nobody did. One statement."""
    row = session.scalars(
        select(PlanRun).where(PlanRun.monday == monday).order_by(PlanRun.id.desc()).limit(1)
    ).first()
    if row is None:
        return None
    return PlanRunRow(
        id=row.id,
        monday=row.monday,
        state=row.state,
        asked_at=row.asked_at,
        ended_at=row.ended_at,
        cancel_asked=row.cancel_asked,
        is_repeatable=row.is_repeatable,
        progress=dict(row.progress),
        proposal=dict(row.proposal),
    )


def is_run_left(session: Session) -> bool:
    """Whether a run has not ended: one waits, or a process that ended left one behind. One statement."""
    return session.scalar(select(PlanRun.id).where(PlanRun.state.in_(OPEN)).limit(1)) is not None


def is_cancel_asked(session: Session, run_id: int) -> bool:
    """Whether somebody asked for the end of a run. One statement."""
    return bool(session.scalar(select(PlanRun.cancel_asked).where(PlanRun.id == run_id)))
