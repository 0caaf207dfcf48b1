"""A week's plan in the making: edits of the draft, taking the last one back, dropping it all. Publishing is beside it."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from sqlalchemy.orm import Session

from tracker.db import service
from tracker.domain.errors import N_, InvalidError
from tracker.domain.plan import (
    DeviceDate,
    PlanBlock,
    as_json,
    by_device_date,
    merged,
    week_days,
)
from tracker.queries.plan import moment_of, open_draft, published_plan
from tracker.queries.plan_terms import checked_edits
from tracker.writes.booking_rows import Author
from tracker.writes.draft_rows import (
    close_draft,
    lock_draft,
    lock_or_make_draft,
    take_back_step,
    write_step,
)


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
    if monday.weekday():
        raise InvalidError(N_("A week begins on a Monday."), field="week")
    today = moment_of(now).local_date
    wanted = checked_edits(session, edits, days=week_days(monday), today=today)
    published = published_plan(session, monday, now=now)
    standing = open_draft(session, monday)
    present = by_device_date(merged(published, {} if standing is None else standing.edited))
    different = {
        key: blocks
        for key, blocks in wanted.items()
        if as_json(present.get(key, ())) != as_json(blocks)
    }
    if different:
        write_step(
            session, draft, different, by_device_date(published), action=action, author=author
        )
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
