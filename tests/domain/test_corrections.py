"""Who may correct an exam, and until when."""

from datetime import date

import pytest

from tracker.domain.corrections import Corrector, may_correct, may_hand_over
from tracker.domain.lifecycle import Status

DAY, NEXT = date(2026, 11, 23), date(2026, 11, 24)


@pytest.mark.parametrize(
    ("roles", "staff", "today", "may"),
    [
        ({"head"}, None, DAY, True),
        ({"head"}, None, NEXT, True),
        ({"sonographer", "head"}, 8, NEXT, True),
        ({"sonographer"}, 7, DAY, True),
        ({"sonographer"}, 7, NEXT, False),
        ({"sonographer"}, 8, DAY, False),
        ({"sonographer"}, None, DAY, False),
        ({"reception"}, None, DAY, False),
        ({"admin"}, None, DAY, False),
        (set(), None, DAY, False),
    ],
)
def test_the_head_always_the_operator_on_the_day(
    roles: set[str], staff: int | None, today: date, may: bool
) -> None:
    who = Corrector(roles, staff)
    assert may_correct(who, operator_id=7, exam_day=DAY, today=today) is may


@pytest.mark.parametrize(
    ("roles", "status", "today", "may"),
    [
        ({"reception"}, "booked", DAY, True),
        ({"reception"}, "arrived", NEXT, True),
        ({"admin"}, "booked", DAY, False),
        ({"reception"}, "in_progress", DAY, False),
        ({"sonographer"}, "in_progress", DAY, True),
        ({"sonographer"}, "completed", DAY, True),
        ({"sonographer"}, "completed", NEXT, False),
        ({"head"}, "completed", NEXT, True),
        ({"head"}, "booked", NEXT, True),
    ],
)
def test_the_desk_until_the_exam_begins_then_those_who_examine(
    roles: set[str], status: str, today: date, may: bool
) -> None:
    assert may_hand_over(roles, status=Status(status), day=DAY, today=today) is may
