"""The published blocks that a list of absences hits, all of them read at once. The list itself is in queries/absences."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from sqlalchemy.orm import Session

from tracker.domain.plan import PlanBlock
from tracker.queries.absences import AbsenceRow
from tracker.queries.plan import moment_of, stored_plan
from tracker.queries.plan_facts import minutes_away
from tracker.queries.staff import staff_members
from tracker.queries.streams import parts_of_day


def blocks_of_absences(
    session: Session, rows: Sequence[AbsenceRow], *, through: date, now: datetime
) -> Mapping[int, tuple[PlanBlock, ...]]:
    """Absence (id) → the blocks that are to come, through a day, and still name who is away then.

    Seven statements, however many absences there are.
    """
    moment = moment_of(now)
    parts = {part.code: part for part in parts_of_day(session)}
    ids = {each.code: each.id for each in staff_members(session, include_retired=True)}
    plan = stored_plan(session, moment.local_date, through)

    def hits(row: AbsenceRow, block: PlanBlock) -> bool:
        if block.operator_id != ids.get(row.operator) or moment.is_past(block):
            return False
        if not row.first <= block.local_date <= row.last:
            return False
        starts, ends = minutes_away(block.local_date, parts.get(row.part))
        return block.starts < ends and starts < block.ends

    return {
        row.id: tuple(
            sorted(
                (block for block in plan if hits(row, block)),
                key=lambda block: (block.local_date, block.starts),
            )
        )
        for row in rows
    }
