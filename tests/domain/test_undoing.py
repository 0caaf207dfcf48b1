"""How long one press takes back a finished exam."""

from datetime import UTC, datetime, timedelta

import pytest

from tracker.domain.undoing import needs_reason, one_press_minutes

FINISHED = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "needs", "left"),
    [
        (0, False, 10),
        (1, False, 10),
        (60, False, 9),
        (9 * 60, False, 1),
        (9 * 60 + 59, False, 1),
        (10 * 60, True, 0),
        (10 * 60 + 1, True, 0),
        (86_400, True, 0),
    ],
)
def test_ten_minutes_and_the_minutes_left_are_said_whole(
    seconds: int, needs: bool, left: int
) -> None:
    now = FINISHED + timedelta(seconds=seconds)
    assert (needs_reason(FINISHED, now), one_press_minutes(FINISHED, now)) == (needs, left)
