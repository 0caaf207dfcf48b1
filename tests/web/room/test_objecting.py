"""*Not mine* and *missing* said on the own page; the head's list and decisions; what the doctor reads then."""

import re

import pytest

from tests.support.cast import ClientOf, submit
from tests.support.department import at
from tests.web.desk.hands import Hands
from tests.web.office.forms import form_of, words
from tracker import clock
from tracker.queries import read_session
from tracker.queries.exams import ExamDetails, ExamFilter, list_exams
from tracker.queries.objections import ObjectionRow, decided_objections, open_objections

OWN, LIST = "/volume/staff", "/volume/objections"


@pytest.fixture
def exam(hands: Hands) -> ExamDetails:
    """An exam that `sonographer` (D01) did at US01 on Monday from 09:00 to 09:08."""
    hands.examine(hands.book(at(9)), at(9), at(9, 8))
    return exams(hands)[0]


def exams(hands: Hands) -> list[ExamDetails]:
    with hands.app.app_context(), read_session() as session:
        return list_exams(session, ExamFilter())


def waiting(hands: Hands) -> list[ObjectionRow]:
    with hands.app.app_context(), read_session() as session:
        return open_objections(session)


def last_decided(hands: Hands) -> ObjectionRow:
    with hands.app.app_context(), read_session() as session:
        return decided_objections(session)[0]


def object_to(client_of: ClientOf, exam: ExamDetails, note: str = "") -> None:
    answer = submit(client_of("sonographer"), f"/exams/{exam.id}/not-mine", note=note)
    assert answer.status_code == 303


def report(client_of: ClientOf) -> None:
    fields = {"patient": "M00007", "exam_type": "cardiac", "device": "US04", "day": "2026-11-23"}
    assert submit(client_of("sonographer"), "/volume/missing", **fields).status_code == 303


def test_an_own_row_is_marked_and_waits(
    client_of: ClientOf, hands: Hands, exam: ExamDetails
) -> None:
    with clock.at(at(12)):
        client = client_of("sonographer")
        address = f"/exams/{exam.id}/not-mine"
        assert f'href="{address}"' in client.get(OWN).text
        assert exam.number in client.get(address).text
        object_to(client_of, exam, "it was Chen")
        page = client.get(OWN).text
        assert f'href="{address}"' not in page
        assert "it was Chen waits" not in page
        assert submit(client, address).status_code == 409
    assert "waits for the head" in words(page.split('id="objections"')[1])
    assert [(row.exam_id, row.note) for row in waiting(hands)] == [(exam.id, "it was Chen")]


def test_the_head_finds_it_among_what_is_to_settle(client_of: ClientOf, exam: ExamDetails) -> None:
    with clock.at(at(12)):
        head, reception = client_of("head"), client_of("reception")
        object_to(client_of, exam)
        assert re.search(r'class="site-count">1<', head.get("/board").text)
        assert "site-count" not in reception.get("/board").text
        assert "Objections to figures: 1" in head.get("/settle").text
        assert "Objections" not in reception.get("/settle").text
        assert "Objections (1)" in head.get(OWN).text
        assert exam.number in head.get(LIST).text


def test_the_head_names_who_it_was_and_the_doctor_reads_it(
    client_of: ClientOf, hands: Hands, exam: ExamDetails
) -> None:
    with clock.at(at(12)):
        object_to(client_of, exam)
        [row] = waiting(hands)
        client, address = client_of("head"), f"{LIST}/{row.id}/hand-on"
        fields = form_of(client.get(f"{LIST}/{row.id}").text, address)
        refused = client.post(address, data={**fields, "reason": "the book says so"})
        assert refused.status_code == 422
        assert "Say who examined." in words(refused.text)
        sent = {**fields, "operator": "D02", "reason": "the book says so"}
        assert client.post(address, data=sent).status_code == 303
        own = words(client_of("sonographer").get(OWN).text.split('id="objections"')[1])
        assert client.post(address, data=sent).status_code == 409
        assert "the book says so" in words(client.get(LIST).text)
    assert [(each.operator, each.version) for each in exams(hands)] == [("D02", 2)]
    assert "corrected" in own
    assert "the book says so" in own


def test_the_head_keeps_it_with_a_reason(
    client_of: ClientOf, hands: Hands, exam: ExamDetails
) -> None:
    with clock.at(at(12)):
        object_to(client_of, exam)
        [row] = waiting(hands)
        client, address = client_of("head"), f"{LIST}/{row.id}/decline"
        assert submit(client, address, reason="").status_code == 422
        assert submit(client, address, reason="you signed it").status_code == 303
        own = words(client_of("sonographer").get(OWN).text.split('id="objections"')[1])
    assert exams(hands) == [exam]
    assert "kept as it was" in own
    assert "you signed it" in own


def test_a_missing_exam_is_reported_and_entered(client_of: ClientOf, hands: Hands) -> None:
    with clock.at(at(12)):
        assert "An exam is missing" in client_of("sonographer").get(OWN).text
        report(client_of)
        [row] = waiting(hands)
        client, address = client_of("head"), f"{LIST}/{row.id}/enter"
        fields = form_of(client.get(f"{LIST}/{row.id}").text, address)
        assert (fields["patient"], fields["exam_type"]) == (["M00007"], ["cardiac"])
        assert (fields["operator"], fields["date"]) == (["D01"], ["2026-11-23"])
        typed = {"stream": "outpatient", "start": "08:00", "end": "08:15"}
        without = client.post(address, data={**fields, **typed})
        assert without.status_code == 422  # a reason is needed
        assert form_of(without.text, address)["start"] == ["08:00"]
        sent = {**fields, **typed, "reason": "in the book"}
        assert client.post(address, data=sent).status_code == 303
        own = client_of("sonographer").get(OWN).text
    [exam] = exams(hands)
    assert (exam.mrn, exam.operator, exam.entered_later) == ("M00007", "D01", True)
    assert f'<a href="/exams/{exam.id}">entered</a>' in own


def test_a_missing_exam_is_declined(client_of: ClientOf, hands: Hands) -> None:
    with clock.at(at(12)):
        report(client_of)
        [row] = waiting(hands)
        submit(client_of("head"), f"{LIST}/{row.id}/decline", reason="nobody came")
        assert client_of("head").get(f"{LIST}/{row.id}/decline").status_code == 200
    decided = last_decided(hands)
    assert (decided.decision, decided.decision_reason) == ("declined", "nobody came")


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"patient": ""}, "This field is required"),
        ({"day": "2026-11-24"}, "cannot start in the future"),
        ({"exam_type": "nose"}, "Not a valid choice"),
    ],
)
def test_a_report_is_refused_beside_its_field(
    client_of: ClientOf, hands: Hands, changes: dict[str, str], text: str
) -> None:
    fields = {"patient": "M00007", "exam_type": "cardiac", "device": "US04", "day": "2026-11-23"}
    with clock.at(at(12)):
        client = client_of("sonographer")
        answer = submit(client, "/volume/missing", **{**fields, **changes})
    assert (answer.status_code, waiting(hands)) == (422, [])
    assert text in words(answer.text)


def test_nobody_objects_to_the_exam_of_another(
    client_of: ClientOf, hands: Hands, exam: ExamDetails
) -> None:
    with clock.at(at(12)):
        assert submit(client_of("head"), f"/exams/{exam.id}/not-mine").status_code == 403
        assert submit(client_of("reception"), f"/exams/{exam.id}/not-mine").status_code == 403
    assert waiting(hands) == []


@pytest.mark.parametrize("who", ["sonographer", "reception", "admin"])
def test_the_head_alone_decides(
    client_of: ClientOf, hands: Hands, exam: ExamDetails, who: str
) -> None:
    with clock.at(at(12)):
        object_to(client_of, exam)
        [row] = waiting(hands)
        client = client_of(who)
        assert client.get(LIST).status_code == 403
        for step in ("hand-on", "enter", "decline"):
            assert submit(client, f"{LIST}/{row.id}/{step}", reason="no").status_code == 403
    assert waiting(hands) == [row]
