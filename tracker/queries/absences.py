"""Absences as pages list them, and the published blocks that one hits. What the rules take of them: plan_facts."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from tracker.domain.plan import PlanBlock
from tracker.models.plan import Absence
from tracker.models.staff import StaffMember
from tracker.queries.occupancy import days_between
from tracker.queries.plan import moment_of, stored_plan
from tracker.queries.plan_facts import AbsenceSpan, minutes_away
from tracker.queries.streams import parts_of_day


@dataclass(frozen=True, slots=True)
class AbsenceRow:
    """An absence: days, both inclusive; `part` is a part of day's code, empty for whole days."""

    id: int
    operator: str
    operator_name: str
    first: date
    last: date
    part: str
    kind: str
    note: str
    version: int
    is_cancelled: bool


_ROWS: Select[*tuple[Any, ...]] = (
    select(
        Absence.id,
        StaffMember.code,
        StaffMember.name,
        Absence.first_date,
        Absence.last_date,
        Absence.part,
        Absence.kind,
        Absence.note,
        Absence.version,
        Absence.cancelled_at.is_not(None),
    )
    .join(StaffMember, StaffMember.id == Absence.staff_member_id)
    .order_by(Absence.first_date, StaffMember.sort_order, Absence.id)
)


def absences(session: Session, first: date, last: date | None = None) -> tuple[AbsenceRow, ...]:
    """The absences in force that touch the days from `first` on (to `last`), by first day. One statement."""
    chosen = _ROWS.where(Absence.cancelled_at.is_(None), Absence.last_date >= first)
    if last is not None:
        chosen = chosen.where(Absence.first_date <= last)
    return tuple(AbsenceRow(*row) for row in session.execute(chosen))


def absence_of(session: Session, absence_id: int) -> AbsenceRow | None:
    """One absence, cancelled or not."""
    row = session.execute(_ROWS.where(Absence.id == absence_id)).one_or_none()
    return None if row is None else AbsenceRow(*row)


def blocks_hit(session: Session, span: AbsenceSpan, *, now: datetime) -> tuple[PlanBlock, ...]:
    """The published blocks of somebody who is away then that are not over, by day and start: they need cover."""
    part = {each.code: each for each in parts_of_day(session)}.get(span.part)
    away = {day: minutes_away(day, part) for day in days_between(span.first, span.last)}
    blocks = stored_plan(session, span.first, span.last)
    moment = moment_of(now)
    return tuple(
        sorted(
            (
                block
                for block in blocks
                if block.operator_id == span.operator_id
                and block.local_date in away
                and block.starts < away[block.local_date][1]
                and away[block.local_date][0] < block.ends
                and not moment.is_past(block)
            ),
            key=lambda block: (block.local_date, block.starts),
        )
    )
