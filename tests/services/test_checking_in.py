"""Checking patients in, and taking the check-in back."""

import pytest

from tests.support.department import at
from tests.support.exam_room import arrived, book, booking, history, running
from tests.support.refusals import refused
from tests.support.soundness import assert_sound, count
from tracker.domain.errors import ConflictError, IllegalTransitionError, NotFoundError, StaleError
from tracker.services.booking import BookingOrder, book_exam
from tracker.services.changing import cancel_booking, check_in, mark_no_show
from tracker.services.examining import finish
from tracker.services.undoing import undo_step

pytestmark = pytest.mark.usefixtures("app_context")


def test_the_minute_and_who_did_it_are_kept(desk: int) -> None:
    booking_id = book(1, at(9))
    audits = count("audit_entry")
    check_in(booking_id, by=desk, now=at(8, 40, second=12))
    found, step = booking(booking_id), history(booking_id)[-1]
    assert (found.status, found.arrived_at) == ("arrived", at(8, 40, second=12))
    assert (found.version, step.from_status, step.to_status) == (2, "booked", "arrived")
    assert (step.by, step.at) == ("reception", at(8, 40, second=12))
    assert count("audit_entry") == audits + 1
    assert_sound()


def test_a_late_arrival_keeps_its_time(desk: int) -> None:
    booking_id = book(1, at(9))
    check_in(booking_id, by=desk, now=at(9, 25))
    assert (booking(booking_id).starts_at, booking(booking_id).status) == (at(9), "arrived")
    assert_sound()


@pytest.mark.parametrize("day", [1, -1])
def test_only_on_the_day_of_the_booking(day: int, desk: int) -> None:
    booking_id = book(1, at(9, day=1))
    refusal = refused(ConflictError, check_in, booking_id, by=desk, now=at(9, day=1 + day))
    assert refusal.code == "other_day"
    order = BookingOrder("M00002", "abdominal", "outpatient", "US08", at(9, day=1), check_in=True)
    assert refused(ConflictError, book_exam, order, by=desk, now=at(9)).code == "other_day"
    check_in(booking_id, by=desk, now=at(0, 1, day=1))
    assert booking(booking_id).status == "arrived"
    assert_sound()


def test_taken_back_it_is_booked_as_before(desk: int) -> None:
    booking_id = arrived(1, at(9))
    undo_step(booking_id, by=desk, now=at(9, 1))
    found = booking(booking_id)
    assert (found.status, found.arrived_at, found.version) == ("booked", None, 3)
    check_in(booking_id, by=desk, now=at(9, 2))
    assert booking(booking_id).arrived_at == at(9, 2)
    assert_sound()


def test_only_what_is_booked_is_checked_in(desk: int) -> None:
    here, under_way = arrived(1, at(9)), running(2, at(9), device="US08")
    done = running(3, at(9), device="US09")
    finish(done, by=desk, now=at(9, 10))
    cancelled, missed = book(4, at(9), device="US10"), book(5, at(9), device="US11")
    cancel_booking(cancelled, reason="rang up", by=desk, now=at(8))
    mark_no_show(missed, by=desk, now=at(9, 30))
    for booking_id in (here, under_way, done, cancelled, missed):
        refusal = refused(IllegalTransitionError, check_in, booking_id, by=desk, now=at(9, 30))
        assert refusal.code == "illegal_transition"


def test_unknown_and_stale(desk: int) -> None:
    booking_id = book(1, at(9))
    refused(NotFoundError, check_in, 999, by=desk, now=at(9))
    refusal = refused(StaleError, check_in, booking_id, by=desk, now=at(9), version=2)
    assert (refusal.code, refusal.field) == ("stale", "version")
    check_in(booking_id, by=desk, now=at(9), version=1)
