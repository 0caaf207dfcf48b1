"""The board: what it says of a device that is free, in use, late, idle or closed, and who gets which link."""

from collections.abc import Callable
from datetime import datetime

import pytest
from flask import Flask

from tests.support.cast import ClientOf
from tests.support.department import at
from tests.web.desk.hands import Hands
from tracker import clock
from tracker.queries import read_session
from tracker.queries.board import BoardDevice, board

ROLES = ("reception", "sonographer", "head", "admin")


def device_at(app: Flask, now: datetime, code: str = "US01") -> BoardDevice:
    with app.app_context(), read_session() as session:
        return next(each for each in board(session, now=now) if each.device == code)


def test_a_device_without_patients_is_free_until_the_plan_wants_it(
    app: Flask, hands: Hands
) -> None:
    hands.book(at(9), exam_type="superficial")
    device = device_at(app, at(8, 30))
    assert (device.state, device.until, device.late_minutes) == ("free", at(9), 0)
    assert device.free_minutes == (12 * 60 - 8 * 60 - 30 - 8) + 210
    assert device.next is not None
    assert (device.next.starts_at, device.next.exam_type) == (at(9), "superficial")


def test_an_exam_in_progress_shows_since_when_and_how_late(app: Flask, hands: Hands) -> None:
    booking = hands.book(at(8))
    hands.arrive(booking)
    hands.start(booking, at(8, 1))
    on_time, late = device_at(app, at(8, 5)), device_at(app, at(8, 20))
    assert (on_time.state, on_time.since, on_time.late_minutes) == ("in_use", at(8, 1), 0)
    assert (on_time.exam_type, on_time.until) == ("superficial", at(8, 8))
    assert (late.late_minutes, late.until) == (12, at(8, 21))


def test_a_patient_who_waits_past_the_planned_start_makes_the_device_late(
    app: Flask, hands: Hands
) -> None:
    booking = hands.book(at(8))
    assert device_at(app, at(8, 7)).late_minutes == 0  # nobody is here yet
    hands.arrive(booking, at(8, 5))
    device = device_at(app, at(8, 20))
    assert (device.state, device.late_minutes, device.waiting) == ("free", 15, 1)
    assert device.idle_minutes == 0


def test_those_who_wait_are_told_when_their_turn_is_expected(app: Flask, hands: Hands) -> None:
    runs, second, third = (
        hands.book(at(8, minute), patient=f"M0000{number}")
        for number, minute in ((1, 0), (2, 8), (3, 16))
    )
    hands.arrive(runs)
    hands.start(runs, at(8))
    hands.arrive(third, at(8, 10))
    hands.arrive(second, at(8, 12))
    device = device_at(app, at(8, 20))  # should have ended at 08:08
    assert device.next is not None
    assert (device.next.id, device.next_start) == (second, at(8, 21))
    assert device.waiting_starts == (at(8, 21), at(8, 29))
    idle = device_at(app, at(8, 20), "US02")
    assert (idle.next_start, idle.waiting_starts) == (None, ())


def test_who_has_not_come_yet_is_expected_in_time(app: Flask, hands: Hands) -> None:
    hands.book(at(8), patient="M00001")  # should have been here
    hands.book(at(8, 30), patient="M00002")
    hands.arrive(hands.book(at(9), patient="M00003"), at(8))
    device = device_at(app, at(8, 5))
    assert device.next is not None
    assert (device.next.starts_at, device.next_start) == (at(8), None)
    assert device.waiting_starts == (at(8, 5),)


def test_half_an_hour_without_a_start_is_told_where_patients_wait(app: Flask, hands: Hands) -> None:
    first, second = hands.book(at(8)), hands.book(at(9), patient="M00002")
    hands.examine(first, at(8), at(8, 8))
    hands.arrive(second, at(8, 10))
    assert device_at(app, at(8, 39)).idle_minutes == 0
    assert device_at(app, at(8, 40)).idle_minutes == 30
    hands.start(second, at(8, 41))
    assert device_at(app, at(8, 45)).idle_minutes == 0


def test_the_break_at_noon_is_no_idleness(app: Flask, hands: Hands) -> None:
    hands.arrive(hands.book(at(13, 30)), at(11))
    noon, later = device_at(app, at(12, 30)), device_at(app, at(13, 50))
    assert (noon.state, noon.closed_by, noon.until) == ("closed", "hours", at(13, 30))
    assert (noon.idle_minutes, later.idle_minutes) == (0, 0)
    assert device_at(app, at(14)).idle_minutes == 30


def test_a_closure_shows_until_when_and_takes_the_free_minutes(app: Flask, hands: Hands) -> None:
    hands.close("US01", at(8, 30), at(10), now=at(8))
    device = device_at(app, at(9))
    assert (device.state, device.closed_by, device.until) == ("closed", "closure", at(10))
    assert (device.closure_reason, device.free_minutes) == ("维修", 120 + 210)


def test_on_a_day_without_work_every_device_is_closed(app: Flask) -> None:
    with app.app_context(), read_session() as session:
        devices = board(session, now=at(10, day=-1))
    assert {(each.state, each.closed_by, each.until) for each in devices} == {
        ("closed", "hours", None)
    }
    assert len(devices) == 21


def test_statements_do_not_grow_with_bookings(
    app: Flask, hands: Hands, counted: Callable[..., object]
) -> None:
    counts = []
    for number in (1, 2, 3):
        booking = hands.book(at(8 + number), f"US0{number}", patient=f"M0000{number}")
        hands.arrive(booking)
        with counted() as statements:  # type: ignore[attr-defined]
            device_at(app, at(8))
        counts.append(len(statements))
    assert counts == [4, 4, 4]


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize("role", ROLES)
def test_every_role_sees_the_board(client_of: ClientOf, role: str) -> None:
    with clock.at(at(8)):
        page = client_of(role).get("/board")
    assert page.status_code == 200
    assert ('href="/book?device=US01"' in page.text) == (role != "admin")


def test_a_stranger_is_asked_to_sign_in(client_of: ClientOf) -> None:
    answer = client_of("stranger").get("/board")
    assert (answer.status_code, answer.location) == (303, "/login?next=/board")


def test_names_on_the_board_are_masked(client_of: ClientOf, hands: Hands) -> None:
    hands.arrive(hands.book(at(8)))
    with clock.at(at(8, 20)):
        page = client_of("reception").get("/board").text
    assert "病*1" in page
    assert "病人1" not in page


def test_the_page_refreshes_its_devices_alone(client_of: ClientOf) -> None:
    with clock.at(at(8)):
        fragment = client_of("reception").get("/board", headers={"HX-Request": "true"}).text
    assert fragment.lstrip().startswith('<div class="board" id="board"')
    assert "<main" not in fragment


def test_the_page_says_what_a_late_machine_means(client_of: ClientOf, hands: Hands) -> None:
    first, second, third = (
        hands.book(at(8, 10 * turn), patient=f"M0000{turn + 1}") for turn in range(3)
    )
    hands.arrive(first)
    hands.start(first, at(8))
    hands.arrive(second, at(8, 5))
    hands.arrive(third, at(8, 5))
    with clock.at(at(8, 20)):
        page = client_of("reception").get("/board").text
    assert "08:10 → 08:21" in page
    assert ": 08:21, 08:29" in page


def test_one_state_can_be_chosen(client_of: ClientOf, hands: Hands) -> None:
    booking = hands.book(at(8))
    hands.arrive(booking)
    hands.start(booking, at(8))
    with clock.at(at(8, 5)):
        page = client_of("reception").get("/board?state=in_use").text
    assert 'id="device-US01"' in page
    assert 'id="device-US02"' not in page
