"""Putting a plan in force: a week's draft, or a change of today and tomorrow at once. Drafts are made in planning."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from tracker.db import service
from tracker.domain.errors import N_, ConflictError, StaleError
from tracker.domain.plan import (
    BlockChange,
    DeviceDate,
    PlanBlock,
    changes_between,
    merged,
)
from tracker.domain.planpast import AT_ONCE, edits_to_come
from tracker.domain.planrules import BrokenRule, broken_rules, newly_broken
from tracker.domain.texts import LONGEST_REASON, plain_line
from tracker.models.plan import PlannedWeek
from tracker.queries.calendar import work_calendar
from tracker.queries.horizon import blocks_missing
from tracker.queries.plan import WeekPlan, moment_of, stored_plan, week_plan
from tracker.queries.plan_facts import plan_facts
from tracker.queries.plan_terms import checked_edits
from tracker.writes.audit import write_audit
from tracker.writes.booking_rows import Author
from tracker.writes.draft_rows import close_draft, lock_draft
from tracker.writes.occupancy import lock_supply
from tracker.writes.plan_force import InForce, put_in_force

PLAN_CHANGED = N_("The device plan was changed.")
"""Why a booking lost its place, unless somebody says it in other words."""


@dataclass(frozen=True, slots=True)
class Published:
    """What publishing changed, and the bookings (ids) that were moved, or kept and flagged."""

    changes: tuple[BlockChange, ...]
    moved: tuple[int, ...]
    flagged: tuple[int, ...]


@service
def publish(  # noqa: PLR0913 - a week, the draft seen, what was confirmed and why, who, when
    session: Session,
    monday: date,
    *,
    version: int,
    confirmed_stale: bool = False,
    reason: str = PLAN_CHANGED,
    by: int,
    now: datetime,
) -> Published:
    """Put the week's draft in force in one step: patients are booked on it from now on.

    A week that was not opened is opened by it, and the weekly pattern opens nothing more there. Bookings
    that have no more room where they stand are moved on their day, or kept and flagged with `reason`. What
    is over, and the part of today that is past, stays as it is.
    Raises ConflictError: `no_draft`; `rules_broken` with all broken rules that stand in the way in
    `details["broken"]`; `draft_stale` with `details["device_days"]` where something else was published
    meanwhile and nobody confirmed it. StaleError for another version of the draft.
    """
    author = Author(by, now, plain_line(reason, field="reason", longest=LONGEST_REASON, least=1))
    lock_supply(session)
    draft = lock_draft(session, monday, version=version)
    week = week_plan(session, monday, now=now)
    _refuse(week.in_the_way)
    if week.stale and not confirmed_stale:
        text = N_("What is published has changed since the draft was begun. Look at it again.")
        raise ConflictError(text, code="draft_stale", details={"device_days": week.stale})
    weekly = _weekly(session, week, now)
    done = put_in_force(session, week.stored, week.blocks, author, weekly=weekly)
    close_draft(session, draft, "published", author)
    _note_week(session, week, done, author)
    return Published(tuple(week.changes), done.moved, done.flagged)


def _refuse(broken: Sequence[BrokenRule]) -> None:
    if broken:
        raise ConflictError(
            N_("The plan breaks rules. Correct it, or say why they may be broken."),
            code="rules_broken",
            details={"broken": tuple(broken)},
        )


def _weekly(session: Session, week: WeekPlan, now: datetime) -> dict[tuple[int, datetime], int]:
    """(device, start) → the block of the pattern, for what publishing opens as the pattern has it."""
    if week.stored == week.published:
        return {}
    first = max(week.days[0], moment_of(now).local_date)
    calendar = work_calendar(session)
    missing = blocks_missing(session, list(calendar.working_days(first, week.days[-1])), calendar)
    return {
        (block.device_id, block.starts_at): block.weekly_block_id
        for block in missing
        if block.weekly_block_id is not None
    }


def _note_week(session: Session, week: WeekPlan, done: InForce, author: Author) -> None:
    planned = session.get(PlannedWeek, week.monday)
    if planned is None:
        planned = PlannedWeek(monday=week.monday)
        session.add(planned)
    planned.published_at, planned.published_by_id = author.now, author.by
    session.flush()
    _audit(session, "publish", week.monday, done, author)


def _audit(session: Session, action: str, day: date, done: InForce, author: Author) -> None:
    write_audit(
        session,
        action=action,
        entity="planned_week",
        entity_id=day.isoformat(),
        by=author.by,
        now=author.now,
        change={
            "blocks": len(done.changes),
            "moved": len(done.moved),
            "flagged": len(done.flagged),
            "reason": author.reason,
        },
    )


# --- at once -----------------------------------------------------------------------------------------


@service
def change_at_once(
    session: Session,
    edits: Mapping[DeviceDate, Sequence[PlanBlock]],
    *,
    seen: Sequence[PlanBlock] | None = None,
    reason: str = PLAN_CHANGED,
    by: int,
    now: datetime,
) -> Published:
    """Change published device days of today and tomorrow outside any draft: a doctor who is ill, longer hours.

    `edits` are whole device days; `seen` the published blocks of them that the person looked at. Bookings
    as in `publish`. Asked are the rules that the change itself breaks, not those the day breaks already.
    An open draft of the week is compared anew by whoever reads it.
    Raises InvalidError (another day, what no plan can say), ConflictError `rules_broken`, StaleError.
    """
    author = Author(by, now, plain_line(reason, field="reason", longest=LONGEST_REASON, least=1))
    lock_supply(session)
    moment = moment_of(now)
    days = (moment.local_date, moment.local_date + AT_ONCE)
    wanted = checked_edits(session, edits, days=days, today=moment.local_date)
    standing = stored_plan(session, *days)
    if seen is not None:
        _refuse_stale(seen, [block for block in standing if block.key in wanted])
    after = merged(standing, edits_to_come(standing, wanted, moment))
    facts = plan_facts(session, *days)
    broken = newly_broken(broken_rules(standing, facts), broken_rules(after, facts))
    _refuse([e for e in broken if e.stands_in_the_way and not moment.is_past(e.block)])
    done = put_in_force(session, standing, after, author)
    _audit(session, "change", days[0], done, author)
    return Published(done.changes, done.moved, done.flagged)


def _refuse_stale(seen: Sequence[PlanBlock], standing: Sequence[PlanBlock]) -> None:
    if changes_between(seen, standing):
        raise StaleError(N_("Somebody else changed this meanwhile."))
