"""Which doctor is chosen at a machine by somebody who is none. The pages of a machine are in views."""

from tracker.queries import read_session
from tracker.queries.staff import staff_members
from tracker.web.person import caller


def chosen_doctor(code: str) -> str:
    """The doctor whose code an address or a form names; nobody where a doctor asks, who works in his own name.

    The page may have been opened by somebody else, who handed the desk over meanwhile.
    """
    mine = caller().staff_member_id
    if not code or mine is None:
        return code
    with read_session() as reading:
        doctors = staff_members(reading, kind="doctor")
    return "" if any(doctor.id == mine for doctor in doctors) else code
