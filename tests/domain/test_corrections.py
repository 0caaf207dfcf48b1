"""Who may correct an exam, and until when."""

from datetime import date

import pytest

from tracker.domain.corrections import Corrector, may_correct

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
