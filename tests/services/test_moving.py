"""Moving a booking: the new time taken and the old one freed in one step, or nothing changed."""

from datetime import datetime, timedelta

import pytest

from tests.support.department import account_id, at
from tests.support.exam_room import arrived, book, booking, history, running
from tests.support.refusals import codes, refused
from tests.support.soundness import assert_sound, count
from tracker.domain.errors import (
    IllegalTransitionError,
    InvalidError,
    NotBookableError,
    NotFoundError,
    SlotTakenError,
    StaleError,
)
from tracker.services.changing import Move, cancel_booking, check_in, mark_no_show, move_booking
from tracker.services.closures import Closing, close
from tracker.services.examining import finish

pytestmark = pytest.mark.usefixtures("app_context")

EIGHT = at(8)


def move(booking_id: int, device: str, start: datetime, now: datetime = EIGHT) -> None:
    move_booking(booking_id, Move(device, start, "asked"), by=account_id("reception"), now=now)


def test_the_identity_stays_and_both_times_change_hands(desk: int) -> None:
    booking_id = book(1, at(9))
    audits = count("audit_entry")
    move(booking_id, "US08", at(10, day=1))
    found, steps = booking(booking_id), history(booking_id)
    assert (found.id, found.version, found.status) == (booking_id, 2, "booked")
    assert (found.device, found.starts_at, found.ends_at) == (
        "US08",
        at(10, day=1),
        at(10, 10, day=1),
    )
    assert found.local_date == at(10, day=1).date()
    assert (steps[-1].from_status, steps[-1].to_status, steps[-1].reason) == (
        "booked",
        "booked",
        "asked",
    )
    assert steps[-1].change["starts_at"] == [at(9).isoformat(), at(10, day=1).isoformat()]
    assert count("audit_entry") == audits + 1
    assert book(2, at(9)) != booking_id
    refused(SlotTakenError, book, 3, at(10, day=1), device="US08")
    assert_sound()


def test_a_move_over_ones_own_time(desk: int) -> None:
    booking_id = book(1, at(9))
    move(booking_id, "US07", at(9, 5))
    assert booking(booking_id).starts_at == at(9, 5)
    assert_sound()


def test_the_observation_moves_with_the_exam(desk: int) -> None:
    booking_id = book(1, at(9), device="US05", exam_type="contrast")
    move(booking_id, "US09", at(10))
    assert booking(booking_id).patient_ends_at == at(11)
    refused(SlotTakenError, book, 1, at(10, 50), device="US08")


def test_an_arrived_patient_stays_arrived(desk: int) -> None:
    booking_id = arrived(1, at(9))
    move(booking_id, "US08", at(9, 30), now=at(9))
    assert (booking(booking_id).status, booking(booking_id).arrived_at) == ("arrived", at(9))


def test_an_added_booking_becomes_a_planned_one(desk: int) -> None:
    book(1, at(9))
    booking_id = book(2, at(9), added_reason="urgent")
    move(booking_id, "US08", at(9))
    assert (booking(booking_id).is_added, booking(booking_id).added_reason) == (False, "")
    refused(SlotTakenError, book, 3, at(9), device="US08")
    for number in range(10, 14):
        book(number, at(9), added_reason="urgent")  # its place among the added ones is free again
    assert_sound()


def test_a_move_settles_a_flag(desk: int) -> None:
    booking_id = book(1, at(9))
    close(Closing("US07", at(9), at(10), "broken", "flag"), by=account_id("head"), now=at(8))
    assert booking(booking_id).is_flagged
    move(booking_id, "US08", at(9))
    assert (booking(booking_id).is_flagged, booking(booking_id).flag_reason) == (False, "")


def test_a_no_show_moved_to_a_new_time_is_arrived(desk: int) -> None:
    booking_id = book(1, at(9))
    mark_no_show(booking_id, by=desk, now=at(9, 30))
    move(booking_id, "US08", at(10), now=at(9, 50))
    found = booking(booking_id)
    assert (found.status, found.arrived_at, found.starts_at) == ("arrived", at(9, 50), at(10))
    assert_sound()


@pytest.mark.parametrize("missed", [True, False])
def test_who_is_moved_to_a_later_day_is_booked_for_it(desk: int, missed: bool) -> None:
    """Missed or already here: on the new day the patient has yet to come, and is checked in then."""
    booking_id = book(1, at(9)) if missed else arrived(1, at(9))
    if missed:
        mark_no_show(booking_id, by=desk, now=at(9, 30))
    move(booking_id, "US08", at(10, day=1), now=at(9, 50))
    found = booking(booking_id)
    assert (found.status, found.arrived_at, found.starts_at) == ("booked", None, at(10, day=1))
    assert history(booking_id)[-1].to_status == "booked"
    check_in(booking_id, by=desk, now=at(9, 55, day=1))
    assert_sound()


def test_what_is_under_way_or_over_is_not_moved(desk: int) -> None:
    under_way = running(1, at(9))
    done = running(2, at(9), device="US08")
    finish(done, by=desk, now=at(9, 10))
    cancelled = book(3, at(9), device="US09")
    cancel_booking(cancelled, reason="rang up", by=desk, now=at(8))
    for booking_id in (under_way, done, cancelled):
        refused(IllegalTransitionError, move, booking_id, "US10", at(10))


@pytest.mark.parametrize(
    ("device", "start", "reasons"),
    [
        ("US07", at(7), ["in_the_past", "outside_blocks"]),
        ("US07", at(12, 30), ["outside_blocks"]),
        ("US07", at(10, second=5), ["not_a_minute"]),
        ("US08", at(10), ["closed"]),
        ("US03", at(10), ["device_lacks_capability", "exam_type_not_in_block"]),
    ],
)
def test_where_it_cannot_go(device: str, start: datetime, reasons: list[str], desk: int) -> None:
    booking_id = book(1, at(9), exam_type="cardiac")
    if device == "US08":
        booking_id = book(2, at(9), device="US06")
        close(Closing("US08", at(9), at(11), "broken", "flag"), by=desk, now=at(8))
    refusal = refused(NotBookableError, move, booking_id, device, start)
    assert codes(refusal) == reasons


def test_a_taken_time_is_told_with_others(desk: int) -> None:
    booking_id = book(1, at(9))
    book(2, at(10), device="US08")
    refusal = refused(SlotTakenError, move, booking_id, "US08", at(10, 9))
    assert codes(refusal) == ["device_busy"]
    assert refusal.details["openings"]


def test_the_patients_other_exams_stand_in_the_way_but_not_this_one(desk: int) -> None:
    booking_id = book(1, at(9))
    book(1, at(10), device="US08")
    refusal = refused(SlotTakenError, move, booking_id, "US09", at(9, 55))
    assert codes(refusal) == ["patient_busy"]
    move(booking_id, "US09", at(9, 5))


def test_a_reserve_of_others_is_not_moved_into(desk: int) -> None:
    for number in range(14):
        book(number + 1, at(8, 10 * number, day=1))
    booking_id = book(20, at(9))
    refusal = refused(SlotTakenError, move, booking_id, "US07", at(11, day=1))
    assert codes(refusal) == ["reserve_held"]


def test_unknown_and_stale(desk: int) -> None:
    booking_id = book(1, at(9))
    refused(NotFoundError, move, 999, "US07", at(10))
    assert refused(InvalidError, move, booking_id, "US99", at(10)).field == "device"
    long = Move("US07", at(10), "x" * 401)
    refusal = refused(InvalidError, move_booking, booking_id, long, by=desk, now=at(8))
    assert refusal.field == "reason"
    stale = refused(
        StaleError, move_booking, booking_id, Move("US07", at(10)), by=desk, now=at(8), version=0
    )
    assert stale.details == {"version": 1}


def test_a_booking_of_the_past_is_moved_to_a_time_to_come(desk: int) -> None:
    booking_id = book(1, at(9))
    move(booking_id, "US07", at(14), now=at(9) + timedelta(hours=2))
    assert booking(booking_id).starts_at == at(14)
    assert_sound()
