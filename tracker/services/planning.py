"""A week's plan in the making: edits of the draft, taking the last one back, dropping it all. Publishing is beside it."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from sqlalchemy.orm import Session

from tracker.db import service
from tracker.domain.plan import DeviceDate, PlanBlock
from tracker.writes.booking_rows import Author
from tracker.writes.draft_rows import (
    close_draft,
    lock_draft,
    lock_or_make_draft,
    take_back_step,
)
from tracker.writes.drafting import put_in_draft


@service
def edit_plan(  # noqa: PLR0913 - a week, its edits and their name, the draft seen, who, when
    session: Session,
    monday: date,
    edits: Mapping[DeviceDate, Sequence[PlanBlock]],
    *,
    action: str,
    version: int,
    by: int,
    now: datetime,
) -> int:
    """Write device days into the week's draft, which begins with the first edit; returns its version.

    `version` is the draft's that was seen, 0 for none; `action` (20 letters at most) names the step to
    whoever takes it back. Rules of the plan that are broken stop nobody here. An edit that changes nothing
    is no step. Raises InvalidError (a day of another week, one that is over, what no block can be),
    StaleError.
    """
    author = Author(by, now)
    draft = lock_or_make_draft(session, monday, version=version, author=author)
    put_in_draft(session, draft, edits, action=action, author=author)
    return draft.version


@service
def undo(session: Session, monday: date, *, version: int, by: int, now: datetime) -> int:
    """Take the last step of the week's draft back; returns its version. Raises ConflictError, StaleError."""
    draft = lock_draft(session, monday, version=version)
    take_back_step(session, draft, Author(by, now))
    return draft.version


@service
def drop_draft(session: Session, monday: date, *, version: int, by: int, now: datetime) -> None:
    """Give the week's draft up: the plan is what is published. Raises ConflictError, StaleError."""
    draft = lock_draft(session, monday, version=version)
    close_draft(session, draft, "dropped", Author(by, now))
