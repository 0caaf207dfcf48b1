"""Who may correct an exam: a rule about people and days. What a correction changes is in services/exams."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from tracker.domain.roles import LEADING


@dataclass(frozen=True, slots=True)
class Corrector:
    """Who wants to correct: the account's roles, and the staff member it names (None: nobody)."""

    roles: Collection[str]
    staff_member_id: int | None


def may_correct(who: Corrector, *, operator_id: int, exam_day: date, today: date) -> bool:
    """The head always; the exam's own operator on the day of the exam; nobody else.

    Both days are the hospital's.
    """
    if not LEADING.isdisjoint(who.roles):
        return True
    return who.staff_member_id == operator_id and exam_day == today
