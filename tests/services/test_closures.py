"""Closing a device or the department, and lifting it: each booking hit is moved or kept and flagged."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.support import catalogue
from tests.support.department import account_id, at
from tests.support.exam_room import arrived, book, booking, history, running
from tests.support.refusals import codes, refused
from tests.support.soundness import assert_sound, count, tables
from tracker.db import read_session
from tracker.domain.errors import InvalidError, NotBookableError, NotFoundError
from tracker.queries.closures import Stretch, bookings_in_stretch
from tracker.services.changing import cancel_booking
from tracker.services.closures import Closing, close, lift
from tracker.services.examining import Start, finish, start

pytestmark = pytest.mark.usefixtures("app_context")

MORNING = Closing("US07", at(9), at(10), "broken probe", "move")


@pytest.fixture
def head() -> int:
    return account_id("head")


def test_a_booking_is_moved_to_the_nearest_opening_of_its_day(head: int) -> None:
    booking_id = book(1, at(9, 20))
    closed = close(MORNING, by=head, now=at(8))
    found, step = booking(booking_id), history(booking_id)[-1]
    assert (closed.moved, closed.flagged) == ((booking_id,), ())
    assert (found.starts_at, found.is_flagged, found.version) == (at(9, 20), False, 2)
    assert found.device != "US07"
    assert (step.by, step.reason) == ("head", "broken probe")
    assert count("audit_entry", "entity = 'closure' AND action = 'close'") == 1
    assert_sound()


def test_what_finds_no_place_is_kept_and_flagged(head: int) -> None:
    booking_id = book(1, at(9), device="US05", exam_type="contrast")
    for device in ("US09", "US14", "US20"):
        close(Closing(device, at(0), at(24), "service", "flag"), by=head, now=at(8))
    whole_day = Closing("US05", at(0), at(24), "broken", "move")
    closed = close(whole_day, by=head, now=at(8))
    found = booking(booking_id)
    assert (closed.moved, closed.flagged) == ((), (booking_id,))
    assert (found.starts_at, found.status, found.is_flagged, found.flag_reason) == (
        at(9),
        "booked",
        True,
        "broken",
    )
    assert_sound()


def test_who_is_under_way_is_flagged_and_what_is_done_is_left_alone(head: int) -> None:
    done = running(1, at(9))
    finish(done, by=head, now=at(9, 10))
    gone = book(2, at(9, 30))
    cancel_booking(gone, reason="rang up", by=head, now=at(8))
    under_way, here = running(3, at(9, 10)), arrived(4, at(9, 40))
    closed = close(MORNING, by=head, now=at(9, 12))
    assert (closed.moved, closed.flagged) == ((here,), (under_way,))
    assert booking(here).status == "arrived"
    assert booking(done).version == 4
    finish(under_way, by=head, now=at(9, 20))
    assert_sound()


def test_an_exam_is_in_the_way_where_it_runs_and_as_long_as_it_does(head: int) -> None:
    taken_over = arrived(1, at(9), device="US06")
    start(taken_over, Start(device="US07"), by=head, now=at(9, 15))
    with read_session() as session:
        stretch = Stretch(catalogue.device("US07").id, at(9, 20), at(10), at(9, 20))
        assert [(hit.id, hit.device) for hit in bookings_in_stretch(session, stretch)] == [
            (taken_over, "US07")
        ]
    left = replace(MORNING, device="US06", start=at(9, 20))
    assert close(left, by=head, now=at(9, 20)).flagged == ()
    closed = close(replace(MORNING, start=at(9, 20)), by=head, now=at(9, 20))
    assert closed.flagged == (taken_over,)
    later = replace(MORNING, start=at(9, 30))
    assert close(later, by=head, now=at(9, 20)).flagged == ()
    lift(closed.closure_id, by=head, now=at(9, 25))
    assert not booking(taken_over).is_flagged
    finish(taken_over, by=head, now=at(9, 26))
    assert_sound()


def test_the_edges_are_not_hit(head: int) -> None:
    book(1, at(8, 50))
    book(2, at(10))
    assert close(MORNING, by=head, now=at(8)).moved == ()


def test_the_department_is_closed_and_the_day_is_kept_where_it_can_be(head: int) -> None:
    morning, evening = book(1, at(9)), book(2, at(16, 50), device="US08")
    everything = Closing(None, at(13), at(24), "power cut", "move")
    closed = close(everything, by=head, now=at(8))
    assert (closed.moved, closed.flagged) == ((evening,), ())
    assert booking(morning).version == 1
    assert booking(evening).starts_at == at(11, 50)  # the latest that is left
    refusal = refused(NotBookableError, book, 3, at(14))
    assert "closed" in codes(refusal)
    assert_sound()


def test_an_added_booking_that_is_moved_has_a_planned_time(head: int) -> None:
    booking_id = book(1, at(9), added_reason="urgent")
    close(MORNING, by=head, now=at(8))
    assert (booking(booking_id).is_added, booking(booking_id).is_flagged) == (False, False)
    assert_sound()


def test_lifted_the_time_is_open_and_flags_are_settled(head: int) -> None:
    booking_id = book(1, at(9))
    closure_id = close(replace(MORNING, bookings="flag"), by=head, now=at(8)).closure_id
    lift(closure_id, by=head, now=at(8, 30))
    assert (booking(booking_id).is_flagged, booking(booking_id).flag_reason) == (False, "")
    assert book(2, at(9, 10))
    assert count("audit_entry", "entity = 'closure' AND action = 'lift'") == 1
    rows = tables()
    lift(closure_id, by=head, now=at(8, 31))
    assert tables() == rows
    assert_sound()


def test_a_flag_stays_while_another_closure_stands(head: int) -> None:
    first, second = book(1, at(9)), book(2, at(9, 40))
    closure_id = close(replace(MORNING, bookings="flag"), by=head, now=at(8)).closure_id
    other = Closing(None, at(9, 30), at(11), "power cut", "flag")
    close(other, by=head, now=at(8))
    lift(closure_id, by=head, now=at(8, 30))
    assert (booking(first).is_flagged, booking(second).is_flagged) == (False, True)
    assert "closed" in codes(refused(NotBookableError, book, 3, at(9, 50)))
    assert_sound()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"device": "US99"}, "device"),
        ({"device": ""}, "device"),
        ({"end": at(9)}, "end"),
        ({"end": at(8)}, "end"),
        ({"start": at(6), "end": at(7)}, "end"),
        ({"end": at(9) + timedelta(days=367)}, "end"),
        ({"reason": " "}, "reason"),
        ({"reason": "x" * 401}, "reason"),
        ({"reason": "a\0"}, "reason"),
        ({"bookings": "forget"}, "bookings"),
    ],
)
def test_what_cannot_be_closed(change: dict[str, object], field: str, head: int) -> None:
    book(1, at(9))
    closing = replace(MORNING, **change)  # type: ignore[arg-type]
    assert refused(InvalidError, close, closing, by=head, now=at(8)).field == field


def test_an_unknown_closure_is_not_lifted(head: int) -> None:
    refused(NotFoundError, lift, 999, by=head, now=at(8))
