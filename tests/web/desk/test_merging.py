"""A temporary record and the true one: met while the number is entered, shown side by side, made one."""

import re

import pytest
from flask.testing import FlaskClient

from tests.support.cast import ClientOf, submit, token_in
from tests.support.department import at
from tests.web.desk.hands import Hands
from tracker import clock
from tracker.queries import read_session
from tracker.queries.patients import PatientRow, patient_by_id

REASON = "The patient brought the card"


@pytest.fixture
def temporary(hands: Hands) -> int:
    return hands.add_patient("李甲")


@pytest.fixture
def true(hands: Hands) -> int:
    return hands.add_patient("李乙", mrn="L100", phone="13911112222")


def english(client: FlaskClient) -> FlaskClient:
    client.set_cookie("lang", "en")
    return client


def look(hands: Hands, patient_id: int) -> PatientRow:
    with hands.app.app_context(), read_session() as session:
        return patient_by_id(session, patient_id)


def test_from_the_number_refused_to_one_record(
    client_of: ClientOf, hands: Hands, temporary: int, true: int
) -> None:
    number = look(hands, temporary).mrn
    mine, theirs = hands.book(at(9), patient=number), hands.book(at(10), patient="L100")
    with clock.at(at(8)):
        client = english(client_of("reception"))
        page = client.get(f"/patients/{temporary}").text
        assert ("Enter the true number" in page, "another record" in page) == (True, True)
        facts = {"name": "李甲", "sex": "male", "birth_date": "1980-02-29", "mrn": "L100"}
        refused = submit(client, f"/patients/{temporary}/edit", **facts)
        address = f"/patients/{temporary}/merge?patient={true}"
        assert (refused.status_code, f'href="{address}"' in refused.text) == (422, True)
        page = client.get(address).text
        for shown in (number, "L100", "13911112222", f"/bookings/{mine}", f"/bookings/{theirs}"):
            assert shown in page
        version = re.search(r'name="version"[^>]*value="(\d+)"', page)[1]
        path = f"/patients/{temporary}/merge"
        answer = submit(client, path, patient=true, version=version, reason=REASON)
        assert answer.location == f"/patients/{true}"
        assert f"/bookings/{mine}" in client.get(answer.location).text
    assert look(hands, temporary).merged_into_id == true
    assert hands.bookings(temporary) == []


def test_the_merged_page_leads_to_the_true_one_and_books_nothing(
    client_of: ClientOf, hands: Hands, temporary: int, true: int
) -> None:
    number = look(hands, temporary).mrn
    with clock.at(at(8)):
        client = english(client_of("reception"))
        submit(client, f"/patients/{temporary}/merge", patient=true, reason=REASON)
        page = client.get(f"/patients/{temporary}").text
        assert f'href="/patients/{true}"' in page
        assert f"/book?patient={temporary}" not in page
        assert client.get(f"/patients/{temporary}/edit").location == f"/patients/{temporary}"
        assert submit(client, "/patients", q=number, go="1").location == f"/patients/{true}"
        wanted = {"exam_type": "superficial", "stream": "outpatient"}
        opening = "US01@2026-11-23T09:00"
        refused = submit(client, "/book", patient=temporary, opening=opening, **wanted)
        assert (refused.status_code, "that of L100" in refused.text) == (409, True)


def test_the_booking_page_says_so_at_once_and_keeps_what_is_wanted(
    client_of: ClientOf, hands: Hands, temporary: int, true: int
) -> None:
    with clock.at(at(8)):
        client = english(client_of("reception"))
        wanted = "exam_type=superficial&stream=cadre_ward"
        before = client.get(f"/book?patient={temporary}&{wanted}").text
        submit(client, f"/patients/{temporary}/merge", patient=true, reason=REASON)
        after = client.get(f"/book?patient={temporary}&{wanted}").text
        [way] = re.findall(r'href="(/book[^"]*)" data-autofocus', after)
        assert ('id="openings"' in before, 'id="openings"' in after) == (True, False)
        assert (f"patient={true}&" in way, "exam_type=superficial" in way) == (True, True)
        assert 'id="openings"' in client.get(way.replace("&amp;", "&")).text


def test_the_true_record_is_searched_for(
    client_of: ClientOf, hands: Hands, temporary: int, true: int
) -> None:
    with clock.at(at(8)):
        client = client_of("reception")
        path = f"/patients/{temporary}/merge"
        assert f'action="{path}/find"' in client.get(f"{path}?patient={true}").text
        certain = submit(client, f"{path}/find", q="L100", go="1")
        assert certain.location == f"{path}?patient={true}"
        data = {"csrf_token": token_in(client), "q": "L10"}
        part = client.post(f"{path}/find", data=data, headers={"HX-Request": "true"}).text
        assert ("<html" in part, f"{path}?patient={true}" in part) == (False, True)
        assert client.get(f"{path}/find").location == path
        assert "L100" in submit(client, f"{path}/find", q="L10").text


def test_what_stands_in_the_way_is_listed(
    client_of: ClientOf, hands: Hands, temporary: int, true: int
) -> None:
    mine = hands.book(at(9), patient=look(hands, temporary).mrn)
    theirs = hands.book(at(9), "US02", patient="L100")
    with clock.at(at(8)):
        client = english(client_of("reception"))
        page = client.get(f"/patients/{temporary}/merge?patient={true}").text
        assert "At these times both records have a booking" in page
        path = f"/patients/{temporary}/merge"
        answer = submit(client, path, patient=true, reason=REASON)
        assert (answer.status_code, f"booking {theirs} (" in answer.text) == (409, True)
    assert hands.look(mine).patient_id == temporary


def test_a_record_with_its_true_number_is_not_given_away(
    client_of: ClientOf, temporary: int, true: int
) -> None:
    with clock.at(at(8)):
        client = english(client_of("reception"))
        page = client.get(f"/patients/{true}/merge?patient={temporary}").text
        answer = submit(client, f"/patients/{true}/merge", patient=temporary, reason=REASON)
    assert ("Only a record with a temporary number" in page, 'name="reason"' in page) == (
        True,
        False,
    )
    assert answer.status_code == 409


def test_a_reason_and_a_record_are_needed(
    client_of: ClientOf, hands: Hands, temporary: int, true: int
) -> None:
    path = f"/patients/{temporary}/merge"
    with clock.at(at(8)):
        client = english(client_of("reception"))
        without = submit(client, path, patient=true)
        assert (without.status_code, 'id="reason-error"' in without.text) == (422, True)
        nobody = submit(client, path, reason=REASON)
        assert (nobody.status_code, "Choose the true record" in nobody.text) == (422, True)
        stale = submit(client, path, patient=true, reason=REASON, version=99)
        assert (stale.status_code, "meanwhile" in stale.text) == (409, True)
        itself = submit(client, path, patient=temporary, reason=REASON)
        assert itself.status_code == 422
    assert look(hands, temporary).merged_into_id is None


@pytest.mark.parametrize("who", ["admin", "stranger"])
def test_nobody_else_merges(
    client_of: ClientOf, hands: Hands, temporary: int, true: int, who: str
) -> None:
    with clock.at(at(8)):
        client = client_of(who)
        path = f"/patients/{temporary}/merge"
        answers = [client.get(path), submit(client, path, patient=true, reason=REASON)]
        answers.append(submit(client, f"{path}/find", q="L"))
    assert {answer.status_code for answer in answers} == {403 if who == "admin" else 303}
    assert look(hands, temporary).merged_into_id is None
