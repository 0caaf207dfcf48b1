"""Sending a patient who waits to another machine, from his machine's list and from the other's."""

import re

import pytest

from tests.support.cast import ClientOf, submit
from tests.support.department import at
from tests.web.desk.hands import Hands
from tracker import clock
from tracker.queries import read_session
from tracker.queries.bookings import booking_details
from tracker.queries.sending import Destination, destinations


@pytest.fixture
def waiting(hands: Hands) -> int:
    """A patient for musculoskeletal at US06, planned for 09:00, here since 08:50."""
    booking = hands.book(at(9), "US06", exam_type="musculoskeletal")
    hands.arrive(booking, at(8, 50))
    return booking


def offers(hands: Hands, booking_id: int, hour: int = 9, minute: int = 0) -> list[Destination]:
    with hands.app.app_context(), read_session() as session:
        booking = booking_details(session, booking_id)
        return list(destinations(session, booking, now=at(hour, minute)))


def opening(page: str, device: str) -> str:
    """What the button for a machine sends."""
    return re.search(rf'value="({device}@[^"]+)"', page)[1]  # type: ignore[index]


def test_capable_machines_are_offered_with_the_least_wait_first(hands: Hands, waiting: int) -> None:
    # US13, US15 and US18 do it in the morning; two of them are at work
    runs = hands.book(at(8, 40), "US13", patient="M00002", exam_type="cardiac")
    hands.arrive(runs, at(8, 40))
    hands.start(runs, at(8, 55))
    hands.arrive(hands.book(at(9), "US15", patient="M00003"), at(8, 55))
    found = offers(hands, waiting)
    # US01 and US08 do it in the afternoon
    assert [each.device for each in found] == ["US18", "US13", "US15", "US01", "US08"]
    by_device = {each.device: each for each in found}
    assert (by_device["US18"].start, by_device["US18"].expected_at) == (at(9), at(9))
    assert by_device["US13"].expected_at == at(9, 1)  # overdue: it ends any minute
    assert (by_device["US15"].expected_at, by_device["US15"].waiting) == (at(9, 8), 1)


def test_statements_do_not_grow_with_patients(
    hands: Hands, waiting: int, statements: list[str]
) -> None:
    counts = []
    for number in (2, 3, 4):
        hands.arrive(hands.book(at(9, 10 * number), "US15", patient=f"M0000{number}"), at(8, 50))
        statements.clear()
        offers(hands, waiting)
        counts.append(len(statements))
    assert counts[0] == counts[1] == counts[2]


def test_from_his_own_list_he_is_sent_and_waits_there(
    client_of: ClientOf, hands: Hands, waiting: int
) -> None:
    with clock.at(at(9)):
        client = client_of("sonographer")
        assert f'href="/worklist/{waiting}/send"' in client.get("/worklist?device=US06").text
        page = client.get(f"/worklist/{waiting}/send").text
        wanted = opening(page, "US18")
        answer = submit(client, f"/worklist/{waiting}/send", opening=wanted, version=2)
        assert answer.location == "/worklist?device=US06"
        assert "Sent to US18, planned for 09:00" in client.get(answer.location).text
        there = client.get("/worklist?device=US18").text
    assert f'id="row-{waiting}"' in there
    found = hands.look(waiting)
    assert (found.status, found.device, found.starts_at) == ("arrived", "US18", at(9))


def test_the_other_machine_takes_him_into_its_list_while_an_exam_runs(
    client_of: ClientOf, hands: Hands, waiting: int
) -> None:
    runs = hands.book(at(9), "US18", patient="M00002")
    hands.arrive(runs, at(9))
    hands.start(runs, at(9))
    with clock.at(at(9, 2)):
        client = client_of("sonographer")
        link = f"/worklist/{waiting}/send?to=US18"
        assert f'href="{link}"' in client.get("/worklist?device=US18").text
        page = client.get(link).text
        assert "US13@" not in page
        answer = submit(client, link, opening=opening(page, "US18"), version=2)
    assert answer.location == "/worklist?device=US18"
    assert hands.look(waiting).device == "US18"


def test_a_time_taken_meanwhile_is_said_and_others_are_offered(
    client_of: ClientOf, hands: Hands, waiting: int
) -> None:
    with clock.at(at(9)):
        client = client_of("sonographer")
        wanted = opening(client.get(f"/worklist/{waiting}/send").text, "US18")
        hands.book(at(9), "US18", patient="M00002", now=at(9))
        answer = submit(client, f"/worklist/{waiting}/send", opening=wanted, version=2)
    assert answer.status_code == 409
    assert "taken meanwhile" in answer.text
    assert "US18@2026-11-23T09:08" in answer.text
    assert hands.look(waiting).device == "US06"


def test_nothing_chosen_and_an_old_page_change_nothing(
    client_of: ClientOf, hands: Hands, waiting: int
) -> None:
    with clock.at(at(9)):
        client = client_of("sonographer")
        client.set_cookie("lang", "en")
        address = f"/worklist/{waiting}/send"
        for wrong in ({}, {"opening": "US18@x"}):
            answer = submit(client, address, **wrong, version=2)
            assert answer.status_code == 422
            assert "Choose one of the openings." in answer.text
        old = submit(client, address, opening="US18@2026-11-23T09:00", version=1)
    assert old.status_code == 409
    assert "Somebody changed this booking meanwhile." in old.text
    assert hands.look(waiting).device == "US06"


def test_only_who_waits_can_be_sent(client_of: ClientOf, hands: Hands, waiting: int) -> None:
    hands.start(waiting, at(9))
    with clock.at(at(9, 1)):
        client = client_of("sonographer")
        assert "does not wait any more" in client.get(f"/worklist/{waiting}/send").text
        assert client.get("/worklist/999/send").status_code == 404
        assert client_of("reception").get(f"/worklist/{waiting}/send").status_code == 403


def test_when_no_machine_has_room_the_page_says_what_is_left(
    client_of: ClientOf, hands: Hands, waiting: int
) -> None:
    with clock.at(at(17, 30)):
        page = client_of("sonographer").get(f"/worklist/{waiting}/send").text
    assert "No machine has room for this exam today" in page
