"""Minutes kept for a stream through a day's life: used, released, asked back, over a weekend, on a moved booking.

Tuesday morning at US07 has 240 minutes: 75 are kept for medical examination until Monday 16:00, 20 for the
cadre ward until Tuesday 08:00. Further parts take 5 minutes, so 10 parts take 55.
"""

from datetime import datetime, timedelta

import pytest

from tests.support.department import MONDAY, SYSTEM, account_id, at
from tests.support.refusals import codes, refused
from tests.support.soundness import assert_sound
from tracker.domain.errors import SlotTakenError
from tracker.services.booking import Booked, BookingOrder, book_exam
from tracker.services.changing import Move, cancel_booking, move_booking
from tracker.services.horizon import open_horizon

pytestmark = pytest.mark.usefixtures("app_context")

TUESDAY, NEXT_MONDAY = 1, 7
EARLY = at(8)


def take(
    patient: int,
    start: datetime,
    parts: int,
    *,
    stream: str = "outpatient",
    now: datetime = EARLY,
) -> int:
    order = BookingOrder(
        patient=f"M{patient:05}",
        exam_type="abdominal",
        stream=stream,
        device="US07",
        start=start,
        parts=parts,
    )
    booked = book_exam(order, by=account_id("reception"), now=now)
    assert isinstance(booked, Booked)
    return booked.booking_id


def why_not(patient: int, start: datetime, parts: int, **more: object) -> list[str]:
    return codes(refused(SlotTakenError, take, patient, start, parts, **more))


def take_the_free_minutes(day: int) -> list[int]:
    """The 145 minutes that are kept for nobody."""
    places = [(1, at(8, day=day), 10), (2, at(8, 55, day=day), 10), (3, at(9, 50, day=day), 6)]
    return [take(*place) for place in places]


@pytest.fixture(autouse=True)
def week_after(app_context: None) -> None:
    open_horizon(by=SYSTEM, now=at(0), through=MONDAY + timedelta(days=NEXT_MONDAY))


@pytest.mark.parametrize(
    ("day", "released"), [(TUESDAY, at(16)), (NEXT_MONDAY, at(16, day=4))], ids=["day", "weekend"]
)
def test_a_reserve_is_released_at_its_instant_of_the_working_day_before(
    day: int, released: datetime
) -> None:
    take_the_free_minutes(day)
    before = released.replace(hour=released.hour - 1, minute=59)
    assert why_not(4, at(10, 30, day=day), 1, now=before) == ["reserve_held"]
    take(4, at(10, 30, day=day), 10, now=released)
    assert_sound()


def test_one_release_leaves_what_is_kept_for_another_stream() -> None:
    take_the_free_minutes(TUESDAY)
    take(4, at(10, 30, day=TUESDAY), 10, now=at(16))
    take(5, at(11, 25, day=TUESDAY), 3, now=at(16))  # 20 of the 75 minutes, so that 20 are left
    assert why_not(6, at(11, 45, day=TUESDAY), 1, now=at(7, 59, day=1)) == ["reserve_held"]
    assert take(6, at(11, 45, day=TUESDAY), 1, now=at(8, day=1))


def test_minutes_that_were_taken_after_the_release_are_not_asked_back() -> None:
    taken = [*take_the_free_minutes(TUESDAY), take(4, at(10, 30, day=TUESDAY), 10, now=at(16))]
    taken.append(take(5, at(11, 25, day=TUESDAY), 3, now=at(16)))
    wanted = {"stream": "medical_exam", "now": at(17)}
    assert why_not(6, at(11, 25, day=TUESDAY), 1, **wanted) == ["reserve_held", "device_busy"]
    assert why_not(6, at(11, 45, day=TUESDAY), 1, **wanted) == ["reserve_held"]  # by the ward
    cancel_booking(taken[-1], reason="rang up", by=account_id("reception"), now=at(17))
    assert take(7, at(11, 25, day=TUESDAY), 1, now=at(18)), "what is released stays released"
    assert take(6, at(11, 35, day=TUESDAY), 1, stream="medical_exam", now=at(18))


def test_a_moved_booking_takes_its_use_of_the_reserve_along() -> None:
    take_the_free_minutes(TUESDAY)
    own = take(4, at(10, 30, day=TUESDAY), 10, stream="medical_exam")
    assert why_not(5, at(11, 25, day=TUESDAY), 1) == ["reserve_held"]
    by = account_id("reception")
    move_booking(own, Move("US07", at(8, day=2)), by=by, now=EARLY)
    assert why_not(5, at(11, 25, day=TUESDAY), 1) == ["reserve_held"], "kept for the next of them"
    assert take(6, at(10, 30, day=TUESDAY), 10, stream="medical_exam")
    # on Wednesday 20 of its 75 minutes are still kept beside the 20 of the cadre ward
    assert take(7, at(8, 55, day=2), 10)
    assert take(8, at(9, 50, day=2), 10)
    assert take(9, at(10, 45, day=2), 6)
    assert why_not(10, at(11, 20, day=2), 1) == ["reserve_held"]
    assert take(10, at(11, 20, day=2), 3, stream="medical_exam")
    assert_sound()
