"""Moving a booking: other times of its request, any minute by name, old and new together or not at all."""

import re

import pytest
from flask.testing import FlaskClient

from tests.support.cast import ClientOf, submit
from tests.support.department import at
from tests.web.desk.hands import Hands
from tracker import clock
from tracker.domain.lifecycle import Status


@pytest.fixture
def desk(client_of: ClientOf) -> FlaskClient:
    with clock.at(at(8)):
        return client_of("reception")


def test_a_booking_takes_a_new_time_and_frees_the_old(desk: FlaskClient, hands: Hands) -> None:
    booking = hands.book(at(9), "US05")
    with clock.at(at(8)):
        page = desk.get(f"/bookings/{booking}/move").text
        opening = re.findall(r'name="opening" value="([^"]+)"', page)[-1]
        values = {"version": 1, "reason": "患者来电", "opening": opening}
        answer = submit(desk, f"/bookings/{booking}/move", **values)
    moved = hands.look(booking)
    assert answer.location == f"/bookings/{booking}"
    assert moved.starts_at != at(9)
    hands.book(at(9), "US05", patient="M00002")  # the old time is free


def test_its_own_time_is_no_obstacle(desk: FlaskClient, hands: Hands) -> None:
    booking = hands.book(at(9), "US05")
    with clock.at(at(8)):
        query = {"device": "US05", "time": "09:03"}
        page = desk.get(f"/bookings/{booking}/move", query_string=query).text
        opening = "US05@2026-11-23T09:03"
        answer = submit(desk, f"/bookings/{booking}/move", version=1, opening=opening)
    assert f'value="{opening}"' in page
    assert "minute-answer" not in page
    assert answer.status_code == 303
    assert hands.look(booking).starts_at == at(9, 3)


def test_a_minute_by_name_is_refused_with_all_reasons(desk: FlaskClient, hands: Hands) -> None:
    booking = hands.book(at(9), "US05")
    hands.book(at(10), "US05", patient="M00002")
    with clock.at(at(8)):
        query = {"device": "US05", "time": "10:00"}
        page = desk.get(f"/bookings/{booking}/move", query_string=query).text
    assert "minute-answer" in page


def test_a_taken_time_changes_nothing_and_shows_what_is_free(
    desk: FlaskClient, hands: Hands
) -> None:
    booking = hands.book(at(9), "US05")
    hands.book(at(10), "US05", patient="M00002")
    with clock.at(at(8)):
        values = {"version": 1, "reason": "患者来电", "opening": "US05@2026-11-23T10:00"}
        answer = submit(desk, f"/bookings/{booking}/move", **values)
    assert answer.status_code == 409
    assert 'value="患者来电"' in answer.text
    nearest = re.findall(r'name="opening" value="([^"]+)" data-row', answer.text)[0]
    assert nearest.endswith("@2026-11-23T10:00")  # on another machine
    assert hands.look(booking).starts_at == at(9)


def test_a_drag_asks_before_it_moves(desk: FlaskClient, hands: Hands) -> None:
    booking = hands.book(at(9), "US05")
    query = {"start": "2026-11-23T10:00", "device": "US06"}
    with clock.at(at(8)):
        panel = desk.get(
            f"/bookings/{booking}/move", query_string=query, headers={"HX-Request": "true"}
        ).text
        closed = desk.get(
            f"/bookings/{booking}/move", query_string={**query, "start": "2026-11-23T12:30"}
        ).text
    assert panel.lstrip().startswith('<div class="panel">')
    assert 'value="US06@2026-11-23T10:00"' in panel
    assert "09:00–09:08" in panel
    assert "10:00–10:08" in panel
    assert 'name="opening"' not in closed
    assert '<ul class="reasons">' in closed
    assert hands.look(booking).starts_at == at(9)


def test_a_no_show_is_moved_and_has_arrived(desk: FlaskClient, hands: Hands) -> None:
    booking = hands.book(at(8), "US05")
    hands.no_show(booking, at(8, 10))
    with clock.at(at(8, 20)):
        opening = "US05@2026-11-23T10:00"
        submit(desk, f"/bookings/{booking}/move", version=2, opening=opening)
    assert hands.look(booking).status == Status.ARRIVED


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize(
    "opening", ["", "US05", "NOPE@2026-11-23T09:00", "US05@2026-11-20T09:00", "US05@x"]
)
def test_what_is_no_place_moves_nothing(desk: FlaskClient, hands: Hands, opening: str) -> None:
    booking = hands.book(at(9), "US05")
    with clock.at(at(8)):
        answer = submit(desk, f"/bookings/{booking}/move", version=1, opening=opening)
    assert answer.status_code == 422
    assert "form-error" in answer.text or "message-danger" in answer.text
    assert hands.look(booking).starts_at == at(9)


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize(
    "query",
    [
        {"start": "yesterday", "device": "US05"},
        {"start": "2026-11-23T09:00", "device": "<script>"},
        {"from": "0001-01-01"},
        {"to": "2026-11-01"},
        {"time": "25:00"},
        {"device": "NOPE"},
    ],
)
def test_strange_questions_are_answered(
    desk: FlaskClient, hands: Hands, query: dict[str, str]
) -> None:
    booking = hands.book(at(9), "US05")
    with clock.at(at(8)):
        answer = desk.get(f"/bookings/{booking}/move", query_string=query)
    assert answer.status_code in (200, 422)
    assert "<script>" not in answer.text.replace('<script defer src="', "")


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize(("role", "status"), [("sonographer", 200), ("head", 200), ("admin", 403)])
def test_who_may_move(client_of: ClientOf, hands: Hands, role: str, status: int) -> None:
    booking = hands.book(at(9), "US05")
    with clock.at(at(8)):
        assert client_of(role).get(f"/bookings/{booking}/move").status_code == status


def test_a_broken_order_of_fasting_is_warned_about_as_when_booking(
    desk: FlaskClient, hands: Hands
) -> None:
    hands.book(at(10), "US19", exam_type="prostate")  # with a full bladder: the patient has drunk
    booking = hands.book(at(8, 10), "US05", exam_type="abdominal")
    path = f"/bookings/{booking}/move"
    with clock.at(at(8)):
        late = desk.get(path, query_string={"device": "US05", "time": "10:40"}).text
        early = desk.get(path, query_string={"device": "US05", "time": "08:20"}).text
        place = {"device": "US05", "start": "2026-11-23T10:40"}
        dragged = desk.get(path, query_string=place).text
    warned = re.search(r'<small class="opening-warning">.*?</small>', late, re.DOTALL)
    assert warned is not None
    assert "空腹" in warned[0]
    assert "opening-warning" not in early
    assert "message-warning" in dragged


def test_an_order_that_is_broken_already_is_warned_about_at_the_new_time_too(
    desk: FlaskClient, hands: Hands
) -> None:
    hands.book(at(10), "US19", exam_type="prostate")
    booking = hands.book(at(10, 40), "US05", exam_type="abdominal")  # its old time is not compared
    path = f"/bookings/{booking}/move"
    with clock.at(at(8)):
        page = desk.get(path, query_string={"device": "US05", "time": "10:50"}).text
        place = {"device": "US05", "start": "2026-11-23T10:50"}
        dragged = desk.get(path, query_string=place).text
    warned = re.search(r'<small class="opening-warning">.*?</small>', page, re.DOTALL)
    assert warned is not None
    assert "空腹" in warned[0]
    assert "message-warning" in dragged
