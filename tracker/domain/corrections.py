"""Who may correct an exam, give one to the right patient, settle, stop or undo one: rules about people and days.

What a correction changes is in services/exams, what a right patient does in writes/handing.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from tracker.domain.lifecycle import MOVABLE, Status
from tracker.domain.roles import DESK_WORK, EXAM_WORK, LEADING


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


def may_hand_over(roles: Collection[str], *, status: Status, day: date, today: date) -> bool:
    """Whether a booking may be given to another patient: by the desk before its exam begins; from then on
    by those who examine, on the `day` of the exam, and by the head afterwards.

    Both days are the hospital's.
    """
    if status in MOVABLE:
        return not DESK_WORK.isdisjoint(roles)
    return not LEADING.isdisjoint(roles) or (day == today and not EXAM_WORK.isdisjoint(roles))


def is_left_open(status: Status, *, day: date, today: date) -> bool:
    """Whether a booking is still here on paper although its `day` is over: it stands on the list to settle.

    Of these, and of no others, the desk says when, where and by whom the patient was examined: the list is the
    desk's, the doctor has gone home, and the sheet with the times lies there. What is of today, or has no
    booking, those who examine enter themselves. Both days are the hospital's.
    """
    return status in {Status.ARRIVED, Status.IN_PROGRESS} and day < today


def may_cancel(roles: Collection[str], *, status: Status, day: date, today: date) -> bool:
    """Whether a booking may be cancelled: by the desk, but an exam in progress is stopped by those who examine.

    They alone see that it is over; on a later day it is on paper alone, and the desk's to settle. Both days are
    the hospital's.
    """
    if status is Status.IN_PROGRESS and not is_left_open(status, day=day, today=today):
        return not EXAM_WORK.isdisjoint(roles)
    return not DESK_WORK.isdisjoint(roles)


def may_undo(roles: Collection[str], *, status: Status) -> bool:
    """Whether the last step may be taken back: by the desk, a start and a finish by those who examine."""
    examined = status in {Status.IN_PROGRESS, Status.COMPLETED}
    return not (EXAM_WORK if examined else DESK_WORK).isdisjoint(roles)
