"""A wrong patient: found, shown beside the right one, and handed over; from the booking, the list and the exam."""

import re

import pytest
from flask.testing import FlaskClient

from tests.support.cast import ClientOf, submit, token_in
from tests.support.department import at
from tests.web.desk.hands import Hands
from tracker import clock
from tracker.queries import read_session
from tracker.queries.exams import ExamFilter, list_exams

REASON = "called by the wrong name"


@pytest.fixture
def booking(hands: Hands) -> int:
    """M00001 at 09:00 on US01."""
    return hands.book(at(9))


@pytest.fixture
def right(hands: Hands) -> int:
    return hands.add_patient(mrn="R1")


def english(client: FlaskClient) -> FlaskClient:
    client.set_cookie("lang", "en")
    return client


def test_the_right_one_is_found_shown_beside_and_takes_over(
    client_of: ClientOf, hands: Hands, booking: int, right: int
) -> None:
    with clock.at(at(8)):
        client = english(client_of("reception"))
        here = f"/bookings/{booking}/patient"
        assert here in client.get(f"/bookings/{booking}").text
        assert f'action="{here}/find"' in client.get(f"{here}?next=/board").text
        found = submit(client, f"{here}/find", q="wangx", next="/board")
        assert "R1" in found.text
        certain = submit(client, f"{here}/find", q="wangx", go="1", next="/board")
        assert certain.location == f"{here}?next=%2Fboard&patient={right}"
        page = client.get(certain.location).text
        assert ("M00001" in page, "R1" in page, "print a new one" in page) == (True, True, True)
        version = re.search(r'name="version"[^>]*value="(\d+)"', page)[1]
        answer = submit(client, here, patient=right, version=version, next="/board", reason=REASON)
        assert (answer.status_code, answer.location) == (303, "/board")
        assert hands.look(booking).mrn == "R1"
        assert "M00001 → R1" in client.get(f"/bookings/{booking}").text


def test_the_search_answers_a_fragment_and_leaves_no_words_in_an_address(
    client_of: ClientOf, booking: int, right: int
) -> None:
    with clock.at(at(8)):
        client = client_of("reception")
        path = f"/bookings/{booking}/patient/find"
        token = token_in(client)
        headers = {"HX-Request": "true"}
        part = client.post(path, data={"csrf_token": token, "q": "王小"}, headers=headers).text
        assert "<html" not in part
        assert f'href="/bookings/{booking}/patient?next=&amp;patient={right}"' in part
        assert client.get(path).location == f"/bookings/{booking}/patient"


def test_a_reason_and_a_patient_are_needed(
    client_of: ClientOf, hands: Hands, booking: int, right: int
) -> None:
    with clock.at(at(8)):
        client = english(client_of("reception"))
        here = f"/bookings/{booking}/patient"
        without = submit(client, here, patient=right, version=1)
        assert (without.status_code, 'id="reason-error"' in without.text) == (422, True)
        nobody = submit(client, here, reason=REASON, version=1)
        assert (nobody.status_code, "Choose the right patient" in nobody.text) == (422, True)
        assert submit(client, here, patient=999999, reason=REASON).status_code == 404
    assert hands.look(booking).mrn == "M00001"


def test_the_way_out_leads_nowhere_else(client_of: ClientOf, booking: int) -> None:
    with clock.at(at(8)):
        page = client_of("reception").get(f"/bookings/{booking}/patient?next=javascript:alert(1)")
    assert 'href="javascript' not in page.text


def test_what_stands_in_the_way_is_linked_before_and_told_after(
    client_of: ClientOf, hands: Hands, booking: int, right: int
) -> None:
    other = hands.book(at(9, 5), "US02", patient="R1")
    with clock.at(at(8)):
        client = english(client_of("reception"))
        here = f"/bookings/{booking}/patient"
        assert f'href="/bookings/{other}"' in client.get(f"{here}?patient={right}").text
        answer = submit(client, here, patient=right, version=1, reason=REASON)
    assert answer.status_code == 409
    assert f"booking {other} (Mon 23 Nov 2026 09:05, US02)" in answer.text
    assert hands.look(booking).mrn == "M00001"


def test_an_old_version_is_refused_and_can_be_sent_again(
    client_of: ClientOf, hands: Hands, booking: int, right: int
) -> None:
    hands.arrive(booking)
    with clock.at(at(8)):
        client = client_of("reception")
        here = f"/bookings/{booking}/patient"
        answer = submit(client, here, patient=right, version=1, reason=REASON)
        assert (answer.status_code, 'name="version" type="hidden" value="2"' in answer.text) == (
            409,
            True,
        )


def test_an_exam_is_handed_over_from_its_page_and_from_the_list(
    client_of: ClientOf, hands: Hands, booking: int, right: int
) -> None:
    hands.examine(booking, at(9), at(9, 8))
    [exam] = exams(hands)
    here = f"/bookings/{booking}/patient"
    with clock.at(at(9, 30)):
        assert here in client_of("sonographer").get("/worklist?device=US01").text
        client = english(client_of("sonographer"))
        assert f"{here}?next=/exams/{exam}" in client.get(f"/exams/{exam}").text
        page = client.get(f"{here}?patient={right}&next=/exams/{exam}").text
        assert "gets a new version" in page
        answer = submit(client, here, patient=right, next=f"/exams/{exam}", reason=REASON)
        assert answer.location == f"/exams/{exam}"
        assert "M00001" in client.get(answer.location).text  # among the corrections
    assert hands.look(booking).mrn == "R1"


def test_the_desk_is_told_who_may_once_the_exam_runs(
    client_of: ClientOf, hands: Hands, booking: int, right: int
) -> None:
    hands.arrive(booking)
    hands.start(booking, at(9))
    here = f"/bookings/{booking}/patient"
    with clock.at(at(9, 1)):
        client = english(client_of("reception"))
        assert here not in client.get(f"/bookings/{booking}").text
        page = client.get(f"{here}?patient={right}").text
        assert ("Those who examine" in page, 'name="reason"' in page) == (True, False)
        assert submit(client, here, patient=right, reason=REASON).status_code == 403


@pytest.mark.parametrize("who", ["admin", "stranger"])
def test_nobody_else_hands_over(
    client_of: ClientOf, hands: Hands, booking: int, right: int, who: str
) -> None:
    with clock.at(at(8)):
        client = client_of(who)
        answers = [
            client.get(f"/bookings/{booking}/patient"),
            submit(client, f"/bookings/{booking}/patient", patient=right, reason=REASON),
            submit(client, f"/bookings/{booking}/patient/find", q="wang"),
        ]
    assert {answer.status_code for answer in answers} == {403 if who == "admin" else 303}
    assert hands.look(booking).mrn == "M00001"


def exams(hands: Hands) -> list[int]:
    with hands.app.app_context(), read_session() as session:
        return [exam.id for exam in list_exams(session, ExamFilter())]
