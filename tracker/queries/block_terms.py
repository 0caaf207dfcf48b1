"""Who may work in a block and what may be examined in it: the checks that published and weekly blocks share."""

from sqlalchemy.orm import Session

from tracker.domain.errors import N_, InvalidError
from tracker.queries.devices import DeviceRow
from tracker.queries.exam_types import exam_types
from tracker.queries.staff import StaffRow, staff_member_by_code


def doctor_of_code(session: Session, code: str | None) -> StaffRow | None:
    """The doctor in service with this code; None for no code. Raises InvalidError on `operator`."""
    if not code:
        return None
    found = staff_member_by_code(session, code)
    if found is None or found.is_retired or found.kind != "doctor":
        raise InvalidError(N_("There is no such doctor."), field="operator")
    return found


def block_exam_type_ids(
    session: Session, codes: frozenset[str], device: DeviceRow, operator: StaffRow | None
) -> frozenset[int]:
    """The ids of exam types that the machine and its operator can do; without one, that the machine can.

    Raises InvalidError on `exam_types`: none chosen, unknown, a function or a competence is missing.
    """
    if not codes:
        raise InvalidError(N_("Choose at least one exam type."), field="exam_types")
    known = {exam_type.code: exam_type for exam_type in exam_types(session)}
    for code in sorted(codes):
        exam_type = known.get(code)
        if exam_type is None:
            raise InvalidError(
                N_("There is no %(code)s."), field="exam_types", params={"code": code}
            )
        if not exam_type.capabilities <= device.capabilities:
            text = N_("The device lacks a function for %(code)s.")
            raise InvalidError(text, field="exam_types", params={"code": code})
        competent = operator is None or code in operator.competences
        if exam_type.needs_competence and not competent:
            text = N_("The doctor is not competent for %(code)s.")
            raise InvalidError(text, field="exam_types", params={"code": code})
    return frozenset(known[code].id for code in codes)
