"""Booking an exam: at a minute, inside a band, added, checked in at once; and every way it is refused."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from tests.support.databases import Template
from tests.support.department import DEPARTMENT, MONDAY, account_id, at
from tests.support.exam_room import arrived, arrived_before_its_day, book, booking, history, running
from tests.support.refusals import codes, refused
from tests.support.soundness import assert_sound, count
from tracker.db import read_session, transaction
from tracker.domain.errors import (
    ConflictError,
    InvalidError,
    NotBookableError,
    NotFoundError,
    SlotTakenError,
)
from tracker.models import ApiToken, Device, ExamType
from tracker.queries.openings import Wish, find_openings
from tracker.queries.soundness import overfull_blocks
from tracker.services.booking import Booked, BookingOrder, book_exam
from tracker.services.closures import Closing, close
from tracker.services.examining import finish, start
from tracker.writes.idempotency import Answer, Claim

pytestmark = pytest.mark.usefixtures("app_context")

EIGHT = at(8)
ORDER = BookingOrder("M00001", "abdominal", "outpatient", "US07", at(9))


@pytest.fixture
def template() -> Template:
    return DEPARTMENT


@pytest.fixture
def desk() -> int:
    return account_id("reception")


def booked(order: BookingOrder, now: datetime = EIGHT) -> int:
    answer = book_exam(order, by=account_id("reception"), now=now)
    assert isinstance(answer, Booked)
    return answer.booking_id


def test_a_booking_says_what_was_ordered_and_what_the_block_adds(desk: int) -> None:
    found = booking(booked(replace(ORDER, parts=2)))
    assert (found.mrn, found.exam_type, found.stream, found.parts) == (
        "M00001",
        "abdominal",
        "outpatient",
        2,
    )
    assert (found.starts_at, found.ends_at, found.local_date) == (at(9), at(9, 15), MONDAY)
    assert (found.device, found.operator, found.status, found.version) == (
        "US07",
        "D26",
        "booked",
        1,
    )
    assert (found.created_at, found.is_added, found.is_flagged) == (at(8), False, False)
    assert_sound()


def test_one_history_row_and_one_audit_entry(desk: int) -> None:
    before = count("audit_entry")
    [step] = history(booked(ORDER))
    assert (step.from_status, step.to_status, step.at, step.by) == (
        None,
        "booked",
        at(8),
        "reception",
    )
    assert count("audit_entry") == before + 1
    assert count("audit_entry", "action = 'book' AND entity = 'booking'") == 1


def test_checked_in_at_once(desk: int) -> None:
    found = booking(booked(replace(ORDER, check_in=True)))
    assert (found.status, found.arrived_at, found.version) == ("arrived", at(8), 2)
    assert_sound()


def test_booked_in_the_running_minute(desk: int) -> None:
    assert booking(booked(ORDER, now=at(9, second=59))).starts_at == at(9)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"exam_type": "x"}, "exam_type"),
        ({"exam_type": "' OR 1=1 --"}, "exam_type"),
        ({"stream": "x"}, "stream"),
        ({"device": "US99"}, "device"),
        ({"device": ""}, "device"),
        ({"exam_type": "pelvic_floor"}, "device"),
        ({"parts": 0}, "parts"),
        ({"parts": -1}, "parts"),
        ({"parts": 21}, "parts"),
        ({"parts": 10**9}, "parts"),
        ({"start": at(9, second=1)}, "start"),
        ({"start": at(9) + timedelta(microseconds=1)}, "start"),
        ({"within_minutes": -1}, "within"),
        ({"within_minutes": 241}, "within"),
        ({"added_reason": "  "}, "added"),
        ({"added_reason": "a\0b"}, "added"),
        ({"added_reason": "x" * 401}, "added"),
        ({"added_reason": "\u202e"}, "added"),
    ],
)
def test_what_cannot_be_meant_is_refused_on_its_field(
    change: dict[str, object], field: str, desk: int
) -> None:
    order = replace(ORDER, **change)  # type: ignore[arg-type]
    assert refused(InvalidError, book_exam, order, by=desk, now=at(8)).field == field


@pytest.mark.parametrize("patient", ["M99999", "", "1", 0, 999, -1, "病人1", "<script>"])
def test_an_unknown_patient_is_not_found(patient: int | str, desk: int) -> None:
    refusal = refused(NotFoundError, book_exam, replace(ORDER, patient=patient), by=desk, now=at(8))
    assert refusal.field == "patient"


@pytest.mark.parametrize("model", [Device, ExamType])
def test_what_is_retired_is_not_booked(model: type[Device | ExamType], desk: int) -> None:
    code = "US07" if model is Device else "abdominal"
    with transaction() as session:
        session.execute(update(model).where(model.code == code).values(retired_at=at(7)))
    refused(InvalidError, book_exam, ORDER, by=desk, now=at(8))


@pytest.mark.parametrize(
    ("start", "reasons"),
    [
        (at(8, 59), ["in_the_past"]),
        (at(7, 55), ["in_the_past", "outside_blocks"]),
        (at(11, 55), ["outside_blocks"]),
        (at(12, 30), ["outside_blocks"]),
        (at(20), ["outside_blocks"]),
        (at(9, day=5), ["outside_blocks"]),
        (datetime(2300, 1, 1, tzinfo=UTC), ["outside_blocks"]),
    ],
)
def test_all_reasons_against_a_minute_are_given(
    start: datetime, reasons: list[str], desk: int
) -> None:
    order = replace(ORDER, start=start)
    assert codes(refused(NotBookableError, book_exam, order, by=desk, now=at(9))) == reasons


def test_a_taken_time_comes_with_other_openings(desk: int) -> None:
    booked(ORDER)
    order = replace(ORDER, patient="M00002", start=at(9, 5))
    refusal = refused(SlotTakenError, book_exam, order, by=desk, now=at(8))
    assert (refusal.field, codes(refusal)) == ("start", ["device_busy"])
    offered = refusal.details["openings"]
    assert len(offered) == 5
    assert (offered[0].start, offered[0].device_id) == (at(9, 10), booking(1).device_id)
    assert {abs(opening.start - at(9, 5)) for opening in offered} == {timedelta(minutes=5)}


def test_a_day_without_time_left_is_answered_with_the_next_one(desk: int) -> None:
    for shut in (
        Closing(None, at(0), at(9), "x", "flag"),
        Closing(None, at(9, 30), at(24), "x", "flag"),
    ):
        close(shut, by=desk, now=at(0))
    order = replace(ORDER, exam_type="contrast", device="US09")
    for number, device in enumerate(("US05", "US09", "US14", "US20"), start=2):
        booked(replace(order, patient=f"M{number:05}", device=device))
    found = refused(SlotTakenError, book_exam, order, by=desk, now=at(8)).details["openings"]
    assert found[0].start == at(8, day=1)


def test_a_patient_is_in_one_room_at_a_time(desk: int) -> None:
    booked(ORDER)
    order = replace(ORDER, device="US08", start=at(9, 9))
    assert codes(refused(SlotTakenError, book_exam, order, by=desk, now=at(8))) == ["patient_busy"]
    assert booked(replace(order, start=at(9, 10)))


def test_observation_after_contrast_holds_the_patient_and_not_the_device(desk: int) -> None:
    first = booked(replace(ORDER, exam_type="contrast", device="US05"))
    found = booking(first)
    assert (found.ends_at, found.device_ends_at, found.patient_ends_at) == (
        at(9, 30),
        at(9, 30),
        at(10),
    )
    again = replace(ORDER, device="US05", start=at(9, 30))
    assert codes(refused(SlotTakenError, book_exam, again, by=desk, now=at(8))) == ["patient_busy"]
    assert booked(replace(again, patient="M00002"))
    assert booked(replace(again, start=at(10)))
    assert_sound()


def test_an_exam_before_must_end_before_the_observation_begins_to_count(desk: int) -> None:
    booked(ORDER)
    order = replace(ORDER, exam_type="contrast", device="US05", start=at(8, 29))
    assert codes(refused(SlotTakenError, book_exam, order, by=desk, now=at(8))) == ["patient_busy"]
    assert booked(replace(order, start=at(8)))


# --- a band ----------------------------------------------------------------------------------------


def test_inside_the_band_the_next_opening_will_do(desk: int) -> None:
    booked(ORDER)
    answer = book_exam(replace(ORDER, patient="M00002", within_minutes=30), by=desk, now=at(8))
    assert isinstance(answer, Booked)
    found = booking(answer.booking_id)
    assert (answer.other_minute, found.starts_at) == (False, at(9))  # on another machine
    assert found.device != "US07"


def test_a_band_without_an_opening_is_refused(desk: int) -> None:
    for number, device in enumerate(("US05", "US09", "US14", "US20"), start=2):
        book(number, at(9), device=device, exam_type="contrast")
    order = replace(ORDER, exam_type="contrast", device="US05", within_minutes=29)
    assert refused(SlotTakenError, book_exam, order, by=desk, now=at(8)).details["openings"]
    answer = book_exam(replace(order, within_minutes=30), by=desk, now=at(8))
    assert isinstance(answer, Booked)
    assert (answer.other_minute, booking(answer.booking_id).starts_at) == (True, at(9, 30))


# --- reserves and running exams --------------------------------------------------------------------


def test_minutes_of_a_reserve_are_for_its_stream_until_they_are_released(desk: int) -> None:
    """Tuesday morning: 240 minutes, 75 kept for medical exams until Monday 16:00, 20 for the ward."""
    for number in range(14):
        book(number + 1, at(8, 10 * number, day=1))
    late = replace(ORDER, patient="M00020", start=at(11, day=1))
    refusal = refused(SlotTakenError, book_exam, late, by=desk, now=at(15, 59))
    assert codes(refusal) == ["reserve_held"]
    assert refusal.details["reasons"][0].params["minutes"] == 95
    assert booked(replace(late, stream="medical_exam", start=at(11, 30, day=1)))
    assert booked(late, now=at(16))  # an instant equal to the release time is released
    with read_session() as session:
        assert overfull_blocks(session) == []


def test_an_overdue_exam_holds_its_machine(desk: int) -> None:
    first = running(1, at(9))
    order = replace(ORDER, patient="M00002", start=at(9, 20))
    refusal = refused(SlotTakenError, book_exam, order, by=desk, now=at(9, 20))
    assert codes(refusal) == ["device_in_use"]
    with read_session() as session:
        wish = Wish("abdominal", "outpatient", MONDAY, MONDAY, device="US07", limit=1)
        assert find_openings(session, wish, now=at(9, 20)).openings[0].start == at(9, 21)
    finish(first, by=desk, now=at(9, 20))
    assert booked(order, now=at(9, 20))


def test_an_exam_that_runs_before_its_day_holds_its_machine_too(desk: int) -> None:
    """Tuesday's patient comes on Monday: while the exam runs nobody else is booked or started there."""
    early, today = arrived_before_its_day(3, at(10, day=1), now=at(9)), arrived(2, at(10))
    start(early, by=desk, now=at(9))
    order = replace(ORDER, start=at(9, 5))
    refusal = refused(SlotTakenError, book_exam, order, by=desk, now=at(9, 5))
    assert codes(refusal) == ["device_in_use"]
    assert refused(ConflictError, start, today, by=desk, now=at(9, 5)).code == "device_in_use"
    finish(early, by=desk, now=at(9, 6))
    start(today, by=desk, now=at(9, 6))
    assert_sound()


def test_a_closed_machine_is_not_booked(desk: int) -> None:
    closing = Closing("US07", at(9), at(10), "broken", "flag")
    close(closing, by=account_id("head"), now=at(8))
    for minute in (at(8, 55), at(9), at(9, 59)):
        refusal = refused(
            NotBookableError, book_exam, replace(ORDER, start=minute), by=desk, now=at(8)
        )
        assert codes(refusal) == ["closed"]
    assert booked(replace(ORDER, start=at(8, 50)))
    assert booked(replace(ORDER, start=at(10)))


# --- added (加号) ----------------------------------------------------------------------------------


def test_an_added_booking_takes_no_planned_minutes(desk: int) -> None:
    booked(ORDER)
    found = booking(booked(replace(ORDER, patient="M00002", added_reason=" urgent  pain ")))
    assert (found.is_added, found.added_reason, found.starts_at) == (True, "urgent pain", at(9))
    assert booked(replace(ORDER, patient="M00003", start=at(9, 10)))
    assert_sound()


def test_an_added_booking_stands_inside_the_patients_guard(desk: int) -> None:
    booked(replace(ORDER, device="US08"))
    order = replace(ORDER, added_reason="urgent", start=at(9, 5))
    refusal = refused(NotBookableError, book_exam, order, by=desk, now=at(8))
    assert codes(refusal) == ["patient_busy"]


@pytest.mark.parametrize(
    ("start", "reasons"),
    [
        (at(7, 59), ["in_the_past", "outside_blocks"]),
        (at(8, 29), ["in_the_past"]),
        (at(12), ["outside_blocks"]),
        (at(10), ["closed"]),
    ],
)
def test_where_nothing_can_be_added(start: datetime, reasons: list[str], desk: int) -> None:
    close(Closing("US07", at(10), at(11), "broken", "flag"), by=account_id("head"), now=at(8))
    order = replace(ORDER, added_reason="urgent", start=start)
    assert codes(refused(NotBookableError, book_exam, order, by=desk, now=at(8, 30))) == reasons


# --- said twice ------------------------------------------------------------------------------------


def test_the_same_key_gives_the_same_answer_and_a_refusal_is_not_kept(desk: int) -> None:
    with transaction() as session:
        token = ApiToken(account_id=desk, token_hash="x", created_at=at(7))
        session.add(token)
        session.flush()
        token_id = token.id
    claim = Claim(lambda _session, done: (201, f"number {done.booking_id}"), token_id, "k", "hash")  # type: ignore[attr-defined]
    late = replace(ORDER, start=at(7))
    refused(NotBookableError, book_exam, late, by=desk, now=at(8), claim=claim)
    first = book_exam(ORDER, by=desk, now=at(8), claim=claim)
    again = book_exam(ORDER, by=desk, now=at(8, 1), claim=claim)
    assert again == first == Answer(201, "number 1")
    other = replace(claim, body_hash="other")
    refusal = refused(ConflictError, book_exam, ORDER, by=desk, now=at(8, 2), claim=other)
    assert refusal.code == "idempotency_conflict"
    assert count("booking") == 1
