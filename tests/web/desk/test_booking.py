"""Booking: openings for a request that lives in the address, and taking one of them."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient

from tests.support.cast import ClientOf, submit
from tests.support.department import at
from tests.web.desk.hands import Hands
from tracker import clock
from tracker.domain.lifecycle import Status

PATIENT = 1
WISH = {"patient": PATIENT, "exam_type": "superficial", "stream": "outpatient", "parts": 1}


def openings_in(page: str) -> list[str]:
    return re.findall(r'name="opening" value="([^"]+)" data-row', page)


@pytest.fixture
def desk(client_of: ClientOf) -> FlaskClient:
    with clock.at(at(8)):
        return client_of("reception")


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize(
    ("role", "status"),
    [("reception", 200), ("sonographer", 200), ("head", 200), ("admin", 403), ("stranger", 303)],
)
def test_who_may_book(client_of: ClientOf, role: str, status: int) -> None:
    with clock.at(at(8)):
        client = client_of(role)
        assert client.get("/book").status_code == status
        answer = submit(client, "/book", **WISH, opening="US05@2026-11-23T09:00")
    assert answer.status_code == (303 if status == 200 else status)


def test_openings_are_the_first_of_each_band(desk: FlaskClient) -> None:
    with clock.at(at(8)):
        page = desk.get("/book", query_string=WISH).text
    starts = [value.partition("@")[2] for value in openings_in(page)]
    assert starts[:3] == ["2026-11-23T11:30", "2026-11-23T13:30", "2026-11-23T14:02"]
    bands = [(start[:13], start[14:16] >= "30") for start in starts]
    assert len(bands) == len(set(bands)) > 8


def test_a_machine_that_is_asked_for_shows_its_times_in_their_order(desk: FlaskClient) -> None:
    with clock.at(at(8)):
        page = desk.get("/book", query_string={**WISH, "device": "US05"}).text
    assert openings_in(page)[0] == "US05@2026-11-23T08:00"


def test_an_opening_is_taken(desk: FlaskClient, hands: Hands) -> None:
    with clock.at(at(8)):
        answer = submit(desk, "/book", **WISH, opening="US05@2026-11-23T09:00")
        booking = hands.bookings(PATIENT)[0]
        page = desk.get(answer.location).text
    assert (answer.status_code, answer.location) == (303, f"/bookings/{booking.id}")
    assert (booking.device, booking.starts_at, booking.status) == ("US05", at(9), Status.BOOKED)
    assert "US05" in page


def test_booking_and_checking_in_is_one_step(desk: FlaskClient, hands: Hands) -> None:
    with clock.at(at(8)):
        submit(desk, "/book", **WISH, opening="US05@2026-11-23T09:00", check_in="y")
    assert hands.bookings(PATIENT)[0].status == Status.ARRIVED


def test_a_fasting_exam_is_offered_in_the_morning_first(client_of: ClientOf) -> None:
    wish = {**WISH, "exam_type": "abdominal"}
    with clock.at(at(11)):
        desk = client_of("reception")
        page = desk.get("/book", query_string=wish).text
        afternoon = desk.get("/book", query_string={**wish, "part_of_day": "afternoon"}).text
    assert [value[-16:] for value in openings_in(page)[:2]] == [
        "2026-11-23T11:00",
        "2026-11-24T08:00",
    ]
    assert openings_in(afternoon)[0].endswith("2026-11-23T13:30")
    assert "空腹" in afternoon


def test_the_next_in_the_band_is_taken_when_somebody_was_quicker(
    desk: FlaskClient, hands: Hands
) -> None:
    hands.book(at(9), "US05", patient="M00002")
    with clock.at(at(8)):
        answer = submit(desk, "/book", **WISH, opening="US05@2026-11-23T09:00")
        page = desk.get(answer.location).text
    booking = hands.bookings(PATIENT)[0]
    assert booking.device != "US05"
    assert booking.starts_at == at(9)
    assert 'class="message message-warning"' in page


def test_a_minute_asked_for_by_name_is_never_exchanged(desk: FlaskClient, hands: Hands) -> None:
    hands.book(at(9), "US05", patient="M00002")
    with clock.at(at(8)):
        wish = {**WISH, "device": "US05", "time": "09:00"}
        answer = submit(desk, "/book", **wish, opening="US05@2026-11-23T09:00")
    assert answer.status_code == 409
    assert hands.bookings(PATIENT) == []
    assert 'value="09:00"' in answer.text
    assert "该时间" in answer.text or "taken" in answer.text


def test_after_a_taken_minute_the_nearest_times_come_first(desk: FlaskClient, hands: Hands) -> None:
    hands.book(at(15), "US05", patient="M00002")
    with clock.at(at(8)):
        wish = {**WISH, "device": "US05", "time": "15:00"}
        answer = submit(desk, "/book", **wish, opening="US05@2026-11-23T15:00")
        taken = openings_in(answer.text)[0]
        booked = submit(desk, "/book", **wish, opening=taken)
    assert taken.endswith("@2026-11-23T14:58")  # of another machine; US05 is free at 15:08
    assert booked.status_code == 303
    assert hands.bookings(PATIENT)[0].starts_at == at(14, 58)


def test_a_refusal_keeps_everything_typed(desk: FlaskClient, hands: Hands) -> None:
    wish = {**WISH, "parts": 3, "from": "2026-11-24", "to": "2026-11-25", "part_of_day": "morning"}
    with clock.at(at(8)):
        answer = submit(desk, "/book", **wish, opening="US05@2026-11-24T12:30", check_in="y")
    assert answer.status_code == 422
    for text in ('value="3"', 'value="2026-11-24"', 'value="2026-11-25"', 'value="morning"'):
        assert text in answer.text
    assert hands.bookings(PATIENT) == []


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize(
    ("changed", "opening"),
    [
        ({}, ""),
        ({}, "US05"),
        ({}, "US05@yesterday"),
        ({}, "US05@0001-01-01T00:00"),
        ({}, "<script>@2026-11-23T09:00"),
        ({}, "US05@2026-11-23T09:00:30"),
        ({"patient": ""}, "US05@2026-11-23T09:00"),
        ({"exam_type": "telepathy"}, "US05@2026-11-23T09:00"),
        ({"stream": ""}, "US05@2026-11-23T09:00"),
        ({"parts": "0"}, "US05@2026-11-23T09:00"),
        ({"parts": "many"}, "US05@2026-11-23T09:00"),
        ({"from": "9999-12-31"}, "US05@2026-11-23T09:00"),
        ({}, "US05@2026-11-20T09:00"),
    ],
)
def test_what_cannot_be_booked_is_a_sentence_and_nothing_written(
    desk: FlaskClient, hands: Hands, changed: dict[str, str], opening: str
) -> None:
    with clock.at(at(8)):
        answer = submit(desk, "/book", **{**WISH, **changed}, opening=opening)
    assert answer.status_code == 422
    assert hands.bookings(PATIENT) == []


def test_a_patient_who_does_not_exist_is_not_found(desk: FlaskClient) -> None:
    with clock.at(at(8)):
        assert desk.get("/book?patient=999999").status_code == 404
        answer = submit(desk, "/book", **{**WISH, "patient": 9999}, opening="US05@2026-11-23T09:00")
    assert answer.status_code == 404


def test_no_opening_comes_with_counted_reasons(desk: FlaskClient) -> None:
    wish = {**WISH, "exam_type": "contrast", "from": "2026-11-28", "to": "2026-11-29"}
    with clock.at(at(8)):
        page = desk.get("/book", query_string=wish).text
    assert openings_in(page) == []
    reasons = re.findall(r"<li>([^<]*)</li>", page.partition('<ul class="reasons">')[2])
    assert any("17" in reason for reason in reasons)  # four devices of 21 have the software


def test_any_minute_answers_with_all_reasons(desk: FlaskClient, hands: Hands) -> None:
    hands.book(at(9), "US05", patient="M00002")
    wish = {**WISH, "exam_type": "abdominal", "time": "09:00", "device": "US05"}
    with clock.at(at(8)):
        taken = desk.get("/book", query_string=wish).text
        free = desk.get("/book", query_string={**wish, "time": "10:07"}).text
        lunch = desk.get("/book", query_string={**wish, "time": "12:30"}).text
    assert "minute-answer" in taken
    assert 'class="reasons"' in taken
    assert "US05@2026-11-23T10:07" in openings_in(free)
    assert 'class="reasons"' in lunch


def test_the_unfinished_booking_lives_in_its_address(desk: FlaskClient) -> None:
    with clock.at(at(8)):
        answer = desk.get("/book", query_string=WISH, headers={"HX-Request": "true"})
    address = urlsplit(answer.headers["HX-Replace-Url"])
    assert address.path == "/book"
    assert parse_qs(address.query) == {name: [str(value)] for name, value in WISH.items()}
    assert answer.text.lstrip().startswith('<div class="work" id="work">')


def test_without_a_patient_openings_are_shown_and_not_taken(desk: FlaskClient) -> None:
    with clock.at(at(8)):
        page = desk.get("/book?exam_type=superficial&stream=outpatient").text
    assert openings_in(page)
    assert "<fieldset disabled>" in page


def test_the_stream_of_last_time_is_proposed(desk: FlaskClient, hands: Hands) -> None:
    hands.book(at(9), "US05", stream="cadre_ward")
    with clock.at(at(8)):
        page = desk.get(f"/book?patient={PATIENT}").text
    chosen = re.findall(r"<input[^>]*checked[^>]*>", page)
    assert [one for one in chosen if 'name="stream"' in one and 'value="cadre_ward"' in one]


def test_the_order_of_preparations_is_warned_about(desk: FlaskClient, hands: Hands) -> None:
    hands.book(at(9), "US19", exam_type="prostate")
    with clock.at(at(8)):
        page = desk.get("/book", query_string={**WISH, "exam_type": "abdominal"}).text
    assert "opening-warning" in page


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize("path", ["/book/added", "/book/patients", "/book/patient"])
def test_a_reload_of_a_refused_form_returns_to_the_page(desk: FlaskClient, path: str) -> None:
    with clock.at(at(8)):
        assert desk.get(path).location == "/book"
        assert desk.get(f"{path}?patient=1").location == "/book?patient=1"


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize("language", ["zh", "en"])
def test_both_languages(desk: FlaskClient, language: str) -> None:
    desk.set_cookie("lang", language)
    with clock.at(at(8)):
        page = desk.get("/book", query_string={**WISH, "time": "09:00", "device": "US05"})
    assert page.status_code == 200
    assert ("可约时段" in page.text) == (language == "zh")
