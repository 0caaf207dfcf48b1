"""Taking back the start and the finish of an exam: what it gives back and what it takes again."""

import pytest

from tests.support.department import at
from tests.support.exam_room import (
    arrived,
    arrived_before_its_day,
    book,
    booking,
    counted,
    exams,
    history,
    running,
)
from tests.support.refusals import refused
from tests.support.soundness import assert_sound, count
from tracker.domain.errors import (
    IllegalTransitionError,
    InvalidError,
    NotFoundError,
    SlotTakenError,
    StaleError,
)
from tracker.services.changing import mark_no_show
from tracker.services.examining import Start, finish, start
from tracker.services.handing_over import RightPatient, hand_over
from tracker.services.undoing import undo_step

pytestmark = pytest.mark.usefixtures("app_context")


def test_each_step_back_is_a_step_of_its_own(doctor: int) -> None:
    booking_id = running(1, at(9))
    finish(booking_id, by=doctor, now=at(9, 4))
    audits = count("audit_entry")
    for expected in ("in_progress", "arrived", "booked"):
        undo_step(booking_id, by=doctor, now=at(9, 5), reason="wrong patient")
        assert booking(booking_id).status == expected
    assert [step.reason for step in history(booking_id)][-3:] == ["wrong patient"] * 3
    assert count("audit_entry") == audits + 4  # three of the booking, one of the exam
    refused(IllegalTransitionError, undo_step, booking_id, by=doctor, now=at(9, 6))
    assert_sound()


def test_a_finish_taken_back_holds_its_time_again(doctor: int) -> None:
    booking_id = running(1, at(9))
    finish(booking_id, by=doctor, now=at(9, 4))
    undo_step(booking_id, by=doctor, now=at(9, 5))
    found = booking(booking_id)
    assert (found.device_ends_at, found.patient_ends_at) == (at(9, 10), at(9, 10))
    refused(SlotTakenError, book, 1, at(9, 6), device="US08")
    assert (counted(), exams()[0].is_voided) == ((0, 0), True)


def test_time_that_went_to_somebody_else_stays_theirs(doctor: int) -> None:
    booking_id = running(1, at(9))
    finish(booking_id, by=doctor, now=at(9, 4))
    other = book(2, at(9, 4))
    undo_step(booking_id, by=doctor, now=at(9, 5))
    assert booking(booking_id).device_ends_at == at(9, 4)
    assert booking(booking_id).patient_ends_at == at(9, 10)
    assert (booking(other).starts_at, booking(other).status) == (at(9, 4), "booked")
    assert_sound()


def test_the_observation_after_contrast_is_held_again(doctor: int) -> None:
    booking_id = running(1, at(9), device="US05", exam_type="contrast")
    finish(booking_id, by=doctor, now=at(9, 20))
    assert booking(booking_id).patient_ends_at == at(9, 50)
    undo_step(booking_id, by=doctor, now=at(9, 21))
    assert booking(booking_id).patient_ends_at == at(10)
    refused(SlotTakenError, book, 1, at(9, 50), device="US08")


def test_the_patient_is_not_taken_from_another_exam(doctor: int) -> None:
    booking_id = running(1, at(9), device="US05", exam_type="contrast")
    finish(booking_id, by=doctor, now=at(9, 20))
    book(1, at(9, 50), device="US08")
    undo_step(booking_id, by=doctor, now=at(9, 21))
    assert booking(booking_id).patient_ends_at == at(9, 50)
    assert_sound()


def test_minutes_promised_meanwhile_are_not_taken_again(doctor: int) -> None:
    """Tuesday's patient is examined on Monday; what that freed is then all that outpatients may have."""
    for number in range(2, 15):
        book(number, at(8, 10 * number, day=1))
    early = arrived_before_its_day(1, at(8, day=1), now=at(9))
    start(early, by=doctor, now=at(9))
    finish(early, by=doctor, now=at(9, 8))
    book(30, at(11, 30, day=1))
    undo_step(early, by=doctor, now=at(9, 9))
    assert booking(early).device_ends_at == at(8, day=1)  # free, but kept for the ward
    assert_sound()


def test_a_start_taken_back_takes_the_planned_machine_again(doctor: int) -> None:
    booking_id = arrived(1, at(9), device="US06")
    start(booking_id, Start(device="US07"), by=doctor, now=at(9))
    assert booking(booking_id).device_ends_at == at(9)
    undo_step(booking_id, by=doctor, now=at(9, 1))
    assert booking(booking_id).device_ends_at == at(9, 10)
    refused(SlotTakenError, book, 2, at(9, 5), device="US06")
    assert_sound()


def test_a_start_taken_back_leaves_the_planned_machine_to_who_got_it(doctor: int) -> None:
    booking_id = arrived(1, at(9), device="US06")
    start(booking_id, Start(device="US07"), by=doctor, now=at(9))
    book(2, at(9), device="US06")
    undo_step(booking_id, by=doctor, now=at(9, 1))
    assert (booking(booking_id).status, booking(booking_id).device_ends_at) == ("arrived", at(9))
    start(booking_id, by=doctor, now=at(9, 2))  # it waits, and may be called where it was planned
    assert_sound()


def test_unknown_stale_no_show_and_a_reason_that_cannot_be_kept(doctor: int) -> None:
    booking_id = arrived(1, at(9))
    refused(NotFoundError, undo_step, 999, by=doctor, now=at(9))
    refused(StaleError, undo_step, booking_id, by=doctor, now=at(9), version=1)
    refusal = refused(InvalidError, undo_step, booking_id, by=doctor, now=at(9), reason="x" * 401)
    assert refusal.field == "reason"
    missed = book(2, at(10))
    mark_no_show(missed, by=doctor, now=at(10, 30))
    refused(IllegalTransitionError, undo_step, missed, by=doctor, now=at(10, 30))


@pytest.mark.parametrize(("minute", "second"), [(10, 0), (13, 59)])
def test_for_ten_minutes_a_finish_is_undone_without_a_reason(
    doctor: int, minute: int, second: int
) -> None:
    booking_id = running(1, at(9))
    finish(booking_id, by=doctor, now=at(9, 4))
    undo_step(booking_id, by=doctor, now=at(9, minute, second=second))
    assert (booking(booking_id).status, exams()[0].is_voided) == ("in_progress", True)
    assert_sound()


@pytest.mark.parametrize(("minute", "second"), [(14, 0), (14, 1), (59, 0)])
def test_afterwards_a_reason_is_needed(doctor: int, minute: int, second: int) -> None:
    booking_id, late = running(1, at(9)), at(9, minute, second=second)
    finish(booking_id, by=doctor, now=at(9, 4))
    for reason in ("", "  "):
        refusal = refused(InvalidError, undo_step, booking_id, by=doctor, now=late, reason=reason)
        assert refusal.field == "reason"
    undo_step(booking_id, by=doctor, now=late, reason="wrong patient")
    assert (booking(booking_id).status, exams()[0].void_reason) == ("in_progress", "wrong patient")


def test_a_correction_does_not_begin_the_ten_minutes_anew(doctor: int) -> None:
    booking_id = running(1, at(9))
    finish(booking_id, by=doctor, now=at(9, 4))
    hand_over(booking_id, RightPatient("M00002", "wrong name"), by=doctor, now=at(9, 12))
    refused(InvalidError, undo_step, booking_id, by=doctor, now=at(9, 14, second=1))
