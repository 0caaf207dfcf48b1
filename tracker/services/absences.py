"""Who is away when: entering and taking back. An absence moves nobody: whose blocks it hits is told, to be covered."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.db import service
from tracker.domain.absences import AbsenceValues, checked_absence
from tracker.domain.errors import N_, ConflictError, InvalidError
from tracker.domain.plan import PlanBlock
from tracker.models.plan import Absence
from tracker.queries.absences import blocks_hit
from tracker.queries.block_terms import doctor_of_code
from tracker.queries.plan_facts import AbsenceSpan
from tracker.queries.streams import parts_of_day
from tracker.writes.absence_rows import insert_absence
from tracker.writes.booking_rows import Author
from tracker.writes.catalogue_rows import locked_row, save_row


@dataclass(frozen=True, slots=True)
class Entered:
    """The absence (its id) and the published blocks that now need somebody else."""

    absence_id: int
    blocks: tuple[PlanBlock, ...]


@service
def add_absence(session: Session, values: AbsenceValues, *, by: int, now: datetime) -> Entered:
    """Enter that a doctor is away. His blocks stay as they are: the plan's rules show them, the head covers them.

    Raises InvalidError with the field, ConflictError when the same was entered before.
    """
    values = checked_absence(values)
    doctor = doctor_of_code(session, values.operator)
    if doctor is None:
        raise InvalidError(N_("There is no such doctor."), field="operator")
    if values.part and values.part not in {part.code for part in parts_of_day(session)}:
        raise InvalidError(N_("Choose one of the list."), field="part")
    span = AbsenceSpan(doctor.id, values.first, values.last, values.part, values.kind)
    _refuse_twice(session, span)
    absence_id = insert_absence(session, span, Author(by, now), note=values.note)
    [blocks] = blocks_hit(session, [span], through=span.last, now=now)
    return Entered(absence_id, blocks)


def _refuse_twice(session: Session, span: AbsenceSpan) -> None:
    same = session.scalar(
        select(Absence.id).where(
            Absence.staff_member_id == span.operator_id,
            Absence.first_date == span.first,
            Absence.last_date == span.last,
            Absence.part == span.part,
            Absence.cancelled_at.is_(None),
        )
    )
    if same is not None:
        raise ConflictError(N_("This absence is entered already."), field="first")


@service
def cancel_absence(
    session: Session, absence_id: int, *, version: int | None = None, by: int, now: datetime
) -> None:
    """Take an absence back; doing it twice changes nothing. Raises NotFoundError, StaleError."""
    absence = locked_row(session, Absence, absence_id, version=version)
    if absence.cancelled_at is None:
        absence.cancelled_at = now
        save_row(session, absence, Author(by, now), action="cancel")
