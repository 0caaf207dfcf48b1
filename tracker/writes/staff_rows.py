"""Steps that add or change a person with competences, alike for the form and for a sheet.

Whoever calls them holds the supply's lock.
"""

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from tracker.domain.catalogue import StaffValues, checked_staff
from tracker.models.catalogue import ExamType
from tracker.models.staff import Competence, StaffMember
from tracker.writes.audit import plain
from tracker.writes.booking_rows import Author
from tracker.writes.catalogue_rows import (
    add_coded,
    change_coded,
    ids_of_codes,
    locked_row,
    save_row,
)

_COLUMNS = ("code", "name", "kind", "title", "sort_order")


def insert_staff_member(session: Session, values: StaffValues, author: Author) -> int:
    """Add a person with the audit entry; returns the id. Raises InvalidError."""
    values = checked_staff(values)
    person_id = add_coded(session, StaffMember, values, _COLUMNS, author)
    _set_competences(session, person_id, values)
    return person_id


def update_staff_member(
    session: Session,
    staff_member_id: int,
    values: StaffValues,
    *,
    version: int | None,
    author: Author,
) -> bool:
    """Change a person and what he or she may perform; whether anything differed.

    Raises InvalidError, NotFoundError, StaleError.
    """
    values = checked_staff(values)
    person = locked_row(session, StaffMember, staff_member_id, version=version)
    change = change_coded(session, person, values, _COLUMNS)
    performs, supervises = _competences(session, staff_member_id)
    if (performs, supervises) != (values.competences, values.supervises):
        _set_competences(session, staff_member_id, values)
        change["competences"] = [plain(performs), plain(values.competences)]
        change["supervises"] = [plain(supervises), plain(values.supervises)]
    if change:
        save_row(session, person, author, change=change)
    return bool(change)


def _competences(session: Session, staff_member_id: int) -> tuple[frozenset[str], frozenset[str]]:
    rows = session.execute(
        select(ExamType.code, Competence.may_supervise)
        .join(ExamType, ExamType.id == Competence.exam_type_id)
        .where(Competence.staff_member_id == staff_member_id)
    ).all()
    return frozenset(row.code for row in rows), frozenset(
        row.code for row in rows if row.may_supervise
    )


def _set_competences(session: Session, staff_member_id: int, values: StaffValues) -> None:
    ids = ids_of_codes(session, ExamType, values.competences, field="competences")
    session.execute(delete(Competence).where(Competence.staff_member_id == staff_member_id))
    if ids:
        session.execute(
            insert(Competence),
            [
                {
                    "staff_member_id": staff_member_id,
                    "exam_type_id": exam_type_id,
                    "may_supervise": code in values.supervises,
                }
                for code, exam_type_id in ids.items()
            ],
        )
