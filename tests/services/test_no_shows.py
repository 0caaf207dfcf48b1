"""Patients who do not come, and those who come after all."""

import pytest

from tests.support.department import account_id, at
from tests.support.exam_room import arrived, book, booking, history
from tests.support.refusals import refused
from tests.support.soundness import assert_sound, count
from tracker.db import read_session
from tracker.domain.errors import (
    ConflictError,
    IllegalTransitionError,
    NotBookableError,
    NotFoundError,
    StaleError,
)
from tracker.drivers.no_shows import mark_due_no_shows
from tracker.queries.due import overdue_bookings
from tracker.services.changing import check_in, mark_no_show, return_patient
from tracker.services.undoing import undo_step

pytestmark = pytest.mark.usefixtures("app_context")


def missed(patient: int, hour: int, **more: object) -> int:
    booking_id = book(patient, at(hour), **more)
    mark_no_show(booking_id, by=account_id("reception"), now=at(hour, 30))
    return booking_id


def test_the_time_is_free_and_the_step_is_kept(desk: int) -> None:
    booking_id = book(1, at(9))
    audits = count("audit_entry")
    mark_no_show(booking_id, by=desk, now=at(9, 5))
    assert (booking(booking_id).status, history(booking_id)[-1].to_status) == ("no_show", "no_show")
    assert count("audit_entry") == audits + 1
    assert book(2, at(9, 5))
    assert_sound()


def test_who_is_here_is_no_no_show(desk: int) -> None:
    booking_id = arrived(1, at(9))
    refused(IllegalTransitionError, mark_no_show, booking_id, by=desk, now=at(9, 30))
    refused(NotFoundError, mark_no_show, 999, by=desk, now=at(9, 30))
    refused(StaleError, mark_no_show, booking_id, by=desk, now=at(9, 30), version=1)


def test_nobody_has_missed_what_has_not_begun(desk: int) -> None:
    booking_id = book(1, at(9))
    for early in (at(8), at(8, 59, second=59)):
        refusal = refused(ConflictError, mark_no_show, booking_id, by=desk, now=early)
        assert refusal.code == "not_begun"
    mark_no_show(booking_id, by=desk, now=at(9))
    assert booking(booking_id).status == "no_show"


def test_a_no_show_is_not_undone_but_returns(desk: int) -> None:
    booking_id = missed(1, 9)
    refused(IllegalTransitionError, undo_step, booking_id, by=desk, now=at(9, 40))
    refused(IllegalTransitionError, check_in, booking_id, by=desk, now=at(9, 40))


def test_who_returns_gets_the_next_opening_of_today(desk: int) -> None:
    booking_id = missed(1, 9, device="US05", exam_type="contrast")
    for number, device in enumerate(("US05", "US09", "US14"), start=2):
        book(number, at(9, 45), device=device, exam_type="contrast")
    return_patient(booking_id, by=desk, now=at(9, 40))
    found = booking(booking_id)
    assert (found.status, found.arrived_at) == ("arrived", at(9, 40))
    assert (found.device, found.starts_at, found.ends_at) == ("US20", at(9, 40), at(10, 10))
    assert [step.to_status for step in history(booking_id)] == ["booked", "no_show", "arrived"]
    assert_sound()


def test_who_returns_at_night_finds_nothing(desk: int) -> None:
    booking_id = missed(1, 16)
    refusal = refused(NotBookableError, return_patient, booking_id, by=desk, now=at(17, 30))
    assert {reason.code for reason in refusal.reasons} == {"in_the_past"}


def test_only_a_no_show_returns(desk: int) -> None:
    for booking_id in (book(1, at(9)), arrived(2, at(9), device="US08")):
        refused(IllegalTransitionError, return_patient, booking_id, by=desk, now=at(9, 30))
    refused(NotFoundError, return_patient, 999, by=desk, now=at(9))
    booking_id = missed(3, 10)
    refused(StaleError, return_patient, booking_id, by=desk, now=at(10, 40), version=1)


def test_due_is_who_is_still_booked_when_the_half_day_is_over(desk: int) -> None:
    gone, here = book(1, at(9)), arrived(2, at(9), device="US08")
    last, later = book(3, at(11, 50)), book(4, at(13, 30))
    with read_session() as session:
        assert overdue_bookings(session, now=at(11, 59), limit=9) == []
        overdue = overdue_bookings(session, now=at(12), limit=9)
    assert [each.booking_id for each in overdue] == [gone, last]
    assert mark_due_no_shows(by=desk, now=at(12)) == 2
    assert mark_due_no_shows(by=desk, now=at(12)) == 0
    statuses = [booking(each).status for each in (gone, here, last, later)]
    assert statuses == ["no_show", "arrived", "no_show", "booked"]
    assert mark_due_no_shows(by=desk, now=at(0, day=1)) == 1
    assert_sound()
