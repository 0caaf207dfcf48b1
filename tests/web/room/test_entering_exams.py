"""Exams entered afterwards: several in one form, all or none, each refusal beside its field."""

import re

import pytest

from tests.support.cast import ClientOf, submit
from tests.support.department import at
from tests.web.desk.hands import Hands
from tracker import clock
from tracker.queries import read_session
from tracker.queries.exams import ExamDetails, ExamFilter, list_exams

HEAD = {"date": "2026-11-23", "device": "US01", "operator": "D05", "reason": "停电"}


def row(number: int, **changes: object) -> dict[str, object]:
    """The fields of one row of the form."""
    plain = {
        "patient": f"M{number + 1:05}",
        "exam_type": "abdominal",
        "stream": "outpatient",
        "start": f"08:{number * 10:02}",
        "end": f"08:{number * 10 + 8:02}",
        "parts": 1,
        "exam_number": "",
    }
    return {f"rows-{number}-{name}": value for name, value in {**plain, **changes}.items()}


def exams(hands: Hands) -> list[ExamDetails]:
    with hands.app.app_context(), read_session() as session:
        return list_exams(session, ExamFilter())


def test_several_are_entered_and_empty_rows_left_out(client_of: ClientOf, hands: Hands) -> None:
    with clock.at(at(10)):
        client = client_of("sonographer")
        empty = {"rows-2-patient": "", "rows-2-start": "", "rows-2-parts": "1"}
        fields = {**HEAD, **row(0, exam_number="N1", parts=2), **row(1), **empty}
        answer = submit(client, "/exams/enter", **fields)
        assert answer.location == "/exams?from=2026-11-23&to=2026-11-23"
        assert "2 exams are entered" in client.get(answer.location).text
    first, second = exams(hands)
    assert (first.number, first.parts, first.mrn, first.operator) == ("N1", 2, "M00001", "D05")
    assert (first.started_at, first.ended_at) == (at(8), at(8, 8))
    assert (second.entered_later, second.entered_reason) == (True, "停电")


def test_the_form_begins_with_ones_own_name_and_the_machine(client_of: ClientOf) -> None:
    with clock.at(at(10)):
        page = client_of("sonographer").get("/exams/enter?device=US07").text
    assert re.search(r'<option selected value="US07"', page)
    assert re.search(r'<option selected value="D01"', page)
    assert 'value="2026-11-23"' in page


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"patient": "M99999"}, "patient"),
        ({"patient": ""}, "patient"),
        ({"exam_type": ""}, "exam_type"),
        ({"stream": "x"}, "stream"),
        ({"start": ""}, "start"),
        ({"start": "23:00", "end": "23:10"}, "start"),
        ({"end": "08:00"}, "end"),
        ({"end": "8 o'clock"}, "end"),
        ({"parts": "0"}, "parts"),
        ({"exam_number": "TAKEN"}, "exam_number"),
    ],
)
def test_the_refusal_stands_in_its_row_and_nothing_is_lost(
    client_of: ClientOf, hands: Hands, change: dict[str, object], field: str
) -> None:
    with clock.at(at(10)):
        client = client_of("sonographer")
        taken = row(0, exam_number="TAKEN", patient="M00020")
        submit(client, "/exams/enter", **HEAD, **taken)
        fields = {**HEAD, **row(0, exam_number="KEPT"), **row(1, **change)}
        answer = submit(client, "/exams/enter", **fields)
    assert answer.status_code == 422
    assert re.findall(r'id="(rows-\d+-\w+)-error"', answer.text) == [f"rows-1-{field}"]
    assert 'value="KEPT"' in answer.text
    assert len(exams(hands)) == 1


def test_an_empty_form_says_what_it_wants(client_of: ClientOf, hands: Hands) -> None:
    with clock.at(at(10)):
        answer = submit(client_of("sonographer"), "/exams/enter", **HEAD)
    assert (answer.status_code, "at least one exam" in answer.text) == (422, True)
    assert exams(hands) == []


def test_what_is_common_to_all_rows_is_refused_above_them(client_of: ClientOf) -> None:
    with clock.at(at(10)):
        client = client_of("sonographer")
        wrong = {**HEAD, "date": "1890-01-01", "operator": ""}
        answer = submit(client, "/exams/enter", **wrong, **row(0))
    assert answer.status_code == 422
    assert {"date-error", "operator-error"} <= set(re.findall(r'id="([\w-]+)"', answer.text))


def rows_in(page: str) -> list[tuple[str, str]]:
    """The number and the booking of each row that names a booking."""
    numbers = dict(re.findall(r'name="(rows-\d+)-patient"[^>]*value="([^"]*)"', page))
    bookings = re.findall(r'name="(rows-\d+)-booking"[^>]*value="(\d+)"', page)
    return [(numbers[row], booking) for row, booking in bookings]


def test_one_press_loads_the_booked_and_keeps_what_was_typed(
    client_of: ClientOf, hands: Hands
) -> None:
    late, early = (hands.book(at(hour), patient=f"M0000{hour}") for hour in (9, 8))
    away = hands.book(at(8, 30), patient="M00007")
    hands.cancel(away)
    hands.book(at(9), "US02", patient="M00006")
    hands.examine(hands.book(at(8, 10), patient="M00005"), at(8, 10), at(8, 18))
    with clock.at(at(12, 30)):
        client = client_of("sonographer")
        loaded = submit(client, "/exams/enter", **HEAD, **row(0, patient="M00030"), load="booked")
        again = submit(client, "/exams/enter", **HEAD, **fields_of(loaded.text), load="booked")
    assert loaded.status_code == 200
    assert rows_in(loaded.text) == [("M00008", str(early)), ("M00009", str(late))]
    assert ('value="M00030"' in loaded.text, 'value="停电"' in loaded.text) == (True, True)
    assert rows_in(again.text) == rows_in(loaded.text)
    assert "Nobody else is booked" not in loaded.text
    assert exams(hands)[0].mrn == "M00005"  # nothing was entered


def test_what_cannot_be_read_is_not_lost_by_loading(client_of: ClientOf, hands: Hands) -> None:
    hands.book(at(9), patient="M00009")
    with clock.at(at(12, 30)):
        client = client_of("sonographer")
        fields = row(0, patient="M00030", start="25:99", parts="zwei")
        refused = submit(client, "/exams/enter", **HEAD, **fields, load="booked")
    assert refused.status_code == 422
    assert [text in refused.text for text in ("M00030", "25:99", "zwei")] == [True] * 3


def fields_of(page: str) -> dict[str, str]:
    """What the rows of a page would send again, but for its lists of choices."""
    sent = dict(re.findall(r'name="(rows-\d+-[a-z_]+)"[^>]* value="([^"]*)"', page))
    for name in [name for name in sent if name.endswith("-booking")]:
        sent[name.replace("booking", "start")] = "08:00"  # a row without a time would be dropped
    return sent


def test_a_loaded_row_with_times_completes_its_booking(client_of: ClientOf, hands: Hands) -> None:
    examined, absent = hands.book(at(8), patient="M00001"), hands.book(at(8, 10), patient="M00002")
    with clock.at(at(10)):
        fields = {
            **row(0, booking=examined, exam_type="superficial", start="08:05", end="08:12"),
            **row(1, booking=absent, exam_type="superficial", start="", end=""),
        }
        answer = submit(client_of("sonographer"), "/exams/enter", **HEAD, **fields)
    assert answer.status_code == 303
    [exam] = exams(hands)
    assert (exam.booking_id, exam.entered_later) == (examined, True)
    assert (hands.look(examined).status, hands.look(absent).status) == ("completed", "booked")


def test_a_booking_that_was_entered_meanwhile_is_refused_in_its_row(
    client_of: ClientOf, hands: Hands
) -> None:
    booking = hands.book(at(8), patient="M00001")
    fields = {**HEAD, **row(0, booking=booking, exam_type="superficial")}
    with clock.at(at(10)):
        client = client_of("sonographer")
        assert submit(client, "/exams/enter", **fields).status_code == 303
        answer = submit(client, "/exams/enter", **fields)
    assert answer.status_code == 422
    assert 'id="rows-0-patient-error"' in answer.text
    assert len(exams(hands)) == 1


def test_one_clicked_live_is_named_and_another_goes_in_by_a_tick(
    client_of: ClientOf, hands: Hands
) -> None:
    hands.examine(hands.book(at(9), "US06", patient="M00002"), at(9), at(9, 8))
    [clicked] = exams(hands)
    fields = {**HEAD, **row(0), **row(1, exam_type="superficial")}
    with clock.at(at(10)):
        client = client_of("sonographer")
        refused = submit(client, "/exams/enter", **fields)
        answer = submit(client, "/exams/enter", **fields, **{"rows-1-is_another": "y"})
    assert refused.status_code == 422
    assert 'id="rows-1-is_another-error"' in refused.text
    assert (clicked.number in refused.text, "09:00" in refused.text) == (True, True)
    assert 'name="rows-0-is_another"' not in refused.text
    assert (answer.status_code, len(exams(hands))) == (303, 3)


def test_a_number_just_typed_is_given_its_name(client_of: ClientOf, hands: Hands) -> None:
    hands.add_patient("欧阳若兰", mrn="Z7000001")
    with clock.at(at(10)):
        client = client_of("sonographer")
        found = submit(client, "/exams/enter/patient", **{"rows-3-patient": "Z7000001"}).text
        nobody = submit(client, "/exams/enter/patient", **{"rows-3-patient": "Z7"}).text
        nothing = submit(client, "/exams/enter/patient").text
    assert "欧阳若兰" in found
    assert nobody.strip() == "Nobody has this number."
    assert nothing.strip() == ""


@pytest.mark.parametrize("who", ["reception", "admin"])
def test_nobody_else_enters(client_of: ClientOf, hands: Hands, who: str) -> None:
    with clock.at(at(10)):
        assert submit(client_of(who), "/exams/enter", **HEAD, **row(0)).status_code == 403
    assert exams(hands) == []
