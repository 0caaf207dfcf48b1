"""The list of one machine: which it is, who waits, who is to come, who waits elsewhere."""

import re
from collections.abc import Callable

import pytest

from tests.support.cast import ClientOf, submit
from tests.support.department import at
from tests.web.desk.hands import Hands
from tracker import clock


def names_in(part: str) -> list[int]:
    """The bookings of a part of the page, in order."""
    return [int(number) for number in re.findall(r'id="row-(\d+)"', part)]


def parts_of(page: str) -> dict[str, str]:
    """The cards of the list by their heading."""
    pieces = re.split(r'<h2 class="card-title"[^>]*>([^<]+)</h2>', page)
    return dict(zip(pieces[1::2], pieces[2::2], strict=True))


def test_each_booking_stands_where_it_belongs(client_of: ClientOf, hands: Hands) -> None:
    done, runs, waits, comes = (
        hands.book(at(9, 10 * turn), patient=f"M{turn + 1:05}") for turn in range(4)
    )
    hands.examine(done, at(9), at(9, 8))
    hands.arrive(runs, at(9))
    hands.start(runs, at(9, 10))
    hands.arrive(waits, at(9, 5))
    elsewhere = hands.book(at(9), "US02", patient="M00009")
    impossible = hands.book(at(9), "US03", patient="M00010", exam_type="pelvic_floor")
    hands.arrive(elsewhere, at(9))
    hands.arrive(impossible, at(9))
    with clock.at(at(9, 15)):
        page = client_of("sonographer").get("/worklist?device=US01").text
    parts = parts_of(page)
    assert f"/worklist/{runs}/finish" in parts["Being examined"]
    assert names_in(parts["Waiting"]) == [waits]
    assert names_in(parts["To come"]) == [comes]
    assert names_in(parts["Waiting at other machines"]) == [elsewhere]
    assert names_in(parts["Done"]) == [done]
    assert "09:05" in parts["Waiting"]


def test_who_waits_is_called_by_plan(client_of: ClientOf, hands: Hands) -> None:
    later, sooner = hands.book(at(9, 30)), hands.book(at(9, 20), patient="M00002")
    for booking in (later, sooner):
        hands.arrive(booking, at(9))
    with clock.at(at(9, 5)):
        page = client_of("sonographer").get("/worklist?device=US01").text
    assert names_in(parts_of(page)["Waiting"]) == [sooner, later]


def test_a_late_machine_says_what_it_does_to_those_who_wait(
    client_of: ClientOf, hands: Hands
) -> None:
    runs, waits, comes = (
        hands.book(at(9, 10 * turn), patient=f"M{turn + 1:05}") for turn in range(3)
    )
    hands.arrive(runs, at(9))
    hands.start(runs, at(9))
    hands.arrive(waits, at(9, 5))
    with clock.at(at(9, 19)):
        page = client_of("sonographer").get("/worklist?device=US01").text
        other = client_of("sonographer").get("/worklist?device=US02").text
    parts = parts_of(page)
    assert "→ 09:20" in parts["Waiting"]
    assert names_in(parts["To come"]) == [comes]
    assert "runs 10 min late" in page
    assert "min late" not in other


def test_one_taken_elsewhere_is_over_here_and_runs_there(client_of: ClientOf, hands: Hands) -> None:
    booking = hands.book(at(9))
    hands.arrive(booking, at(8, 50))
    with clock.at(at(9)):
        client = client_of("sonographer")
        there = client.get("/worklist?device=US02").text
        assert names_in(parts_of(there)["Waiting at other machines"]) == [booking]
        submit(client, f"/worklist/{booking}/start", device="US02")
        here = client.get("/worklist?device=US01").text
        there = client.get("/worklist?device=US02").text
    assert names_in(parts_of(here)["Done"]) == [booking]
    assert f"/worklist/{booking}/finish" in parts_of(there)["Being examined"]
    assert "taken over from US01" in there


def test_the_browser_remembers_its_machine(client_of: ClientOf) -> None:
    with clock.at(at(9)):
        client = client_of("head")
        assert "At which machine" in client.get("/worklist").text
        client.get("/worklist?device=US05")
        assert client.get("/worklist").location == "/worklist?device=US05"
        assert "At which machine" in client.get("/worklist?choose=1").text


def test_a_doctor_is_led_to_the_machine_of_the_plan(client_of: ClientOf) -> None:
    with clock.at(at(13, 40)):  # D01 works at P01 in the afternoon
        assert client_of("sonographer").get("/worklist").location == "/worklist?device=P01"


def test_an_unknown_machine_and_a_day_that_is_none(client_of: ClientOf) -> None:
    with clock.at(at(9)):
        client = client_of("sonographer")
        assert client.get("/worklist?device=US99").status_code == 404
        assert client.get("/worklist?device=US01&date=soon").status_code == 422
        assert client.get("/worklist?device=US01&date=0001-01-01").status_code == 422
        assert client.get("/worklist?device=%00").status_code == 404


def test_the_queue_is_fetched_again_without_the_rest(client_of: ClientOf, hands: Hands) -> None:
    booking = hands.book(at(9))
    hands.arrive(booking, at(8, 50))
    with clock.at(at(9)):
        client = client_of("sonographer")
        part = client.get("/worklist?device=US01", headers={"HX-Request": "true"}).text
    assert part.lstrip().startswith('<div class="worklist" id="queue"')
    assert names_in(part) == [booking]


@pytest.mark.parametrize("who", ["reception", "admin"])
def test_it_is_for_those_who_examine(client_of: ClientOf, who: str) -> None:
    with clock.at(at(9)):
        assert client_of(who).get("/worklist?device=US01").status_code == 403


def test_a_full_list_costs_as_many_statements_as_a_short_one(
    client_of: ClientOf, hands: Hands, counted: Callable[..., object]
) -> None:
    def cost() -> int:
        with counted() as statements:  # type: ignore[attr-defined]
            client.get("/worklist?device=US01")
        return len(statements)

    with clock.at(at(9)):
        client = client_of("sonographer")
        hands.arrive(hands.book(at(9)), at(8))
        one = cost()
        for turn in range(1, 4):
            booking = hands.book(at(9, 10 * turn), patient=f"M{turn + 1:05}")
            hands.arrive(booking, at(8))
        assert cost() == one
