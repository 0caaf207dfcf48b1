"""Putting device days into a locked draft: checked, and only what differs from what it says already."""

from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from tracker.domain.errors import N_, InvalidError
from tracker.domain.plan import (
    DeviceDate,
    PlanBlock,
    as_json,
    by_device_date,
    merged,
    week_days,
)
from tracker.models.plan import PlanDraft
from tracker.queries.plan import moment_of, open_draft, published_plan
from tracker.queries.plan_terms import checked_edits
from tracker.writes.booking_rows import Author
from tracker.writes.draft_rows import write_step


def put_in_draft(
    session: Session,
    draft: PlanDraft,
    edits: Mapping[DeviceDate, Sequence[PlanBlock]],
    *,
    action: str,
    author: Author,
) -> int:
    """Write those device days that say something new as one step; returns how many. None is no step.

    Raises InvalidError (a day of another week, one that is over, what no block can be).
    """
    monday = draft.monday
    if monday.weekday():
        raise InvalidError(N_("A week begins on a Monday."), field="week")
    today = moment_of(author.now).local_date
    wanted = checked_edits(session, edits, days=week_days(monday), today=today)
    published = published_plan(session, monday, now=author.now)
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
    return len(different)
