"""The steps of a booking at the desk: check in, undo, no-show, return, cancel; buttons and refusals by one table."""

import re

import pytest

from tests.support.cast import ClientOf, submit
from tests.support.department import at
from tests.web.desk.hands import Hands
from tracker import clock
from tracker.domain.lifecycle import Status


def buttons_in(page: str, booking: int) -> set[str]:
    found = re.findall(rf'(?:action|href)="/(?:bookings|worklist)/{booking}/([a-z-]+)', page)
    return set(found) - {"slip", "patient"}


def test_a_patient_is_checked_in_and_out_again(client_of: ClientOf, hands: Hands) -> None:
    booking = hands.book(at(9))
    with clock.at(at(8, 50)):
        client = client_of("reception")
        answer = submit(client, f"/bookings/{booking}/arrive", version=1)
        assert answer.location == f"/bookings/{booking}"
        assert hands.look(booking).status == Status.ARRIVED
        submit(client, f"/bookings/{booking}/undo", version=2)
    assert hands.look(booking).status == Status.BOOKED


def test_a_step_returns_to_the_list_it_came_from_and_nowhere_else(
    client_of: ClientOf, hands: Hands
) -> None:
    first, second = hands.book(at(9)), hands.book(at(10))
    with clock.at(at(8, 50)):
        client = client_of("reception")
        listed = submit(client, f"/bookings/{first}/arrive", next="/bookings?date=2026-11-23")
        hostile = submit(client, f"/bookings/{second}/arrive", next="https://evil.example/")
    assert listed.location == "/bookings?date=2026-11-23"
    assert hostile.location == f"/bookings/{second}"


def test_an_old_version_is_refused_and_shows_the_booking_as_it_is(
    client_of: ClientOf, hands: Hands
) -> None:
    booking = hands.book(at(9))
    hands.arrive(booking)
    with clock.at(at(8, 50)):
        answer = submit(client_of("reception"), f"/bookings/{booking}/no-show", version=1)
    assert answer.status_code == 409
    assert "is-arrived" in answer.text
    assert hands.look(booking).status == Status.ARRIVED


def test_a_step_the_table_lacks_is_refused(client_of: ClientOf, hands: Hands) -> None:
    booking = hands.book(at(9))
    hands.examine(booking, at(9), at(9, 8))
    with clock.at(at(9, 20)):
        answer = submit(client_of("reception"), f"/bookings/{booking}/arrive")
    assert answer.status_code == 409
    assert hands.look(booking).status == Status.COMPLETED


def test_a_no_show_comes_back_at_the_next_opening_of_today(
    client_of: ClientOf, hands: Hands
) -> None:
    booking = hands.book(at(9))
    with clock.at(at(9, 30)):
        client = client_of("reception")
        submit(client, f"/bookings/{booking}/no-show", version=1)
        assert hands.look(booking).status == Status.NO_SHOW
        submit(client, f"/bookings/{booking}/return", version=2)
    back = hands.look(booking)
    assert (back.status, back.starts_at) == (Status.ARRIVED, at(9, 30))


def test_where_nothing_is_left_today_every_reason_is_told(
    client_of: ClientOf, hands: Hands
) -> None:
    booking = hands.book(at(9))
    hands.no_show(booking, at(9, 30))
    with clock.at(at(18)):
        answer = submit(client_of("reception"), f"/bookings/{booking}/return", version=2)
    assert answer.status_code == 422
    assert '<ul class="reasons">' in answer.text
    assert hands.look(booking).status == Status.NO_SHOW


def test_cancelling_asks_for_a_reason(client_of: ClientOf, hands: Hands) -> None:
    booking = hands.book(at(9))
    with clock.at(at(8)):
        client = client_of("reception")
        asked = client.get(f"/bookings/{booking}/cancel")
        nothing = submit(client, f"/bookings/{booking}/cancel", version=1, reason=" ")
        assert hands.look(booking).status == Status.BOOKED
        done = submit(client, f"/bookings/{booking}/cancel", version=1, reason="患者要求")
    assert asked.status_code == 200
    assert (nothing.status_code, done.status_code) == (422, 303)
    assert hands.look(booking).status == Status.CANCELLED


@pytest.mark.parametrize(
    ("who", "day", "may_stop"),
    [("reception", 0, False), ("sonographer", 0, True), ("head", 0, True), ("reception", 1, True)],
)
def test_an_exam_in_progress_is_stopped_by_those_who_examine(
    client_of: ClientOf, hands: Hands, who: str, day: int, may_stop: bool
) -> None:
    """On a later day it is on paper alone, and reception settles it."""
    booking = hands.book(at(9))
    hands.arrive(booking)
    hands.start(booking, at(9))
    stop = f"/bookings/{booking}/cancel"
    with clock.at(at(9, 5, day=day)):
        client = client_of(who)
        shown = stop in client.get(f"/bookings/{booking}").text
        asked = client.get(stop).status_code
        done = submit(client, stop, reason="患者离开").status_code
    assert (shown, asked, done) == ((True, 200, 303) if may_stop else (False, 403, 403))
    assert (hands.look(booking).status == Status.CANCELLED) is may_stop


def test_the_dialog_is_the_question_alone(client_of: ClientOf, hands: Hands) -> None:
    booking = hands.book(at(9))
    with clock.at(at(8)):
        client = client_of("reception")
        panel = client.get(f"/bookings/{booking}/cancel", headers={"HX-Request": "true"}).text
    assert panel.lstrip().startswith('<div class="panel">')


def test_a_cancellation_is_undone_while_its_time_is_free(client_of: ClientOf, hands: Hands) -> None:
    booking, other = hands.book(at(9)), hands.book(at(10))
    hands.cancel(booking)
    hands.cancel(other)
    hands.book(at(10), patient="M00002")
    with clock.at(at(8)):
        client = client_of("reception")
        submit(client, f"/bookings/{booking}/undo", version=2)
        refused = submit(client, f"/bookings/{other}/undo", version=2)
    assert hands.look(booking).status == Status.BOOKED
    assert refused.status_code == 409
    assert hands.look(other).status == Status.CANCELLED


@pytest.mark.parametrize(("role", "status"), [("reception", 403), ("sonographer", 303)])
def test_only_who_examines_takes_back_a_start(
    client_of: ClientOf, hands: Hands, role: str, status: int
) -> None:
    booking = hands.book(at(9))
    hands.arrive(booking)
    hands.start(booking, at(9))
    with clock.at(at(9, 2)):
        answer = submit(client_of(role), f"/bookings/{booking}/undo")
    assert answer.status_code == status


@pytest.mark.engines("sqlite")
def test_the_buttons_are_those_of_the_table_and_the_role(client_of: ClientOf, hands: Hands) -> None:
    booking = hands.book(at(9))
    with clock.at(at(9)):
        desk, doctor = client_of("reception"), client_of("sonographer")
        booked = desk.get(f"/bookings/{booking}").text
        hands.arrive(booking)
        arrived = desk.get(f"/bookings/{booking}").text
        hers = doctor.get(f"/bookings/{booking}").text
        hands.start(booking, at(9))
        running = desk.get(f"/bookings/{booking}").text
    assert buttons_in(booked, booking) == {"arrive", "cancel", "no-show", "move"}
    assert buttons_in(arrived, booking) == {"cancel", "undo", "move"}
    assert buttons_in(hers, booking) == {"start", "cancel", "undo", "move"}
    assert buttons_in(running, booking) == set()


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize("role", ["admin", "stranger"])
@pytest.mark.parametrize("step", ["arrive", "no-show", "return", "undo", "cancel", "move"])
def test_others_may_take_no_step(client_of: ClientOf, hands: Hands, step: str, role: str) -> None:
    booking = hands.book(at(9))
    with clock.at(at(8)):
        answer = submit(client_of(role), f"/bookings/{booking}/{step}", reason="x")
    assert answer.status_code == (403 if role == "admin" else 303)
    assert hands.look(booking).status == Status.BOOKED


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize("step", ["arrive", "no-show", "return", "undo", "cancel", "move"])
@pytest.mark.parametrize("number", ["999999", "99999999999999999999"])
def test_an_unknown_booking_is_not_found(client_of: ClientOf, step: str, number: str) -> None:
    with clock.at(at(8)):
        client = client_of("reception")
        values = {"reason": "x", "opening": "US01@2026-11-23T09:00"}
        status = submit(client, f"/bookings/{number}/{step}", **values).status_code
    assert status == 404 or (status == 422 and len(number) > 18)  # no column holds that many digits


@pytest.mark.engines("sqlite")
def test_the_page_tells_the_whole_story(client_of: ClientOf, hands: Hands) -> None:
    booking = hands.book(at(9))
    hands.cancel(booking, "患者发热")
    with clock.at(at(8)):
        client = client_of("head")
        page = client.get(f"/bookings/{booking}").text
        client.set_cookie("lang", "en")
        english = client.get(f"/bookings/{booking}").text
    assert "患者发热" in page
    assert "11月23日 周一 09:00 US01" in page
    assert "Mon 23 Nov 09:00 US01" in english


@pytest.mark.engines("sqlite")
def test_who_comes_another_day_is_not_checked_in(client_of: ClientOf, hands: Hands) -> None:
    booking = hands.book(at(9, day=1))
    with clock.at(at(8)):
        desk = client_of("reception")
        page = desk.get(f"/bookings/{booking}").text
        answer = submit(desk, f"/bookings/{booking}/arrive", version=1)
        patient = desk.get("/patients/1").text
    assert "/arrive" not in page + patient
    assert answer.status_code == 409
    assert hands.look(booking).status == Status.BOOKED
    with clock.at(at(8, day=1)):
        assert (
            f"/bookings/{booking}/arrive" in client_of("reception").get(f"/bookings/{booking}").text
        )
