"""Who else took part: named at the machine, afterwards, or in a correction; shown with the exam. Nobody has to be."""

import pytest

from tests.support.cast import ClientOf, submit
from tests.support.department import at
from tests.web.desk.hands import Hands
from tests.web.office.forms import form_of, words
from tracker import clock
from tracker.queries import read_session
from tracker.queries.exams import ExamDetails, ExamFilter, list_exams
from tracker.queries.staff import staff_members

Code = str


@pytest.fixture
def running(hands: Hands) -> int:
    """A patient examined at US01 since 09:00 by `sonographer`."""
    booking = hands.book(at(9))
    hands.arrive(booking, at(8, 50))
    hands.start(booking, at(9))
    return booking


@pytest.fixture
def supervisor(hands: Hands) -> Code:
    with hands.app.app_context(), read_session() as session:
        return staff_members(session, kind="doctor")[4].code


@pytest.fixture
def nurse(hands: Hands) -> Code:
    with hands.app.app_context(), read_session() as session:
        return staff_members(session, kind="nurse")[0].code


def exams(hands: Hands) -> list[ExamDetails]:
    with hands.app.app_context(), read_session() as session:
        return list_exams(session, ExamFilter())


def test_they_are_named_when_the_exam_is_finished(
    client_of: ClientOf, hands: Hands, running: int, supervisor: Code, nurse: Code
) -> None:
    with clock.at(at(9, 8)):
        client = client_of("sonographer")
        address = f"/worklist/{running}/finish"
        fields = form_of(client.get("/worklist?device=US01").text, address)
        assert (fields["supervisor"], fields["assistant"]) == ([""], [""])
        submit(client, address, device="US01", supervisor=supervisor, assistant=nurse)
        [exam] = exams(hands)
        assert (exam.supervisor, exam.assistant) == (supervisor, nurse)
        page = words(client.get(f"/exams/{exam.id}").text)
    assert f"Supervisor {exam.supervisor_name} {supervisor}" in page
    assert f"Assistant {exam.assistant_name} {nurse}" in page


def test_who_cannot_be_it_is_refused_beside_the_field_and_stays_chosen(
    client_of: ClientOf, hands: Hands, running: int, nurse: Code
) -> None:
    with clock.at(at(9, 8)):
        client = client_of("sonographer")
        address = f"/worklist/{running}/finish"
        answer = submit(client, address, device="US01", supervisor=nurse, assistant=nurse)
    assert (answer.status_code, exams(hands)) == (422, [])
    assert "Only a doctor supervises." in words(answer.text)
    assert form_of(answer.text, address)["assistant"] == [nurse]


def test_they_are_named_for_exams_entered_afterwards(
    client_of: ClientOf, hands: Hands, supervisor: Code, nurse: Code
) -> None:
    row = {
        "rows-0-patient": "M00001", "rows-0-exam_type": "abdominal", "rows-0-stream": "outpatient",
        "rows-0-start": "08:00", "rows-0-end": "08:10", "rows-0-parts": "1",
    }  # fmt: skip
    with clock.at(at(12)):
        client = client_of("sonographer")
        whole = {"date": "2026-11-23", "device": "US01", "operator": "D02", **row}
        submit(client, "/exams/enter", supervisor=supervisor, assistant=nurse, **whole)
    assert [(exam.supervisor, exam.assistant) for exam in exams(hands)] == [(supervisor, nurse)]


def test_they_are_named_when_an_open_booking_is_settled(
    client_of: ClientOf, hands: Hands, running: int, supervisor: Code
) -> None:
    with clock.at(at(8, day=1)):
        client = client_of("head")
        address = f"/settle/{running}"
        fields = form_of(client.get(address).text, address)
        client.post(address, data={**fields, "end": "09:10", "supervisor": supervisor})
    assert [exam.supervisor for exam in exams(hands)] == [supervisor]


def test_a_correction_changes_them_and_tells_both(
    client_of: ClientOf, hands: Hands, running: int, supervisor: Code
) -> None:
    hands.finish(running, at(9, 8))
    [exam] = exams(hands)
    with clock.at(at(12)):
        client = client_of("head")
        address = f"/exams/{exam.id}/correct"
        fields = form_of(client.get(address).text, address)
        sent = {**fields, "supervisor": supervisor, "reason": "forgotten"}
        assert client.post(address, data=sent).status_code == 303
        page = words(client.get(f"/exams/{exam.id}").text)
    assert f"Supervisor: – → {supervisor}" in page
    assert "Assistant: –" not in page
