"""Start, finish, the next one, undo: pressed on the list of a machine."""

import re

import pytest

from tests.support.cast import ClientOf, submit
from tests.support.department import account_id, at
from tests.web.desk.hands import Hands
from tracker import clock
from tracker.domain.lifecycle import Status
from tracker.queries import read_session
from tracker.queries.exams import ExamDetails, ExamFilter, list_exams
from tracker.services.exams import ExamEntry, enter_exam_later


def exams(hands: Hands) -> list[ExamDetails]:
    with hands.app.app_context(), read_session() as session:
        return list_exams(session, ExamFilter(include_voided=True))


@pytest.fixture
def waiting(hands: Hands) -> int:
    """A patient who waits at US01 for 09:00."""
    booking = hands.book(at(9))
    hands.arrive(booking, at(8, 50))
    return booking


@pytest.fixture
def running(hands: Hands, waiting: int) -> int:
    """A patient examined at US01 since 09:00."""
    hands.start(waiting, at(9))
    return waiting


def test_start_and_finish(client_of: ClientOf, hands: Hands, waiting: int) -> None:
    with clock.at(at(9)):
        client = client_of("sonographer")
        answer = submit(client, f"/worklist/{waiting}/start", device="US01", version=2)
        assert answer.location == "/worklist?device=US01"
        assert hands.look(waiting).status == Status.IN_PROGRESS
    with clock.at(at(9, 8)):
        answer = submit(
            client,
            f"/worklist/{waiting}/finish",
            device="US01",
            version=3,
            exam_number="SCAN-1",
            parts=2,
        )
        assert answer.location == "/worklist?device=US01"
        page = client.get(answer.location).text
        assert "finished and counted" in page
        assert "on that day" not in page
    [exam] = exams(hands)
    assert (exam.number, exam.parts, exam.booking_id) == ("SCAN-1", 2, waiting)


def test_finish_and_start_next_in_one_press(
    client_of: ClientOf, hands: Hands, running: int
) -> None:
    following = hands.book(at(9, 10), patient="M00002")
    hands.arrive(following, at(9))
    with clock.at(at(9, 9)):
        client = client_of("sonographer")
        submit(client, f"/worklist/{running}/finish", device="US01", then="start_next")
    assert hands.look(running).status == Status.COMPLETED
    assert hands.look(following).status == Status.IN_PROGRESS


@pytest.mark.parametrize("then", ["", "start_next"])
@pytest.mark.parametrize(
    ("language", "told"), [("en", "already has this exam on that day"), ("zh", "当天已有该项检查")]
)
def test_one_on_paper_already_is_said_when_it_is_finished_again(
    client_of: ClientOf, hands: Hands, language: str, told: str, then: str
) -> None:
    entry = ExamEntry(
        "M00001", "superficial", "outpatient", "US08", "D01", at(8), at(8, 9), number="P-1"
    )
    with hands.app.app_context():
        paper = enter_exam_later(entry, by=account_id("sonographer"), now=at(8, 30))
    running = hands.book(at(9))
    hands.arrive(running, at(8, 50))
    hands.start(running, at(9))
    with clock.at(at(9, 8)):
        client = client_of("sonographer")
        client.set_cookie("lang", language)
        answer = submit(client, f"/worklist/{running}/finish", device="US01", then=then)
        page = client.get(answer.location).text
    assert told in page
    assert "P-1, 08:00" in page.replace("，", ", ")
    assert f'href="/exams/{paper}"' in page
    assert len(exams(hands)) == 2


def test_with_nobody_waiting_it_says_so(client_of: ClientOf, hands: Hands, running: int) -> None:
    with clock.at(at(9, 9)):
        client = client_of("sonographer")
        answer = submit(client, f"/worklist/{running}/finish", device="US01", then="start_next")
        assert "Nobody else waits" in client.get(answer.location).text
    assert hands.look(running).status == Status.COMPLETED


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"exam_number": "TAKEN"}, "exam_number"),
        ({"exam_number": "x" * 41}, "exam_number"),
        ({"exam_number": "a\0b"}, "exam_number"),
        ({"parts": "0"}, "parts"),
        ({"parts": "many"}, "parts"),
        ({"parts": "99999999999999999999"}, "parts"),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_nothing_typed_is_lost(
    client_of: ClientOf, hands: Hands, running: int, typed: dict[str, str], field: str
) -> None:
    other = hands.book(at(9), "US02", patient="M00002")
    hands.arrive(other, at(9))
    with clock.at(at(9, 5)):
        client = client_of("sonographer")
        submit(client, f"/worklist/{other}/start", device="US02")
        submit(client, f"/worklist/{other}/finish", device="US02", exam_number="TAKEN")
        answer = submit(client, f"/worklist/{running}/finish", device="US01", **typed)
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    if "\0" not in typed[field]:
        assert f'value="{typed[field]}"' in answer.text
    assert hands.look(running).status == Status.IN_PROGRESS
    assert len(exams(hands)) == 1


def test_hostile_text_is_only_text(client_of: ClientOf, hands: Hands, running: int) -> None:
    with clock.at(at(9, 5)):
        client = client_of("sonographer")
        submit(
            client,
            f"/worklist/{running}/finish",
            device="US01",
            exam_number="<script>alert('𠮷')</script>",
        )
        page = client.get("/worklist?device=US01").text
    assert "<script>alert" not in page
    assert exams(hands)[0].number == "<script>alert('𠮷')</script>"


def test_one_exam_at_a_time(client_of: ClientOf, hands: Hands, running: int) -> None:
    second = hands.book(at(9, 10), patient="M00002")
    hands.arrive(second, at(9))
    with clock.at(at(9, 5)):
        answer = submit(client_of("sonographer"), f"/worklist/{second}/start", device="US01")
    assert answer.status_code == 409
    assert "Finish it first" in answer.text
    assert hands.look(second).status == Status.ARRIVED


def test_a_page_that_is_out_of_date_changes_nothing(
    client_of: ClientOf, hands: Hands, running: int
) -> None:
    with clock.at(at(9, 5)):
        answer = submit(
            client_of("sonographer"), f"/worklist/{running}/finish", device="US01", version=2
        )
    assert answer.status_code == 409
    assert exams(hands) == []


def test_an_unknown_booking_is_not_found(client_of: ClientOf) -> None:
    with clock.at(at(9)):
        client = client_of("sonographer")
        for step in ("start", "finish", "undo-start", "undo-finish"):
            assert submit(client, f"/worklist/999/{step}", reason="x").status_code == 404


def test_a_start_is_taken_back_by_one_press(
    client_of: ClientOf, hands: Hands, running: int
) -> None:
    with clock.at(at(9, 2)):
        submit(client_of("sonographer"), f"/worklist/{running}/undo-start", device="US01")
    assert hands.look(running).status == Status.ARRIVED


def test_a_finish_is_taken_back_with_a_reason(
    client_of: ClientOf, hands: Hands, running: int
) -> None:
    hands.finish(running, at(9, 8))
    with clock.at(at(9, 10)):
        client = client_of("sonographer")
        asked = client.get(f"/worklist/{running}/undo-finish?device=US01").text
        version = re.search(r'name="version"[^>]*value="(\d+)"', asked)[1]
        path = f"/worklist/{running}/undo-finish"
        without = submit(client, path, device="US01", version=version, reason=" ")
        assert (without.status_code, 'id="reason-error"' in without.text) == (422, True)
        answer = submit(client, path, device="US01", version=version, reason="wrong patient")
        assert answer.location == "/worklist?device=US01"
    assert hands.look(running).status == Status.IN_PROGRESS
    assert [(exam.is_voided, exam.void_reason) for exam in exams(hands)] == [
        (True, "wrong patient")
    ]


def test_in_a_dialog_the_page_is_left_by_a_header(
    client_of: ClientOf, hands: Hands, running: int
) -> None:
    hands.finish(running, at(9, 8))
    with clock.at(at(9, 10)):
        client = client_of("sonographer")
        path = f"/worklist/{running}/undo-finish?device=US01"
        panel = client.get(path, headers={"HX-Request": "true"}).text
        assert panel.lstrip().startswith('<div class="panel">')


@pytest.mark.parametrize("who", ["reception", "admin"])
@pytest.mark.parametrize("step", ["start", "finish", "undo-start", "undo-finish"])
def test_nobody_else_examines(
    client_of: ClientOf, hands: Hands, waiting: int, who: str, step: str
) -> None:
    with clock.at(at(9)):
        answer = submit(client_of(who), f"/worklist/{waiting}/{step}", device="US01")
    assert answer.status_code == 403
    assert hands.look(waiting).status == Status.ARRIVED


def test_an_account_without_a_doctor_chooses_one(
    client_of: ClientOf, hands: Hands, waiting: int
) -> None:
    with clock.at(at(9)):
        client = client_of("head")
        assert 'name="operator"' in client.get("/worklist?device=US01").text
        answer = submit(client, f"/worklist/{waiting}/start", device="US01", operator="D05")
        assert answer.location == "/worklist?device=US01&operator=D05"
    assert hands.look(waiting).started_operator == "D05"


def test_a_doctor_works_in_his_own_name_whoever_was_chosen_before(
    client_of: ClientOf, hands: Hands, waiting: int
) -> None:
    """The page's address may be that of somebody who handed the desk over."""
    with clock.at(at(9)):
        head, doctor = client_of("head"), client_of("sonographer")
        address = "/worklist?device=US01&operator=D05"
        chosen = re.compile(r'name="operator" value="([^"]*)"')
        assert chosen.findall(head.get(address).text)[0] == "D05"
        assert set(chosen.findall(doctor.get(address).text)) == {""}
        for kind in ("walk-in", "add"):
            page = f"/worklist/{kind}?device=US01&operator=D05"
            assert chosen.findall(head.get(page).text)[0] == "D05"
            assert chosen.findall(doctor.get(page).text) == []


def test_where_a_refused_form_stood_there_is_a_way_back(client_of: ClientOf, waiting: int) -> None:
    with clock.at(at(9)):
        client = client_of("sonographer")
        assert client.get(f"/worklist/{waiting}/start").location == "/worklist"
