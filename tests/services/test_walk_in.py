"""Receiving a patient without a booking: examined at once on a free machine, added on an occupied one."""

from dataclasses import replace

import pytest

from tests.support.department import account_id, at, staff_code
from tests.support.exam_room import arrived, book, booking, history, row_counts, running
from tracker.domain.errors import DomainError, InvalidError, NotBookableError, NotFoundError
from tracker.services.closures import Closing, close
from tracker.services.examining import finish, start
from tracker.services.walk_in import WalkIn, receive_walk_in

pytestmark = pytest.mark.usefixtures("app_context")

ORDER = WalkIn("M00009", "abdominal", "outpatient", "US07", "walk-in")


def test_on_a_free_machine_the_exam_runs_at_once(doctor: int) -> None:
    received = receive_walk_in(ORDER, by=doctor, now=at(9, 3, second=40))
    assert received.is_started
    found = booking(received.booking_id)
    assert (found.status, found.is_added, found.added_reason) == ("in_progress", False, "")
    assert (found.starts_at, found.ends_at) == (at(9, 3), at(9, 13))
    assert (found.arrived_at, found.started_at) == (at(9, 3, second=40), at(9, 3, second=40))
    assert (found.started_device, found.started_operator) == ("US07", staff_code("sonographer"))
    steps = [step.to_status for step in history(received.booking_id)]
    assert steps == ["booked", "arrived", "in_progress"]


def test_while_an_exam_runs_the_walk_in_is_added_and_waits(doctor: int) -> None:
    running(1, at(9))
    received = receive_walk_in(ORDER, by=doctor, now=at(9, 3))
    assert not received.is_started
    found = booking(received.booking_id)
    assert (found.status, found.is_added, found.added_reason) == ("arrived", True, "walk-in")
    assert [step.to_status for step in history(received.booking_id)] == ["booked", "arrived"]


def test_a_gap_too_short_is_not_free(doctor: int) -> None:
    book(1, at(9, 5))
    received = receive_walk_in(ORDER, by=doctor, now=at(9))
    assert (received.is_started, booking(received.booking_id).is_added) == (False, True)
    start(received.booking_id, by=doctor, now=at(9, 1))  # nothing runs: the doctor may start it


def test_the_added_walk_in_can_be_examined_after_the_one_before(doctor: int) -> None:
    first = running(1, at(9))
    received = receive_walk_in(ORDER, by=doctor, now=at(9, 3))
    finish(first, by=doctor, now=at(9, 10))
    start(received.booking_id, by=doctor, now=at(9, 10))
    finish(received.booking_id, by=doctor, now=at(9, 20))
    assert booking(received.booking_id).status == "completed"


def test_the_cap_of_added_bookings_holds(doctor: int) -> None:
    running(1, at(9))
    for number in range(10, 14):
        order = replace(ORDER, patient=f"M{number:05}")
        assert booking(receive_walk_in(order, by=doctor, now=at(9, 3)).booking_id).is_added
    before = row_counts()
    with pytest.raises(NotBookableError) as refusal:
        receive_walk_in(ORDER, by=doctor, now=at(9, 3))
    assert [reason.code for reason in refusal.value.reasons] == ["added_cap"]
    assert row_counts() == before


def test_another_doctor_may_be_named(doctor: int) -> None:
    order = replace(ORDER, operator="D12")
    received = receive_walk_in(order, by=doctor, now=at(9))
    assert booking(received.booking_id).started_operator == "D12"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"exam_type": "x"}, "exam_type"),
        ({"stream": "x"}, "stream"),
        ({"device": "US99"}, "device"),
        ({"exam_type": "pelvic_floor"}, "device"),
        ({"operator": "D99"}, "operator"),
        ({"parts": 0}, "parts"),
        ({"parts": 21}, "parts"),
        ({"reason": "  "}, "reason"),
        ({"reason": "a\0"}, "reason"),
    ],
)
def test_what_cannot_be_meant_is_refused_on_its_field(
    change: dict[str, object], field: str, doctor: int
) -> None:
    before = row_counts()
    with pytest.raises(InvalidError) as refusal:
        receive_walk_in(replace(ORDER, **change), by=doctor, now=at(9))  # type: ignore[arg-type]
    assert refusal.value.field == field
    assert row_counts() == before


def test_an_unknown_patient_is_not_found(doctor: int) -> None:
    with pytest.raises(NotFoundError):
        receive_walk_in(replace(ORDER, patient="M99999"), by=doctor, now=at(9))


def test_a_patient_is_never_in_two_rooms(doctor: int) -> None:
    arrived(9, at(9), device="US06")
    before = row_counts()
    with pytest.raises(NotBookableError) as refusal:
        receive_walk_in(ORDER, by=doctor, now=at(9, 2))
    assert [reason.code for reason in refusal.value.reasons] == ["patient_busy"]
    assert row_counts() == before


def test_pressed_twice_the_patient_is_received_once(doctor: int) -> None:
    receive_walk_in(ORDER, by=doctor, now=at(9))
    with pytest.raises(DomainError):
        receive_walk_in(ORDER, by=doctor, now=at(9))


@pytest.mark.parametrize("hour", [7, 12, 20])
def test_outside_the_hours_nobody_is_received(hour: int, doctor: int) -> None:
    with pytest.raises(NotBookableError) as refusal:
        receive_walk_in(ORDER, by=doctor, now=at(hour, 15))
    assert [reason.code for reason in refusal.value.reasons] == ["outside_blocks"]


def test_a_closed_machine_receives_nobody(doctor: int) -> None:
    closing = Closing(device="US07", start=at(9), end=at(10), reason="service", bookings="flag")
    close(closing, by=account_id("head"), now=at(8))
    with pytest.raises(NotBookableError) as refusal:
        receive_walk_in(ORDER, by=doctor, now=at(9, 15))
    assert "closed" in {reason.code for reason in refusal.value.reasons}
