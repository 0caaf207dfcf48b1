"""Absences as pages list them, and the published blocks that they hit. What the rules take of them: plan_facts."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from tracker.domain.plan import PlanBlock
from tracker.models.plan import Absence
from tracker.models.staff import StaffMember
from tracker.queries.plan import moment_of, stored_plan
from tracker.queries.plan_facts import AbsenceSpan, minutes_away
from tracker.queries.streams import parts_of_day


@dataclass(frozen=True, slots=True)
class AbsenceRow:
    """An absence: days, both inclusive; `part` is a part of day's code, empty for whole days."""

    id: int
    operator_id: int
    operator: str
    operator_name: str
    first: date
    last: date
    part: str
    kind: str
    note: str
    version: int

    @property
    def span(self) -> AbsenceSpan:
        """Who is away when."""
        return AbsenceSpan(self.operator_id, self.first, self.last, self.part, self.kind)


def absences(session: Session, first: date) -> tuple[AbsenceRow, ...]:
    """The absences in force that touch the days from `first` on, by first day. One statement."""
    chosen: Select[*tuple[Any, ...]] = (
        select(
            Absence.id,
            Absence.staff_member_id,
            StaffMember.code,
            StaffMember.name,
            Absence.first_date,
            Absence.last_date,
            Absence.part,
            Absence.kind,
            Absence.note,
            Absence.version,
        )
        .join(StaffMember, StaffMember.id == Absence.staff_member_id)
        .where(Absence.cancelled_at.is_(None), Absence.last_date >= first)
        .order_by(Absence.first_date, StaffMember.sort_order, Absence.id)
    )
    return tuple(AbsenceRow(*row) for row in session.execute(chosen))


def blocks_hit(
    session: Session, spans: Iterable[AbsenceSpan], *, through: date, now: datetime
) -> list[tuple[PlanBlock, ...]]:
    """Of each absence the published blocks to come, through a day, that name who is away then: they need cover.

    By day and start. Five statements, however many absences there are.
    """
    moment = moment_of(now)
    parts = {part.code: part for part in parts_of_day(session)}
    plan = [b for b in stored_plan(session, moment.local_date, through) if not moment.is_past(b)]
    plan.sort(key=lambda block: (block.local_date, block.starts))

    def hits(span: AbsenceSpan, block: PlanBlock) -> bool:
        if block.operator_id != span.operator_id or not span.first <= block.local_date <= span.last:
            return False
        starts, ends = minutes_away(block.local_date, parts.get(span.part))
        return block.starts < ends and starts < block.ends

    return [tuple(block for block in plan if hits(span, block)) for span in spans]
