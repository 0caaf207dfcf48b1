"""Starting, finishing, taking over and undoing exams at the machine."""

import pytest

from tests.support.department import account_id, at, staff_code
from tests.support.exam_room import (
    arrived,
    book,
    booking,
    counted,
    exams,
    history,
    row_counts,
    running,
)
from tracker.domain.errors import (
    ConflictError,
    IllegalTransitionError,
    InvalidError,
    StaleError,
)
from tracker.services.changing import cancel_booking, check_in
from tracker.services.closures import Closing, close
from tracker.services.examining import Report, Start, finish, finish_and_start_next, start
from tracker.services.exams import ExamEntry, enter_exam_later
from tracker.services.undoing import undo_step

pytestmark = pytest.mark.usefixtures("app_context")


def test_start_notes_machine_doctor_and_minute(doctor: int) -> None:
    booking_id = arrived(1, at(9))
    start(booking_id, by=doctor, now=at(9, 2))
    now = booking(booking_id)
    assert (now.status, now.started_at) == ("in_progress", at(9, 2))
    assert (now.started_device, now.started_operator) == ("US07", staff_code("sonographer"))
    assert [step.to_status for step in history(booking_id)] == ["booked", "arrived", "in_progress"]
    assert counted() == (0, 0)


def test_a_patient_who_has_not_arrived_is_not_started(doctor: int) -> None:
    booking_id = book(1, at(9))
    with pytest.raises(IllegalTransitionError):
        start(booking_id, by=doctor, now=at(9))


def test_one_exam_at_a_time_on_a_machine(doctor: int) -> None:
    first = running(1, at(9))
    second = arrived(2, at(9, 10))
    with pytest.raises(ConflictError) as refusal:
        start(second, by=doctor, now=at(9, 11))
    assert refusal.value.code == "device_in_use"
    assert refusal.value.details == {"booking": first}


def test_an_exam_that_was_left_running_is_not_finished_by_a_click(doctor: int) -> None:
    """Finished the next morning it would have lasted all night; across midnight it may."""
    left, late = running(1, at(9)), running(2, at(10), device="US08")
    rows = row_counts()
    with pytest.raises(ConflictError) as refusal:
        finish(left, by=doctor, now=at(21, 1))
    assert refusal.value.code == "left_running"
    assert row_counts() == rows
    finish(late, by=doctor, now=at(22))
    assert counted()[0] == 1


def test_an_account_without_a_doctor_starts_for_the_doctor_of_the_block() -> None:
    booking_id = arrived(1, at(9))
    start(booking_id, by=account_id("head"), now=at(9))
    assert booking(booking_id).started_operator == booking(booking_id).operator == "D26"


def test_finish_logs_and_counts_one_exam(doctor: int) -> None:
    booking_id = running(1, at(9))
    exam_id = finish(booking_id, Report(" 2026-77 ", parts=2), by=doctor, now=at(9, 9))
    [exam] = exams()
    assert (exam.id, exam.number, exam.parts, exam.minutes) == (exam_id, "2026-77", 2, 9)
    assert (exam.device, exam.operator) == ("US07", staff_code("sonographer"))
    assert (exam.entered_later, exam.booking_id) == (False, booking_id)
    assert booking(booking_id).status == "completed"
    assert counted() == (1, exam.points_hundredths)


def test_a_number_is_issued_when_none_is_scanned(doctor: int) -> None:
    exam_id = finish(running(1, at(9)), by=doctor, now=at(9, 9))
    assert exams()[0].number == f"U{exam_id:09}"


@pytest.mark.parametrize(
    ("report", "field"),
    [
        (Report("A1"), "exam_number"),
        (Report("  "), "exam_number"),
        (Report("x" * 41), "exam_number"),
        (Report("a\0b"), "exam_number"),
        (Report(parts=0), "parts"),
        (Report(parts=21), "parts"),
    ],
)
def test_a_report_that_cannot_be_changes_nothing(report: Report, field: str, doctor: int) -> None:
    finish(running(1, at(9)), Report("A1"), by=doctor, now=at(9, 9))
    booking_id = running(2, at(9, 10))
    before = row_counts()
    with pytest.raises(InvalidError) as refusal:
        finish(booking_id, report, by=doctor, now=at(9, 19))
    assert refusal.value.field == field
    assert row_counts() == before
    assert booking(booking_id).status == "in_progress"


def test_finishing_early_frees_the_rest_of_the_machine(doctor: int) -> None:
    first = running(1, at(9))
    finish(first, by=doctor, now=at(9, 4))
    assert booking(first).device_ends_at == at(9, 4)
    assert booking(book(2, at(9, 4))).starts_at == at(9, 4)


def test_finish_twice_counts_once(doctor: int) -> None:
    booking_id = running(1, at(9))
    finish(booking_id, by=doctor, now=at(9, 9))
    with pytest.raises(IllegalTransitionError):
        finish(booking_id, by=doctor, now=at(9, 10))
    assert counted()[0] == 1


def test_a_stale_page_finishes_nothing(doctor: int) -> None:
    booking_id = running(1, at(9))
    with pytest.raises(StaleError):
        finish(booking_id, by=doctor, now=at(9, 9), version=booking(booking_id).version - 1)
    assert counted()[0] == 0


def test_finish_and_start_next_takes_who_is_next_by_plan(doctor: int) -> None:
    first = running(1, at(9))
    later, sooner = arrived(2, at(9, 30)), arrived(3, at(9, 10))
    book(4, at(9, 20))  # is not here yet
    turn = finish_and_start_next(first, Report("A1"), by=doctor, now=at(9, 12))
    assert turn.started_booking_id == sooner
    assert [booking(each).status for each in (first, sooner, later)] == [
        "completed",
        "in_progress",
        "arrived",
    ]
    assert (exams()[0].id, counted()[0]) == (turn.exam_id, 1)


def test_finish_and_start_next_with_nobody_waiting_finishes(doctor: int) -> None:
    first = running(1, at(9))
    arrived(2, at(9), device="US06")  # waits elsewhere
    turn = finish_and_start_next(first, by=doctor, now=at(9, 12))
    assert turn.started_booking_id is None
    assert booking(first).status == "completed"


def test_take_here_keeps_the_machine_and_the_doctor_that_did_it(doctor: int) -> None:
    booking_id = arrived(1, at(9), device="US06")
    start(booking_id, Start(device="US07"), by=doctor, now=at(9, 1))
    taken = booking(booking_id)
    assert (taken.device, taken.started_device) == ("US06", "US07")
    assert taken.device_ends_at == at(9)  # its planned time is free again
    assert booking(book(2, at(9), device="US06")).starts_at == at(9)
    finish(booking_id, by=doctor, now=at(9, 8))
    assert (exams()[0].device, exams()[0].operator) == ("US07", staff_code("sonographer"))


def test_take_here_needs_a_machine_that_can_do_it(doctor: int) -> None:
    booking_id = arrived(1, at(9), device="US03", exam_type="pelvic_floor")
    with pytest.raises(InvalidError) as refusal:
        start(booking_id, Start(device="US07"), by=doctor, now=at(9))
    assert (refusal.value.field, refusal.value.code) == ("device", "device_lacks_capability")


def test_undoing_a_start_puts_the_patient_back_into_the_queue(doctor: int) -> None:
    booking_id = arrived(1, at(9), device="US06")
    start(booking_id, Start(device="US07"), by=doctor, now=at(9, 1))
    undo_step(booking_id, by=doctor, now=at(9, 2))
    back = booking(booking_id)
    assert (back.status, back.started_device, back.started_at) == ("arrived", None, None)


def test_undoing_a_finish_voids_the_exam_with_its_reason(doctor: int) -> None:
    booking_id = running(1, at(9))
    finish(booking_id, Report("A1"), by=doctor, now=at(9, 9))
    undo_step(booking_id, by=doctor, now=at(9, 10), reason="wrong patient")
    [voided] = exams()
    assert (voided.voided_at, voided.void_reason) == (at(9, 10), "wrong patient")
    assert counted() == (0, 0)
    finish(booking_id, Report("A1"), by=doctor, now=at(9, 12))  # the number is free again
    assert [exam.is_voided for exam in exams()] == [True, False]
    assert counted()[0] == 1


def test_a_stopped_exam_counts_nothing(doctor: int) -> None:
    booking_id = running(1, at(9))
    cancel_booking(booking_id, reason="fainted", by=doctor, now=at(9, 3))
    assert booking(booking_id).status == "cancelled"
    assert (exams(), counted()) == ([], (0, 0))


def test_a_check_in_of_today_may_start_before_its_time(doctor: int) -> None:
    booking_id = book(1, at(10))
    check_in(booking_id, by=doctor, now=at(9))
    start(booking_id, by=doctor, now=at(9, 5))
    finish(booking_id, by=doctor, now=at(9, 14))
    assert (exams()[0].started_at, exams()[0].minutes) == (at(9, 5), 9)
    assert booking(booking_id).starts_at == at(10)  # the plan stays as it was


def test_who_was_examined_needs_no_other_time_any_more(doctor: int) -> None:
    flagged, later = arrived(1, at(9)), arrived(2, at(9, 30))
    close(Closing("US07", at(9), at(10), "broken", "flag"), by=account_id("head"), now=at(9))
    start(flagged, by=doctor, now=at(9, 1))
    finish(flagged, by=doctor, now=at(9, 8))
    entry = ExamEntry("M00002", "abdominal", "outpatient", "US08", "D01", at(9, 30), at(9, 40))
    enter_exam_later(entry, by=doctor, now=at(12))
    for booking_id in (flagged, later):
        found = booking(booking_id)
        assert (found.status, found.is_flagged, found.flag_reason) == ("completed", False, "")
        assert history(booking_id)[-1].change["is_flagged"] == [True, False]
