"""The day on a timeline and as a table: the same bookings in both, at the hospital's time, in constant statements."""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any

import pytest

from tests.support.cast import ClientOf, submit
from tests.support.department import at
from tests.web.desk.hands import Hands
from tracker import clock

pytestmark = pytest.mark.engines("sqlite")

PATH = "/schedule?date=2026-11-23"


def data_in(page: str) -> dict[str, Any]:
    found = re.search(r'<script type="application/json" id="schedule-data">(.*?)</script>', page)
    return dict(json.loads(found[1]))


def table_of(page: str) -> dict[str, list[str]]:
    """Device → its entries, as their words."""
    rows = re.findall(r'<th scope="row"><b>(\w+)</b>(.*?)</tr>', page, re.DOTALL)
    return {
        device: [
            " ".join(unescape(re.sub(r"<[^>]+>", "", entry)).split())
            for entry in re.findall(r'<li class="day-entry[^>]*>(.*?)</li>', body, re.DOTALL)
        ]
        for device, body in rows
    }


def test_the_timeline_and_the_table_show_the_same(client_of: ClientOf, hands: Hands) -> None:
    planned = hands.book(at(10), "US02", patient="M00002")
    done = hands.book(at(9))
    hands.examine(done, at(9, 3), at(9, 11))
    with clock.at(at(9, 30)):
        client = client_of("reception")
        data = data_in(client.get(PATH).text)
        table = table_of(client.get(f"{PATH}&view=table").text)
    shown = {(each["id"], each["device"], each["start"], each["end"]) for each in data["bookings"]}
    assert shown == {
        (str(planned), "US02", "2026-11-23T10:00", "2026-11-23T10:08"),
        (str(done), "US01", "2026-11-23T09:03", "2026-11-23T09:11"),
    }
    assert list(table) == [device["id"] for device in data["devices"]]
    assert table["US02"] == ["10:00 Superficial organs"]
    assert table["US01"] == ["09:03 Superficial organs"]


def test_it_is_the_hospitals_time_wherever_the_browser_is(
    client_of: ClientOf, hands: Hands
) -> None:
    hands.book(at(8))  # midnight in UTC
    with clock.at(at(7)):
        data = data_in(client_of("reception").get(PATH).text)
    assert (data["date"], data["utc_offset"]) == ("2026-11-23", "+08:00")
    assert data["bookings"][0]["start"] == "2026-11-23T08:00"
    assert {block["start"] for block in data["blocks"] if block["device"] == "US01"} == {
        "2026-11-23T08:00",
        "2026-11-23T13:30",
    }


def test_a_taken_exam_stands_on_the_machine_that_does_it(client_of: ClientOf, hands: Hands) -> None:
    booking = hands.book(at(9))
    hands.arrive(booking)
    with clock.at(at(9, 5)):
        client = client_of("sonographer")
        submit(client, f"/worklist/{booking}/start", device="US04")
        [shown] = data_in(client.get(PATH).text)["bookings"]
    assert (shown["device"], shown["status"], shown["move_href"]) == ("US04", "in_progress", None)


def test_a_drag_only_asks(client_of: ClientOf, hands: Hands) -> None:
    booking = hands.book(at(9))
    with clock.at(at(8)):
        client = client_of("reception")
        [shown] = data_in(client.get(PATH).text)["bookings"]
        asked = f"{shown['move_href']}?start=2026-11-23T09:20&device=US02"
        answer = client.get(asked, headers={"HX-Request": "true"})
    assert (answer.status_code, hands.look(booking).starts_at) == (200, at(9))
    assert "09:00" in answer.text
    assert "09:20" in answer.text


def test_what_holds_no_time_is_not_shown(client_of: ClientOf, hands: Hands) -> None:
    hands.cancel(hands.book(at(9)))
    hands.no_show(hands.book(at(10), patient="M00002"), at(10, 30))
    with clock.at(at(11)):
        page = client_of("reception").get(PATH).text
    assert data_in(page)["bookings"] == []


def test_closures_are_cut_to_the_day(client_of: ClientOf, hands: Hands) -> None:
    hands.close("US03", at(15), at(15, day=2), at(8))
    with clock.at(at(9)):
        client = client_of("reception")
        [closure] = data_in(client.get(PATH).text)["closures"]
        table = client.get(f"{PATH}&view=table").text
    assert (closure["start"], closure["end"]) == ("2026-11-23T15:00", "2026-11-23T23:59")
    assert "维修" in table


def test_one_device_alone(client_of: ClientOf, hands: Hands) -> None:
    hands.book(at(9))
    hands.book(at(9), "US02", patient="M00002")
    with clock.at(at(8)):
        page = client_of("reception").get(f"{PATH}&view=table&device=US02").text
    assert table_of(page) == {"US02": ["09:00 Superficial organs"]}


def test_a_day_of_rest_says_so(client_of: ClientOf) -> None:
    with clock.at(at(9)):
        client = client_of("reception")
        assert "Nothing is opened" in client.get("/schedule?date=2026-11-22").text
        assert client.get("/schedule?date=tomorrow").status_code == 422


def test_the_browser_remembers_table_or_timeline(client_of: ClientOf) -> None:
    with clock.at(at(9)):
        client = client_of("reception")
        assert "data-table-view" in client.get("/schedule").text  # where a narrow screen goes on
        assert "data-table-view" not in client.get("/schedule?view=timeline").text
        client.get("/schedule?view=table")
        assert "day-table" in client.get("/schedule").text


def test_who_may_not_open_a_booking_has_no_link_to_it(client_of: ClientOf, hands: Hands) -> None:
    hands.book(at(9))
    with clock.at(at(8)):
        client = client_of("admin")
        [shown] = data_in(client.get(PATH).text)["bookings"]
        table = client.get(f"{PATH}&view=table").text
    assert (shown["href"], shown["move_href"]) == (None, None)
    assert "/bookings/" not in table


def test_a_full_day_costs_as_many_statements_as_an_empty_one(
    client_of: ClientOf, hands: Hands, counted: Callable[..., object]
) -> None:
    def cost() -> list[int]:
        found = []
        for view in ("timeline", "table"):
            with counted() as statements:  # type: ignore[attr-defined]
                client.get(f"{PATH}&view={view}")
            found.append(len(statements))
        return found

    with clock.at(at(8)):
        client = client_of("reception")
        client.get(PATH)
        empty = cost()
        for turn in range(12):
            start = at(9) + timedelta(minutes=10 * turn)
            hands.book(start, f"US{turn % 3 + 1:02}", patient=f"M{turn + 1:05}")
        assert cost() == empty
