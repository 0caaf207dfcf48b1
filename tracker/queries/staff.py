"""People of the department with what they may perform. Accounts are read elsewhere."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from tracker import clock
from tracker.domain.fileexams import NOT_MATCHED
from tracker.domain.workcalendar import DAY, day_start
from tracker.models.catalogue import ExamType
from tracker.models.staff import Competence, StaffMember


@dataclass(frozen=True, slots=True)
class StaffRow:
    """A person; `competences` are codes of exam types, `supervises` those he or she may supervise."""

    id: int
    code: str
    name: str
    kind: str
    title: str
    sort_order: int
    version: int
    is_retired: bool
    competences: frozenset[str]
    supervises: frozenset[str]


_PEOPLE = select(
    StaffMember.id,
    StaffMember.code,
    StaffMember.name,
    StaffMember.kind,
    StaffMember.title,
    StaffMember.sort_order,
    StaffMember.version,
    StaffMember.retired_at.is_not(None).label("is_retired"),
).order_by(StaffMember.sort_order, StaffMember.id)


def staff_members(
    session: Session, *, kind: str | None = None, include_retired: bool = False
) -> tuple[StaffRow, ...]:
    """The people, of one kind (doctor, nurse, technician, clerk) or all, in the department's order.

    Two statements.
    """
    chosen = _PEOPLE
    if kind is not None:
        chosen = chosen.where(StaffMember.kind == kind)
    if not include_retired:
        chosen = chosen.where(StaffMember.retired_at.is_(None))
    return _with_competences(session, chosen)


def doctors_in_service(session: Session, on: date) -> int:
    """The department's doctors who had not left by the end of a day: the one count of pages, reports and indicators.

    Who stands for the unknown doctors of files is none. One statement.
    """
    end = day_start(on + DAY, clock.hospital_zone())
    chosen = select(func.count(StaffMember.id)).where(
        StaffMember.kind == "doctor",
        StaffMember.code != NOT_MATCHED,
        or_(StaffMember.retired_at.is_(None), StaffMember.retired_at >= end),
    )
    return session.scalar(chosen) or 0


def staff_member_by_code(session: Session, code: str) -> StaffRow | None:
    """The person with this code, retired or not."""
    found = _with_competences(session, _PEOPLE.where(StaffMember.code == code))
    return found[0] if found else None


def _with_competences(session: Session, chosen: Select[*tuple[Any, ...]]) -> tuple[StaffRow, ...]:
    people = session.execute(chosen).all()
    performs: dict[int, set[str]] = defaultdict(set)
    supervises: dict[int, set[str]] = defaultdict(set)
    held = session.execute(
        select(Competence.staff_member_id, ExamType.code, Competence.may_supervise)
        .join(ExamType, ExamType.id == Competence.exam_type_id)
        .where(Competence.staff_member_id.in_([person.id for person in people]))
    )
    for person_id, exam_type, may_supervise in held:
        performs[person_id].add(exam_type)
        if may_supervise:
            supervises[person_id].add(exam_type)
    return tuple(
        StaffRow(
            **person._mapping,
            competences=frozenset(performs[person.id]),
            supervises=frozenset(supervises[person.id]),
        )
        for person in people
    )
