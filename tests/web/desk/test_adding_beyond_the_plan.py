"""Added bookings (加号): with a reason, capped for the block and for each role."""

from tests.support.cast import ClientOf, submit
from tests.support.department import at
from tests.web.desk.hands import Hands
from tracker import clock

PATIENT = 1
WISH = {
    "patient": PATIENT,
    "exam_type": "superficial",
    "stream": "outpatient",
    "device": "US05",
    "time": "09:00",
}
OPENING = "US05@2026-11-23T09:00"


def test_a_taken_minute_can_be_added_to_with_a_reason(client_of: ClientOf, hands: Hands) -> None:
    hands.book(at(9), "US05", patient="M00002")
    with clock.at(at(8)):
        client = client_of("sonographer")
        page = client.get("/book", query_string=WISH).text
        answer = submit(client, "/book/added", **WISH, opening=OPENING, reason="病房急查")
    assert 'action="/book/added?' in page
    booking = hands.bookings(PATIENT)[0]
    assert answer.location == f"/bookings/{booking.id}"
    assert (booking.is_added, booking.added_reason) == (True, "病房急查")
    assert booking.starts_at == at(9)


def test_without_a_reason_nothing_is_added(client_of: ClientOf, hands: Hands) -> None:
    hands.book(at(9), "US05", patient="M00002")
    with clock.at(at(8)):
        answer = submit(client_of("sonographer"), "/book/added", **WISH, opening=OPENING, reason="")
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert hands.bookings(PATIENT) == []


def test_the_patient_is_never_booked_twice_at_a_time(client_of: ClientOf, hands: Hands) -> None:
    hands.book(at(9), "US06")
    with clock.at(at(8)):
        answer = submit(
            client_of("head"), "/book/added", **WISH, opening=OPENING, reason="病房急查"
        )
    assert answer.status_code == 422
    assert len(hands.bookings(PATIENT)) == 1


def test_reception_is_told_which_cap_is_reached_and_the_doctor_still_adds(
    client_of: ClientOf, hands: Hands
) -> None:
    hands.book(at(9), "US05", patient="M00002")
    with clock.at(at(8)):
        client = client_of("reception")
        client.set_cookie("lang", "en")
        offered = client.get("/book", query_string=WISH).text
        for number in (3, 4):
            sent = {**WISH, "patient": number, "opening": OPENING, "reason": "迟到"}
            assert submit(client, "/book/added", **sent).status_code == 303
        page = client.get("/book", query_string=WISH).text
        answer = submit(client, "/book/added", **WISH, opening=OPENING, reason="迟到")
        doctors = client_of("sonographer").get("/book", query_string=WISH).text
    assert 'action="/book/added?' in offered
    assert 'action="/book/added?' in doctors
    assert 'action="/book/added?' not in page
    sentence = "These working hours take at most 2 bookings added by reception."
    assert sentence in page
    assert sentence in answer.text
    assert (answer.status_code, hands.bookings(PATIENT)) == (422, [])


def test_the_administrator_books_nobody(client_of: ClientOf, hands: Hands) -> None:
    with clock.at(at(8)):
        answer = submit(
            client_of("admin"), "/book/added", **WISH, opening=OPENING, reason="病房急查"
        )
    assert answer.status_code == 403
    assert hands.bookings(PATIENT) == []
