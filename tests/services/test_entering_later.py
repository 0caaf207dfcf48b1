"""Exams entered later, from paper: what cannot be, whose booking is completed, and that each counts once."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import text

from tests.support.department import account_id, at
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
from tests.support.refusals import refused
from tests.support.soundness import assert_sound
from tracker.db import db, read_session
from tracker.domain.errors import ConflictError, DomainError, InvalidError, NotFoundError
from tracker.domain.patients import PatientFacts
from tracker.queries.patients import patient_by_mrn
from tracker.services.changing import cancel_booking, mark_no_show
from tracker.services.examining import finish
from tracker.services.exams import ExamEntry, enter_exam_later, enter_exams_later, void
from tracker.services.merging import Merge, merge_patient
from tracker.services.patients import add_patient

pytestmark = pytest.mark.usefixtures("app_context")

ENTRY = ExamEntry("M00001", "abdominal", "outpatient", "US07", "D01", at(9, 3), at(9, 16))
NOON = at(12, 30)


def enter(entry: ExamEntry = ENTRY) -> int:
    return enter_exam_later(entry, by=account_id("sonographer"), now=NOON)


def missed(patient: int) -> int:
    """The job came before the list was entered."""
    booking_id = book(patient, at(9))
    mark_no_show(booking_id, by=1, now=at(12))
    return booking_id


def test_without_a_booking_it_says_so_and_counts_on_its_own_day() -> None:
    friday = at(8, day=-3), at(8, 10, day=-3)
    exam_id = enter(replace(ENTRY, started_at=friday[0], ended_at=friday[1], reason="power cut"))
    [exam] = exams()
    assert (exam.id, exam.entered_later, exam.entered_reason) == (exam_id, True, "power cut")
    assert (exam.local_date, exam.minutes, exam.booking_id) == (friday[0].date(), 10, None)
    assert exam.logged_by == "sonographer"
    assert counted() == (0, 0)  # Monday has none


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"exam_type": "x"}, "exam_type"),
        ({"stream": "x"}, "stream"),
        ({"device": "x"}, "device"),
        ({"operator": "x"}, "operator"),
        ({"parts": 0}, "parts"),
        ({"started_at": at(13), "ended_at": at(13, 10)}, "start"),
        ({"ended_at": at(13)}, "end"),
        ({"ended_at": at(9, 3)}, "end"),
        ({"started_at": at(8, day=-2)}, "end"),
        ({"number": "TAKEN"}, "exam_number"),
        ({"number": "x" * 41}, "exam_number"),
        ({"reason": "x" * 401}, "reason"),
    ],
)
def test_what_cannot_be_is_refused_on_its_field(change: dict[str, object], field: str) -> None:
    enter(replace(ENTRY, number="TAKEN"))
    before = row_counts()
    wrong = replace(ENTRY, **change)  # type: ignore[arg-type]
    assert refused(InvalidError, enter, wrong).field == field
    assert row_counts() == before


@pytest.mark.parametrize(
    ("make", "steps"),
    [
        (lambda: book(1, at(9)), ["booked", "arrived", "in_progress", "completed"]),
        (lambda: arrived(1, at(9)), ["booked", "arrived", "in_progress", "completed"]),
        (lambda: running(1, at(9)), ["booked", "arrived", "in_progress", "completed"]),
        (lambda: missed(1), ["booked", "no_show", "arrived", "in_progress", "completed"]),
    ],
    ids=["booked", "arrived", "in_progress", "no_show"],
)
def test_wherever_it_stood_it_is_completed_with_the_entered_times(make, steps) -> None:
    booking_id = make()
    exam_id = enter(replace(ENTRY, reason="停电"))
    [exam] = exams()
    assert (exam.id, exam.booking_id, exam.entered_later) == (exam_id, booking_id, True)
    assert (exam.started_at, exam.ended_at, exam.minutes) == (at(9, 3), at(9, 16), 13)
    after = booking(booking_id)
    assert (after.status, after.started_at, after.exam_id) == ("completed", at(9, 3), exam_id)
    assert (after.started_device, after.started_operator) == ("US07", "D01")
    assert [step.to_status for step in history(booking_id)] == steps
    assert history(booking_id)[-1].at == NOON  # when it was entered, not when it was done
    assert counted()[0] == 1
    assert_sound()


def test_a_cancelled_booking_stays_cancelled() -> None:
    booking_id = book(1, at(9))
    cancel_booking(booking_id, reason="来电", by=account_id("reception"), now=at(8, 30))
    enter()
    assert (exams()[0].booking_id, booking(booking_id).status) == (None, "cancelled")
    assert_sound()


def test_another_exam_or_another_day_is_another_booking() -> None:
    others = [book(1, at(9), exam_type="superficial"), book(1, at(9, day=1))]
    enter()
    assert exams()[0].booking_id is None
    assert [booking(number).status for number in others] == ["booked", "booked"]


def test_of_two_bookings_the_nearest_is_meant_unless_one_is_named() -> None:
    early, late = book(1, at(9)), book(1, at(11))
    enter(replace(ENTRY, started_at=at(10, 30), ended_at=at(10, 40)))
    assert [booking(number).status for number in (early, late)] == ["booked", "completed"]
    enter(replace(ENTRY, booking=early, exam_type="superficial"))
    assert booking(early).status == "completed"
    assert counted()[0] == 2
    assert_sound()


def test_a_named_booking_of_somebody_else_is_left_alone() -> None:
    other = book(2, at(9))
    enter(replace(ENTRY, booking=other))
    assert (exams()[0].booking_id, booking(other).status) == (None, "booked")


def test_examined_on_another_machine_the_plan_is_free() -> None:
    booking_id = book(1, at(9))
    enter(replace(ENTRY, device="US08"))
    after = booking(booking_id)
    assert (after.started_device, after.device, after.device_ends_at) == ("US08", "US07", at(9))
    assert_sound()


def test_a_missed_booking_whose_time_was_given_away_is_completed_all_the_same() -> None:
    booking_id = missed(1)
    taken = book(2, at(9))
    enter()
    assert (booking(booking_id).status, booking(taken).status) == ("completed", "booked")
    assert_sound()


def test_the_next_day_a_booking_that_nobody_marked_is_completed_all_the_same() -> None:
    """The server was gone until the morning after, and the job with it."""
    booking_id = book(1, at(9))
    enter_exam_later(ENTRY, by=account_id("sonographer"), now=at(7, 30, day=1))
    assert (booking(booking_id).status, booking(booking_id).arrived_at) == ("completed", at(9, 3))
    assert_sound()


def test_an_exam_that_is_there_does_not_take_another_booking_of_the_day() -> None:
    """Entered from two lists: the second time the afternoon's booking must stay what it is."""
    book(1, at(9))
    afternoon = book(1, at(15))
    enter()
    with pytest.raises(InvalidError) as refusal:
        enter()
    assert refusal.value.code == "entered_already"
    assert (booking(afternoon).status, counted()[0]) == ("booked", 1)


def test_a_merged_record_names_the_row() -> None:
    desk = account_id("reception")
    temporary = add_patient(PatientFacts("王小明", "male", date(1980, 2, 29)), by=desk, now=at(7))
    assert isinstance(temporary, int)
    merge_patient(temporary, Merge(true_patient("M00001"), "一人"), by=desk, now=at(8))
    entries = [replace(ENTRY, patient="M00002"), replace(ENTRY, patient=temporary)]
    with pytest.raises(ConflictError) as refusal:
        enter_exams_later(entries, by=desk, now=NOON)
    assert (refusal.value.code, refusal.value.field) == ("patient_merged", "patient")
    assert refusal.value.details["row"] == 1
    assert counted()[0] == 0


def true_patient(mrn: str) -> int:
    with read_session() as session:
        return patient_by_mrn(session, mrn).id


def test_the_same_exam_is_not_entered_twice() -> None:
    book(1, at(9))
    enter()
    before = row_counts()
    for again in (ENTRY, replace(ENTRY, booking=exams()[0].booking_id, started_at=at(8))):
        with pytest.raises(InvalidError) as refusal:
            enter(again)
        assert (refusal.value.field, refusal.value.code) == ("patient", "entered_already")
    assert row_counts() == before


def finished(patient: int) -> int:
    """Clicked at the machine from nine to eight minutes past; returns the booking's id."""
    booking_id = running(patient, at(9))
    finish(booking_id, by=account_id("sonographer"), now=at(9, 8))
    return booking_id


def test_one_clicked_at_the_machine_is_not_counted_again_from_paper() -> None:
    """On the clock of the wall it was another time, on the list another machine."""
    finished(1)
    paper = replace(ENTRY, device="US08", started_at=at(9, 30), ended_at=at(9, 40))
    refusal = refused(InvalidError, enter, paper)
    assert (refusal.code, refusal.field) == ("same_exam_that_day", "is_another")
    assert refusal.params == {"number": exams()[0].number, "start": at(9), "device": "US07"}
    assert counted()[0] == 1


def test_whoever_was_examined_elsewhere_without_his_booking_keeps_it_open() -> None:
    planned = book(1, at(10))
    finished(1)
    paper = replace(ENTRY, started_at=at(10), ended_at=at(10, 9), booking=planned)
    assert refused(InvalidError, enter, paper).code == "same_exam_that_day"
    assert booking(planned).status == "booked"
    enter(replace(paper, is_another=True))
    assert (booking(planned).status, counted()[0]) == ("completed", 2)
    assert_sound()


def test_another_type_another_day_another_patient_and_a_voided_one_are_no_matter() -> None:
    void(enter(), reason="写错了", by=account_id("head"), now=at(13))
    enter(replace(ENTRY, started_at=at(8), ended_at=at(8, 9)))
    later = replace(ENTRY, started_at=at(10), ended_at=at(10, 9))
    enter(replace(later, exam_type="superficial"))
    enter(replace(later, patient="M00002"))
    tuesday = replace(later, started_at=at(9, day=1), ended_at=at(9, 9, day=1))
    enter_exam_later(tuesday, by=account_id("sonographer"), now=at(12, day=1))
    assert refused(InvalidError, enter, later).code == "same_exam_that_day"


def test_saying_it_is_another_does_not_count_the_same_minutes_twice() -> None:
    finished(1)
    again = replace(ENTRY, started_at=at(9), ended_at=at(9, 8), is_another=True)
    assert refused(InvalidError, enter, again).code == "entered_already"


@pytest.mark.parametrize(
    ("change", "kind", "field"),
    [
        (
            {"patient": "M00003", "started_at": at(10), "ended_at": at(10, 9)},
            InvalidError,
            "is_another",
        ),
        ({"patient": "M99999"}, NotFoundError, "patient"),
        ({"patient": "M00002", "number": "A1"}, InvalidError, "exam_number"),
        ({"patient": "M00002", "device": "US99"}, InvalidError, "device"),
    ],
)
def test_of_a_list_the_row_is_named(
    change: dict[str, object], kind: type[DomainError], field: str, doctor: int
) -> None:
    finished(3)
    rows = [replace(ENTRY, number="A1"), replace(ENTRY, **change)]  # type: ignore[arg-type]
    before = row_counts()
    refusal = refused(kind, enter_exams_later, rows, by=doctor, now=NOON)
    assert (refusal.details["row"], refusal.field) == (1, field)
    assert row_counts() == before


def test_a_list_is_entered_all_or_none() -> None:
    numbers = [book(patient, at(9) + timedelta(minutes=10 * patient)) for patient in range(1, 6)]
    entries = [
        replace(ENTRY, patient=f"M{patient:05}", booking=number)
        for patient, number in enumerate(numbers, start=1)
    ]
    before = row_counts()
    with pytest.raises(InvalidError):
        enter_exams_later([*entries, entries[0]], by=account_id("sonographer"), now=NOON)
    assert row_counts() == before
    assert len(enter_exams_later(entries, by=account_id("sonographer"), now=NOON)) == 5
    assert {booking(number).status for number in numbers} == {"completed"}
    assert counted()[0] == 5
    assert_sound()


def test_a_voided_one_can_be_entered_anew() -> None:
    booking_id = book(1, at(9))
    void(enter(), reason="写错了", by=account_id("head"), now=at(13))
    assert booking(booking_id).status == "in_progress"
    enter()
    assert (booking(booking_id).status, counted()[0]) == ("completed", 1)
    with db.engine.connect() as connection:
        linked = connection.execute(text("SELECT count(*) FROM exam WHERE booking_id IS NOT NULL"))
        assert linked.scalar_one() == 2
    assert_sound()
