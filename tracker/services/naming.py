"""Naming a doctor whom files have and nobody here is known to be: a step at a time. All of them: drivers/naming."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from tracker.db import service
from tracker.domain.texts import needed_reason
from tracker.queries.exams import Place
from tracker.writes.booking_rows import Author
from tracker.writes.entering import any_staff_id
from tracker.writes.naming import name_operator

AT_ONCE = 500
"""Exams of one step: nobody at a desk waits for more."""


@dataclass(frozen=True, slots=True)
class Naming:
    """Who a name of files is (a code), and why that is known."""

    name: str
    operator: str
    reason: str


@service
def name_some(
    session: Session, naming: Naming, *, after: Place | None, by: int, now: datetime
) -> Place | None:
    """Give the next exams of the name to the doctor; returns behind which one to go on, None when that was all.

    Each has a new version. Raises InvalidError (operator, no reason), StaleError.
    """
    author = Author(by, now, needed_reason(naming.reason))
    staff_id = any_staff_id(session, naming.operator)
    return name_operator(session, naming.name, staff_id, author, after=after, limit=AT_ONCE)
