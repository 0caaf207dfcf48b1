"""Cancelling, and taking it back while the time is still free."""

import pytest

from tests.support.department import account_id, at
from tests.support.exam_room import arrived, book, booking, counted, history, running
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
from tracker.services.changing import cancel_booking, mark_no_show
from tracker.services.closures import Closing, close, lift
from tracker.services.examining import finish
from tracker.services.undoing import undo_step

pytestmark = pytest.mark.usefixtures("app_context")


def cancel(booking_id: int, reason: str = "rang up") -> None:
    cancel_booking(booking_id, reason=reason, by=account_id("reception"), now=at(8))


def take_back(booking_id: int) -> None:
    undo_step(booking_id, by=account_id("reception"), now=at(8, 30))


@pytest.mark.parametrize("prepare", [book, arrived, running])
def test_the_time_is_free_at_once(prepare: object, desk: int) -> None:
    booking_id = prepare(1, at(9))  # type: ignore[operator]
    before, audits = booking(booking_id), count("audit_entry")
    cancel(booking_id, "  rang  up ")
    found, step = booking(booking_id), history(booking_id)[-1]
    assert (found.status, found.version) == ("cancelled", before.version + 1)
    assert (step.from_status, step.to_status, step.reason) == (
        before.status,
        "cancelled",
        "rang up",
    )
    assert count("audit_entry") == audits + 1
    assert book(2, at(9))
    assert book(1, at(9), device="US08")  # the patient is free too
    assert counted() == (0, 0)
    assert_sound()


@pytest.mark.parametrize("reason", ["", "  ", "\u200b", "a\0b", "x" * 401])
def test_a_reason_is_needed_that_can_be_kept(reason: str, desk: int) -> None:
    booking_id = book(1, at(9))
    assert refused(InvalidError, cancel, booking_id, reason).field == "reason"


def test_what_is_over_is_not_cancelled(desk: int) -> None:
    done = running(1, at(9))
    finish(done, by=desk, now=at(9, 10))
    missed = book(2, at(9), device="US08")
    mark_no_show(missed, by=desk, now=at(10))
    cancelled = book(3, at(9), device="US09")
    cancel(cancelled)
    for booking_id in (done, missed, cancelled):
        refused(IllegalTransitionError, cancel, booking_id)


def test_unknown_and_stale(desk: int) -> None:
    booking_id = book(1, at(9))
    refused(NotFoundError, cancel, 999)
    refused(StaleError, cancel_booking, booking_id, reason="x", by=desk, now=at(8), version=2)


def test_taken_back_while_its_time_is_free(desk: int) -> None:
    booking_id = arrived(1, at(9))
    cancel(booking_id)
    take_back(booking_id)
    found = booking(booking_id)
    assert (found.status, found.arrived_at, found.starts_at) == ("booked", None, at(9))
    refused(SlotTakenError, book, 2, at(9))
    assert_sound()


def test_not_taken_back_when_somebody_else_has_it(desk: int) -> None:
    booking_id = book(1, at(9))
    cancel(booking_id)
    book(2, at(9, 5))
    refusal = refused(SlotTakenError, take_back, booking_id)
    assert codes(refusal) == ["device_busy"]


def test_not_taken_back_when_the_patient_is_elsewhere(desk: int) -> None:
    booking_id = book(1, at(9))
    cancel(booking_id)
    book(1, at(9), device="US08")
    assert codes(refused(SlotTakenError, take_back, booking_id)) == ["patient_busy"]


def test_not_taken_back_into_the_past_or_a_closure(desk: int) -> None:
    past, shut = book(1, at(8, 10)), book(2, at(9))
    cancel(past)
    cancel(shut)
    close(Closing("US07", at(9), at(10), "broken", "flag"), by=desk, now=at(8))
    assert codes(refused(NotBookableError, take_back, past)) == ["in_the_past"]
    assert codes(refused(NotBookableError, take_back, shut)) == ["closed"]


def test_an_added_booking_comes_back_as_an_added_one_under_the_cap(desk: int) -> None:
    booking_id = book(1, at(9), added_reason="urgent")
    cancel(booking_id)
    for number in range(2, 6):
        others = book(number, at(9), added_reason="urgent")
    assert codes(refused(NotBookableError, take_back, booking_id)) == ["added_cap"]
    cancel(others)
    take_back(booking_id)
    assert (booking(booking_id).is_added, booking(booking_id).added_reason) == (True, "urgent")
    assert_sound()


def test_who_cancels_needs_no_other_time_any_more(desk: int) -> None:
    booking_id, missed = book(1, at(9)), book(2, at(9, 30))
    close(Closing("US07", at(9), at(10), "broken", "flag"), by=desk, now=at(8))
    cancel(booking_id)
    mark_no_show(missed, by=desk, now=at(9, 45))
    for each in (booking_id, missed):
        assert (booking(each).is_flagged, booking(each).flag_reason) == (False, "")
        assert history(each)[-1].change["is_flagged"] == [True, False]


def test_a_flag_does_not_come_back_once_the_closure_is_lifted(desk: int) -> None:
    for added in (None, "urgent"):
        booking_id = book(1, at(9), added_reason=added)
        closing = Closing("US07", at(9), at(10), "broken", "flag")
        closed = close(closing, by=desk, now=at(8))
        assert closed.flagged == (booking_id,)
        cancel(booking_id)
        lift(closed.closure_id, by=desk, now=at(8, 10))
        take_back(booking_id)
        assert not booking(booking_id).is_flagged
        cancel(booking_id)
    assert_sound()
