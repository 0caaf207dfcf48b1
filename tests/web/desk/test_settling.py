"""*Examined at …* on the list to settle: reception enters it for the doctor, and is back at the list."""

import re

import pytest

from tests.support.cast import ClientOf, submit
from tests.support.department import at
from tests.web.desk.hands import Hands
from tracker import clock
from tracker.queries import read_session
from tracker.queries.exams import ExamDetails, ExamFilter, list_exams

TUESDAY = at(8, day=1)
DONE = {
    "date": "2026-11-23",
    "start": "09:02",
    "end": "09:10",
    "device": "US06",
    "operator": "D05",
    "parts": 1,
}


@pytest.fixture
def left(hands: Hands) -> int:
    """Started on Monday, and nobody clicked again."""
    booking_id = hands.book(at(9), "US06", patient="M00002")
    hands.arrive(booking_id)
    hands.start(booking_id, at(9, 1))
    return booking_id


def exams(hands: Hands) -> list[ExamDetails]:
    with hands.app.app_context(), read_session() as session:
        return list_exams(session, ExamFilter())


@pytest.mark.parametrize("who", ["reception", "sonographer", "head"])
def test_whoever_settles_says_how_it_was_and_is_back_at_the_list(
    client_of: ClientOf, hands: Hands, left: int, who: str
) -> None:
    with clock.at(TUESDAY):
        client = client_of(who)
        client.set_cookie("lang", "en")
        listed, page = client.get("/settle").text, client.get(f"/settle/{left}").text
        answer = submit(client, f"/settle/{left}", **DONE, version=hands.look(left).version)
        told = client.get(answer.location).text
    assert f'href="/settle/{left}"' in listed
    assert f"/worklist/{left}/finish" not in listed
    assert re.search(r'name="start"[^>]*value="09:01"', page)
    assert re.search(r'<option selected value="US06">', page)
    assert re.search(r'<option selected value="D01">', page)  # who started it
    assert (answer.status_code, answer.location) == (303, "/settle")
    assert f"Booking {left} is completed" in told
    assert "09:02–09:10" in told
    assert f'href="/settle/{left}"' not in told
    [exam] = exams(hands)
    assert (exam.booking_id, exam.operator, exam.entered_later) == (left, "D05", True)


def test_who_examined_is_not_guessed_from_who_types(client_of: ClientOf, hands: Hands) -> None:
    arrived = hands.book(at(9), "US06", patient="M00002")
    hands.arrive(arrived)
    with clock.at(TUESDAY):
        client = client_of("reception")
        answer = submit(client, f"/settle/{arrived}", **{**DONE, "operator": ""})
    assert answer.status_code == 422
    assert 'id="operator-error"' in answer.text
    assert exams(hands) == []


def test_a_refusal_stands_beside_its_field_and_keeps_what_was_typed(
    client_of: ClientOf, hands: Hands, left: int
) -> None:
    with clock.at(TUESDAY):
        client = client_of("reception")
        client.set_cookie("lang", "en")
        answer = submit(client, f"/settle/{left}", **{**DONE, "end": "09:01"})
        stale = submit(client, f"/settle/{left}", **DONE, version=1)
    assert (answer.status_code, stale.status_code) == (422, 409)
    assert 'id="end-error"' in answer.text
    assert re.search(r'<option selected value="D05">', answer.text)
    assert "Somebody changed this booking meanwhile" in stale.text
    assert exams(hands) == []


def test_what_is_not_left_open_is_refused(client_of: ClientOf, hands: Hands, left: int) -> None:
    with clock.at(at(18)):
        client = client_of("reception")
        assert client.get(f"/settle/{left}").status_code == 409
        assert submit(client, f"/settle/{left}", **DONE).status_code == 409
        assert client.get("/settle/999").status_code == 404
    assert exams(hands) == []


def test_another_exam_of_that_day_asks_for_a_tick(
    client_of: ClientOf, hands: Hands, left: int
) -> None:
    hands.examine(hands.book(at(10), "US07", patient="M00002"), at(10), at(10, 8))
    with clock.at(TUESDAY):
        client = client_of("reception")
        first = client.get(f"/settle/{left}").text
        refused = submit(client, f"/settle/{left}", **DONE)
        answer = submit(client, f"/settle/{left}", **DONE, is_another="y")
    assert 'name="is_another"' not in first
    assert refused.status_code == 422
    assert 'id="is_another-error"' in refused.text
    assert exams(hands)[0].number in refused.text
    assert (answer.status_code, len(exams(hands))) == (303, 2)


def test_the_administrator_settles_nothing(client_of: ClientOf, hands: Hands, left: int) -> None:
    with clock.at(TUESDAY):
        client = client_of("admin")
        assert client.get(f"/settle/{left}").status_code == 403
        assert submit(client, f"/settle/{left}", **DONE).status_code == 403
    assert exams(hands) == []
