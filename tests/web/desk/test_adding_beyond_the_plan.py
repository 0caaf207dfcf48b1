"""Added bookings (加号): for those who examine, with a reason, and capped."""

import pytest

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


@pytest.mark.parametrize("role", ["reception", "admin"])
def test_others_are_neither_offered_it_nor_allowed(
    client_of: ClientOf, hands: Hands, role: str
) -> None:
    hands.book(at(9), "US05", patient="M00002")
    with clock.at(at(8)):
        client = client_of(role)
        page = client.get("/book", query_string=WISH).text
        answer = submit(client, "/book/added", **WISH, opening=OPENING, reason="病房急查")
    assert 'action="/book/added?' not in page
    assert answer.status_code == 403
    assert hands.bookings(PATIENT) == []
