"""Who took part in an exam beside its operator: named by code, each a different person. Shares of points: domain/shares."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.domain.errors import N_, InvalidError
from tracker.models import Exam, StaffMember


def record_taking_part(
    session: Session, exam: Exam, *, supervisor: str | None, assistant: str | None
) -> None:
    """Put supervisor and assistant (codes, None: nobody) on an exam that is not inserted yet. Raises InvalidError."""
    ids = taking_part(session, exam.operator_id, supervisor=supervisor, assistant=assistant)
    exam.supervisor_id, exam.assistant_id = ids["supervisor_id"], ids["assistant_id"]


def taking_part(
    session: Session, operator_id: int, *, supervisor: str | None, assistant: str | None
) -> dict[str, int | None]:
    """The columns `supervisor_id` and `assistant_id` of an exam; people who left are found too.

    No statement where nobody is named. Raises InvalidError with the field: nobody has the code, the supervisor is
    no doctor, or one person is named twice.
    """
    ids: dict[str, int | None] = {"supervisor_id": None, "assistant_id": None}
    seen = {operator_id}
    for field, code in (("supervisor", supervisor), ("assistant", assistant)):
        if not code:
            continue
        staff_id = _staff_id(session, code, field)
        if staff_id in seen:
            raise InvalidError(N_("This person already takes part in the exam."), field=field)
        seen.add(staff_id)
        ids[f"{field}_id"] = staff_id
    return ids


def _staff_id(session: Session, code: str, field: str) -> int:
    found = session.execute(
        select(StaffMember.id, StaffMember.kind).where(StaffMember.code == code)
    ).first()
    if found is None:
        raise InvalidError(N_("There is no such staff member."), field=field)
    if field == "supervisor" and found.kind != "doctor":
        raise InvalidError(N_("Only a doctor supervises."), field=field)
    staff_id: int = found.id
    return staff_id
