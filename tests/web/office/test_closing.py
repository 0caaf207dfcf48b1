"""Closing a stretch: first what is in the way, then one step, then what became of each booking; lifting."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.support.cast import ClientOf, submit
from tests.support.department import at
from tests.web.desk.hands import Hands
from tests.web.office.forms import form_of, resend, words
from tracker import clock
from tracker.db import read_session
from tracker.queries.closures import ClosureDetails, list_closures

MORNING = {
    "device": "US01",
    "start": "2026-11-23T08:00",
    "end": "2026-11-23T12:00",
    "reason": "换探头",
}


def standing(app: Flask) -> list[ClosureDetails]:
    with app.app_context(), read_session() as session:
        return list_closures(session, ending_after=at(7))


def shown(client: FlaskClient, **more: str) -> str:
    """The page that lists what is in the way."""
    answer = submit(client, "/closures/preview", **{**MORNING, **more})
    assert answer.status_code == 200
    return answer.text


def confirm(client: FlaskClient, page: str, **more: str):
    """Press "Close now" on that page."""
    return client.post("/closures/close", data={**form_of(page, "/closures/preview"), **more})


@pytest.mark.engines("sqlite")
def test_what_is_in_the_way_is_shown_and_nothing_is_closed(
    app: Flask, office: FlaskClient, hands: Hands
) -> None:
    hands.book(at(9))
    page = shown(office)
    assert "Bookings in the way: 1" in words(page)
    assert "Mon 23 Nov 2026 09:00" in words(page)
    assert standing(app) == []


def test_bookings_are_moved_and_the_result_says_where(
    app: Flask, office: FlaskClient, hands: Hands
) -> None:
    booking = hands.book(at(9))
    answer = confirm(office, shown(office), bookings="move")
    (closure,) = standing(app)
    assert (answer.status_code, answer.location) == (303, f"/closures/{closure.id}")
    now_at = hands.look(booking)
    assert now_at.device != "US01"
    told = words(office.get(answer.location).text)
    assert "1 moved" in told
    assert f"{now_at.device} US01 09:00" in told


def test_bookings_are_kept_and_flagged(app: Flask, office: FlaskClient, hands: Hands) -> None:
    booking = hands.book(at(9))
    answer = confirm(office, shown(office), bookings="flag")
    look = hands.look(booking)
    assert (look.device, look.is_flagged, look.flag_reason) == ("US01", True, "换探头")
    assert "1 kept and flagged" in words(office.get(answer.location).text)


def test_the_whole_department_is_closed(app: Flask, office: FlaskClient, hands: Hands) -> None:
    first, second = hands.book(at(9)), hands.book(at(10), device="US02", patient="M00002")
    assert confirm(office, shown(office, device="*"), bookings="move").status_code == 303
    (closure,) = standing(app)
    assert closure.device is None
    for booking in (first, second):
        look = hands.look(booking)
        assert look.starts_at >= at(12) or look.is_flagged


def test_a_stretch_that_was_not_shown_is_shown_first(
    app: Flask, office: FlaskClient, hands: Hands
) -> None:
    hands.book(at(14))
    page = shown(office)
    answer = confirm(office, page, end="2026-11-23T17:00")
    assert answer.status_code == 200
    assert "Bookings in the way: 1" in words(answer.text)
    assert standing(app) == []
    assert confirm(office, answer.text).status_code == 303


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize(
    ("field", "more"),
    [
        ("device", {"device": "US99"}),
        ("start", {"start": "soon"}),
        ("start", {"start": "0001-01-01T00:00"}),
        ("end", {"end": ""}),
        ("end", {"end": "9999-12-31T23:59"}),
        ("end", {"end": "2026-11-23T08:00"}),
        ("end", {"start": "2026-11-20T08:00", "end": "2026-11-20T12:00"}),
        ("end", {"end": "2028-11-23T12:00"}),
        ("reason", {"reason": ""}),
        ("reason", {"reason": "   "}),
        ("reason", {"reason": "x" * 401}),
        ("reason", {"reason": "nul\0"}),
        ("bookings", {"bookings": "burn"}),
    ],
)
@pytest.mark.parametrize("step", ["preview", "close"])
def test_what_is_refused_is_told_beside_its_field(
    app: Flask, office: FlaskClient, step: str, field: str, more: dict[str, str]
) -> None:
    answer = submit(office, f"/closures/{step}", **{**MORNING, **more})
    assert answer.status_code == 422
    # the radio of what becomes of bookings stands on the page that lists them
    assert field == "bookings" or f'id="{field}-error"' in answer.text
    assert standing(app) == []


@pytest.mark.engines("sqlite")
def test_names_are_masked_for_the_administrator_alone(
    office: FlaskClient, client_of: ClientOf, hands: Hands
) -> None:
    booking = hands.book(at(9))
    page = shown(office)
    assert "病人1" not in page
    assert f"/bookings/{booking}" not in page
    of_head = submit(client_of("head"), "/closures/preview", **MORNING).text
    assert "病人1" in of_head


def test_a_closure_is_lifted_once(app: Flask, office: FlaskClient, hands: Hands) -> None:
    booking = hands.book(at(9))
    address = confirm(office, shown(office), bookings="flag").location
    assert resend(office, address, f"{address}/lift").status_code == 303
    assert standing(app) == []
    assert not hands.look(booking).is_flagged
    told = words(office.get(address).text)
    assert "its time is open again" in told
    assert "Lift the closure" not in told
    assert submit(office, f"{address}/lift").status_code == 303
    assert submit(office, "/closures/9999/lift").status_code == 404
    again = [office.get(f"{place}/lift").status_code for place in (address, "/closures/9999")]
    assert again == [200, 404]


@pytest.mark.engines("sqlite")
def test_what_is_over_is_kept_on_the_list_for_a_while(
    office: FlaskClient, client_of: ClientOf
) -> None:
    confirm(office, shown(office))
    assert "Now and to come" in words(office.get("/closures").text)
    with clock.at(at(13)):
        told = words(client_of("head").get("/closures", headers={"Accept-Language": "en"}).text)
    assert "Over, of the last 30 days" in told
    assert "换探头" in told
