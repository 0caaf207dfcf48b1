"""Exams outside their planned time: early, late, at noon, after hours. Allowed, and counted as it was."""

from datetime import datetime

import pytest

from tests.support.department import account_id, at
from tests.support.exam_room import arrived, book, booking, counted, exams
from tests.support.soundness import assert_sound
from tracker.services.changing import check_in
from tracker.services.examining import Start, finish, finish_and_start_next, start
from tracker.services.undoing import undo_step

pytestmark = pytest.mark.usefixtures("app_context")

HOURS = {
    "before the block": (at(7, 30), at(7, 41)),
    "into the block": (at(7, 55), at(8, 5)),
    "early": (at(8, 30), at(8, 44)),
    "late": (at(11, 20), at(11, 35)),
    "over the end of the block": (at(11, 58), at(12, 9)),
    "in the lunch break": (at(12, 20), at(12, 40)),
    "in the other block": (at(14), at(14, 9)),
    "after the last block": (at(17, 20), at(17, 31)),
}


@pytest.fixture
def doctor() -> int:
    return account_id("sonographer")


@pytest.mark.parametrize("when", HOURS.values(), ids=HOURS)
def test_at_any_hour_of_the_day_an_exam_is_counted_as_it_was(
    when: tuple[datetime, datetime], doctor: int
) -> None:
    begins, ends = when
    planned = book(1, at(10))
    check_in(planned, by=doctor, now=begins)
    start(planned, by=doctor, now=begins)
    finish(planned, by=doctor, now=ends)
    [exam] = exams()
    assert (exam.started_at, exam.minutes) == (begins, (ends - begins).seconds // 60)
    assert exam.local_date == booking(planned).local_date
    assert booking(planned).starts_at == at(10)  # the plan stays as it was
    assert counted()[0] == 1
    assert_sound()


@pytest.mark.parametrize("when", HOURS.values(), ids=HOURS)
def test_at_any_hour_another_machine_may_take_the_patient(
    when: tuple[datetime, datetime], doctor: int
) -> None:
    begins, ends = when
    planned = book(1, at(10))
    check_in(planned, by=doctor, now=begins)
    start(planned, Start(device="US08"), by=doctor, now=begins)
    finish(planned, by=doctor, now=ends)
    assert (exams()[0].device, exams()[0].started_at) == ("US08", begins)
    assert_sound()


def test_the_queue_goes_on_through_the_lunch_break(doctor: int) -> None:
    first, second = arrived(1, at(11, 40)), arrived(2, at(11, 50))
    start(first, by=doctor, now=at(12, 5))
    turn = finish_and_start_next(first, by=doctor, now=at(12, 15))
    assert turn.started_booking_id == second
    finish(second, by=doctor, now=at(12, 25))
    assert [exam.minutes for exam in exams()] == [10, 10]
    assert_sound()


def test_a_start_after_hours_is_taken_back_like_any_other(doctor: int) -> None:
    late = arrived(1, at(11, 50))
    start(late, by=doctor, now=at(17, 10))
    undo_step(late, by=doctor, now=at(17, 11))
    assert booking(late).status == "arrived"
    assert_sound()
