"""A booking and its exam handed to the right patient: what follows, who may, and what is in the way."""

import pytest

from tests.support.department import account_id, at
from tests.support.exam_room import (
    arrived,
    book,
    booking,
    correction_of,
    counted,
    exams,
    history,
    running,
)
from tests.support.refusals import refused
from tests.support.soundness import assert_sound, count
from tracker.domain.errors import (
    ConflictError,
    ForbiddenError,
    IllegalTransitionError,
    InvalidError,
    NotFoundError,
    StaleError,
)
from tracker.queries import read_session
from tracker.queries.exams import earlier_versions
from tracker.services.changing import cancel_booking, mark_no_show
from tracker.services.examining import finish
from tracker.services.exams import correct
from tracker.services.handing_over import RightPatient, hand_over
from tracker.services.undoing import undo_step

pytestmark = pytest.mark.usefixtures("app_context")

RIGHT = RightPatient("M00002", "called by the wrong name")


def test_a_booking_keeps_its_time_and_says_who_it_was(desk: int) -> None:
    booking_id = book(1, at(9))
    before = booking(booking_id)
    hand_over(booking_id, RIGHT, by=desk, now=at(8, 30), version=1)
    after = booking(booking_id)
    assert (after.mrn, after.version) == ("M00002", 2)
    assert (after.starts_at, after.device, after.status) == (
        before.starts_at,
        before.device,
        "booked",
    )
    step = history(booking_id)[-1]
    assert (step.from_status, step.to_status, step.reason) == ("booked", "booked", RIGHT.reason)
    assert step.change == {"patient_id": [before.patient_id, after.patient_id]}
    assert count("audit_entry", "action = 'hand over' AND entity = 'booking'") == 1
    book(1, at(9), device="US08")  # the first patient's time is free again
    assert_sound()


def test_a_completed_exam_goes_along_as_a_new_version(doctor: int) -> None:
    booking_id = running(1, at(9))
    exam_id = finish(booking_id, by=doctor, now=at(9, 8))
    before = counted()
    hand_over(booking_id, RIGHT, by=doctor, now=at(10))
    [exam] = exams()
    assert (exam.id, exam.mrn, exam.version, exam.booking_id) == (exam_id, "M00002", 2, booking_id)
    with read_session() as session:
        [kept] = earlier_versions(session, exam_id)
    assert (kept.reason, kept.corrected_by) == (RIGHT.reason, "sonographer")
    assert counted() == before
    assert_sound()


def test_an_exam_in_progress_is_finished_for_the_right_patient(doctor: int) -> None:
    booking_id = running(1, at(9))
    hand_over(booking_id, RIGHT, by=doctor, now=at(9, 2))
    finish(booking_id, by=doctor, now=at(9, 8))
    assert [exam.mrn for exam in exams()] == ["M00002"]
    assert_sound()


def test_what_the_right_patient_has_at_this_time_is_named(desk: int) -> None:
    booking_id = book(1, at(9))
    other = book(2, at(9, 5), device="US08")
    refusal = refused(ConflictError, hand_over, booking_id, RIGHT, by=desk, now=at(8, 30))
    assert (refusal.code, refusal.field) == ("patient_busy", "patient")
    [named] = refusal.params["bookings"]  # type: ignore[misc]
    assert named.params == {"number": other, "start": at(9, 5), "device": "US08"}
    cancel_booking(other, reason="the same exam", by=desk, now=at(8, 31))
    hand_over(booking_id, RIGHT, by=desk, now=at(8, 32))
    assert_sound()


def test_the_observation_after_contrast_is_in_the_way_too(desk: int) -> None:
    book(2, at(9), device="US05", exam_type="contrast")
    booking_id = book(1, at(9, 35))
    assert refused(ConflictError, hand_over, booking_id, RIGHT, by=desk, now=at(8)).code == (
        "patient_busy"
    )


@pytest.mark.parametrize("who", ["reception", "admin"])
def test_only_those_who_examine_change_the_patient_of_an_exam(who: str, doctor: int) -> None:
    by = account_id(who)
    booking_id = running(1, at(9))
    refused(ForbiddenError, hand_over, booking_id, RIGHT, by=by, now=at(9, 2))
    finish(booking_id, by=doctor, now=at(9, 8))
    refused(ForbiddenError, hand_over, booking_id, RIGHT, by=by, now=at(9, 9))


def test_on_the_day_after_only_the_head_may(doctor: int) -> None:
    booking_id = running(1, at(9))
    finish(booking_id, by=doctor, now=at(9, 8))
    refused(ForbiddenError, hand_over, booking_id, RIGHT, by=doctor, now=at(0, day=1))
    hand_over(booking_id, RIGHT, by=account_id("head"), now=at(0, day=1))
    assert booking(booking_id).mrn == "M00002"


def test_an_administrator_hands_nothing_over() -> None:
    refused(ForbiddenError, hand_over, book(1, at(9)), RIGHT, by=account_id("admin"), now=at(8))


def test_what_cannot_be_is_refused(desk: int) -> None:
    booking_id = arrived(1, at(9))
    nobody, same = RightPatient("M99999", "x"), RightPatient("M00001", "x")
    refused(NotFoundError, hand_over, 999, RIGHT, by=desk, now=at(9))
    assert refused(NotFoundError, hand_over, booking_id, nobody, by=desk, now=at(9)).field == (
        "patient"
    )
    assert refused(InvalidError, hand_over, booking_id, same, by=desk, now=at(9)).field == "patient"
    refused(StaleError, hand_over, booking_id, RIGHT, by=desk, now=at(9), version=1)
    for reason in ("", " ", "x" * 401):
        wrong = RightPatient("M00002", reason)
        refusal = refused(InvalidError, hand_over, booking_id, wrong, by=desk, now=at(9))
        assert refusal.field == "reason"


def test_what_was_cancelled_or_missed_stays_whose_it_was(desk: int) -> None:
    missed, cancelled = book(1, at(9)), book(3, at(9, 20))
    mark_no_show(missed, by=desk, now=at(9, 30))
    cancel_booking(cancelled, reason="ill", by=desk, now=at(9))
    for booking_id in (missed, cancelled):
        refused(IllegalTransitionError, hand_over, booking_id, RIGHT, by=desk, now=at(9, 30))


def test_a_corrected_patient_takes_the_booking_along(doctor: int) -> None:
    booking_id = running(1, at(9))
    exam_id = finish(booking_id, by=doctor, now=at(9, 8))
    [exam] = exams()
    wanted = correction_of(exam, patient="M00002")
    other = book(2, at(9), device="US08")
    assert refused(ConflictError, correct, exam_id, wanted, by=doctor, now=at(10)).code == (
        "patient_busy"
    )
    cancel_booking(other, reason="done already", by=doctor, now=at(10))
    correct(exam_id, wanted, by=doctor, now=at(10))
    assert (booking(booking_id).mrn, exams()[0].mrn) == ("M00002", "M00002")
    undo_step(booking_id, by=doctor, now=at(10), reason="once more")
    assert_sound()
