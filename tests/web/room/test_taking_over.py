"""Taking a machine over from its list: what it means is shown first, then it is one press."""

from tests.support.cast import ClientOf, submit
from tests.support.department import at
from tests.web.desk.hands import Hands
from tracker import clock

PAGE = "/worklist/take-over"


def test_the_list_leads_to_what_will_change_and_nothing_changes_before(
    client_of: ClientOf, hands: Hands
) -> None:
    booked = hands.book(at(10), "US11")
    with clock.at(at(9)):
        client = client_of("sonographer")
        assert f"{PAGE}?device=US11" in client.get("/worklist?device=US11").text
        page = client.get(f"{PAGE}?device=US11").text
    assert "09:00–12:00" in page
    assert "Patients who come along" in page
    assert hands.look(booked).operator == "D24"


def test_the_doctor_of_the_account_takes_the_machine(client_of: ClientOf, hands: Hands) -> None:
    booked = hands.book(at(10), "US11")
    with clock.at(at(9)):
        client = client_of("sonographer")
        answer = submit(client, PAGE, device="US11", operator="D01", version=1)
        assert answer.location == "/worklist?device=US11"
        page = client.get(answer.location).text
    assert "08:00–09:00" in page
    assert "09:00–12:00" in page
    assert hands.look(booked).operator == "D01"


def test_the_head_chooses_the_doctor_who_leaves_his_machine(
    client_of: ClientOf, hands: Hands
) -> None:
    hands.book(at(10), "US01")
    with clock.at(at(9)):
        client = client_of("head")
        empty = client.get(f"{PAGE}?device=US11").text
        page = client.get(f"{PAGE}?device=US11&operator=D16").text
        answer = submit(client, PAGE, device="US11", operator="D16", version=1)
    assert 'id="plan"' not in empty
    assert "leaves US01" in page
    assert answer.status_code == 303


def test_a_missing_competence_is_named_and_asks_for_a_reason(
    client_of: ClientOf, hands: Hands
) -> None:
    booked = hands.book(at(10), "US11")
    with clock.at(at(9)):
        client = client_of("head")
        page = client.get(f"{PAGE}?device=US11&operator=D10").text
        refused = submit(client, PAGE, device="US11", operator="D10", version=1)
        typed = {"device": "US11", "operator": "D10", "version": 1, "reason": "called away"}
        answer = submit(client, PAGE, **typed)
    assert "has no competence for" in page
    assert "Echocardiography" in page or "Cardiac" in page
    assert (refused.status_code, answer.status_code) == (422, 303)
    assert 'id="reason-error"' in refused.text
    assert hands.look(booked).operator == "D10"


def test_a_doctor_in_the_middle_of_an_exam_elsewhere_is_refused_in_words(
    client_of: ClientOf, hands: Hands
) -> None:
    first = hands.book(at(8, 55), "US02")
    hands.arrive(first)
    hands.start(first, at(8, 55))  # by the sonographer
    with clock.at(at(9)):
        client = client_of("sonographer")
        page = client.get(f"{PAGE}?device=US11").text
        answer = submit(client, PAGE, device="US11", operator="D01", version=1)
    assert "still has an exam in progress on US02" in page
    assert answer.status_code == 409
    assert "still has an exam in progress on US02" in answer.text


def test_an_old_page_is_shown_anew(client_of: ClientOf, hands: Hands) -> None:
    with clock.at(at(9)):
        client = client_of("sonographer")
        answer = submit(client, PAGE, device="US11", operator="D01", version=7)
        assert answer.status_code == 409
        assert "Somebody else changed these hours" in answer.text
        assert 'name="version" type="hidden" value="1"' in answer.text


def test_what_does_not_exist(client_of: ClientOf) -> None:
    with clock.at(at(9)):
        client = client_of("sonographer")
        assert client.get(f"{PAGE}?device=US99").status_code == 404
        assert client.get(f"{PAGE}").status_code == 404
        assert "Choose" not in client.get(f"{PAGE}?device=US11&operator=N99").text
        assert submit(client, PAGE, device="US11", operator="N99").status_code == 422
    with clock.at(at(18)):
        page = client_of("sonographer").get(f"{PAGE}?device=US11")
        assert "no working hours left today" in page.text


def test_only_those_who_examine_take_a_machine(client_of: ClientOf) -> None:
    for name in ("reception", "admin"):
        assert client_of(name).get(f"{PAGE}?device=US11").status_code == 403
