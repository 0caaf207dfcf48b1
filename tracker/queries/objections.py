"""What doctors said about their own figures, open and decided. No writes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session, aliased

from tracker.domain.errors import N_, NotFoundError
from tracker.models import Account, Device, Exam, ExamType, Objection, StaffMember


@dataclass(frozen=True, slots=True)
class ObjectionRow:
    """An objection in words. `kind` not_mine names an exam; missing says what was done. `decision` "": open."""

    id: int
    kind: str
    doctor: str
    doctor_name: str
    exam_id: int | None
    exam_number: str | None
    patient_number: str
    exam_type: str
    exam_type_zh: str
    exam_type_en: str
    device: str
    local_date: date
    note: str
    made_at: datetime
    decision: str
    decided_at: datetime | None
    decided_by: str | None
    decision_reason: str
    made_exam_id: int | None

    @property
    def is_open(self) -> bool:
        """Whether the head has not decided."""
        return not self.decision


_decider = aliased(Account)
_ROWS: Select[*tuple[Any, ...]] = (
    select(
        Objection.id,
        Objection.kind,
        StaffMember.code,
        StaffMember.name,
        Objection.exam_id,
        Exam.number,
        Objection.patient_number,
        ExamType.code,
        ExamType.name_zh,
        ExamType.name_en,
        Device.code,
        Objection.local_date,
        Objection.note,
        Objection.made_at,
        Objection.decision,
        Objection.decided_at,
        _decider.username,
        Objection.decision_reason,
        Objection.made_exam_id,
    )
    .join(StaffMember, StaffMember.id == Objection.staff_member_id)
    .join(ExamType, ExamType.id == Objection.exam_type_id)
    .join(Device, Device.id == Objection.device_id)
    .outerjoin(Exam, Exam.id == Objection.exam_id)
    .outerjoin(_decider, _decider.id == Objection.decided_by_id)
)
_OPEN = Objection.decided_at.is_(None)
LATEST = 50


def open_objections(session: Session) -> list[ObjectionRow]:
    """What waits for the head, oldest first. One statement."""
    return _rows(session, [_OPEN], order=[Objection.id], limit=None)


def decided_objections(session: Session) -> list[ObjectionRow]:
    """What was decided, the latest LATEST, newest first. One statement."""
    order = [Objection.decided_at.desc(), Objection.id.desc()]
    return _rows(session, [~_OPEN], order=order, limit=LATEST)


def objections_of(session: Session, staff_code: str) -> list[ObjectionRow]:
    """What one doctor said, the latest LATEST, newest first. One statement."""
    order = [Objection.id.desc()]
    return _rows(session, [StaffMember.code == staff_code], order=order, limit=LATEST)


def list_objections(
    session: Session,
    *,
    doctor: str | None = None,
    is_open: bool | None = None,
    before_id: int | None = None,
    limit: int,
) -> list[ObjectionRow]:
    """Objections of one doctor (a code) or of all, open, decided or both, newest first. One statement."""
    conditions: list[ColumnElement[bool]] = []
    if doctor is not None:
        conditions.append(StaffMember.code == doctor)
    if is_open is not None:
        conditions.append(_OPEN if is_open else ~_OPEN)
    if before_id is not None:
        conditions.append(Objection.id < before_id)
    return _rows(session, conditions, order=[Objection.id.desc()], limit=limit)


def objection(session: Session, objection_id: int) -> ObjectionRow:
    """One objection. Raises NotFoundError."""
    found = _rows(session, [Objection.id == objection_id], order=[Objection.id], limit=1)
    if not found:
        raise NotFoundError(N_("There is no such objection."))
    return found[0]


def count_open_objections(session: Session) -> int:
    """How many wait for the head. One statement, whatever was said ever."""
    return session.scalar(select(func.count()).select_from(Objection).where(_OPEN)) or 0


def _rows(
    session: Session,
    conditions: Sequence[ColumnElement[bool]],
    *,
    order: Sequence[Any],
    limit: int | None,
) -> list[ObjectionRow]:
    found = session.execute(_ROWS.where(*conditions).order_by(*order).limit(limit))
    return [ObjectionRow(*row) for row in found]
