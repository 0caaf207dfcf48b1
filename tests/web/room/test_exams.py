"""Exams on record: listing them, finding one, looking at its versions, correcting and voiding it."""

import re
from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.support.cast import ClientOf, submit
from tests.support.department import account_id, at
from tests.web.desk.hands import Hands
from tracker import clock
from tracker.queries import read_session
from tracker.queries.exams import ExamDetails, ExamFilter, exam_details, list_exams
from tracker.services.exams import ExamEntry, enter_exam_later


@pytest.fixture
def exam(hands: Hands) -> int:
    """An exam that `sonographer` did at US01 on Monday from 09:00 to 09:08."""
    hands.examine(hands.book(at(9)), at(9), at(9, 8))
    return all_exams(hands)[0].id


def all_exams(hands: Hands) -> list[ExamDetails]:
    with hands.app.app_context(), read_session() as session:
        return list_exams(session, ExamFilter(include_voided=True))


def look(hands: Hands, exam_id: int) -> ExamDetails:
    with hands.app.app_context(), read_session() as session:
        return exam_details(session, exam_id)


def enter(hands: Hands, count: int, *, day: int = 0, device: str = "US01") -> None:
    with hands.app.app_context():
        for minute in range(count):
            start = at(6, minute, day=day)
            end = at(6, minute + 5, day=day)
            entry = ExamEntry("M00001", "abdominal", "outpatient", device, "D01", start, end)
            one_more = replace(entry, is_another=True)
            enter_exam_later(one_more, by=account_id("sonographer"), now=at(8))


def typed(page: str) -> dict[str, str]:
    """The fields of the page's form as they stand."""
    inputs = re.findall(r'<input[^>]*?name="(\w+)"[^>]*?value="([^"]*)"', page)
    selects = re.findall(r'<select[^>]*?name="(\w+)"[^>]*>(.*?)</select>', page, re.DOTALL)
    chosen = {name: re.search(r'selected value="([^"]*)"', body)[1] for name, body in selects}
    return {name: value for name, value in inputs if name != "csrf_token"} | chosen


# --- the list --------------------------------------------------------------------------------------


def numbers_in(page: str) -> list[int]:
    return [int(number) for number in re.findall(r'<a href="/exams/(\d+)" data-row', page)]


def test_the_list_is_of_today_newest_first(client_of: ClientOf, hands: Hands) -> None:
    enter(hands, 2)
    enter(hands, 1, day=-3)
    with clock.at(at(9)):
        client = client_of("head")
        assert numbers_in(client.get("/exams").text) == [2, 1]
        page = client.get("/exams?from=2026-11-01&to=2026-11-30").text
    assert numbers_in(page) == [2, 1, 3]
    assert "Entered later" in page


def test_filters_are_codes_and_days(client_of: ClientOf, hands: Hands) -> None:
    enter(hands, 2)
    enter(hands, 1, device="US02")
    with clock.at(at(9)):
        client = client_of("head")
        assert numbers_in(client.get("/exams?device=US02").text) == [3]
        assert numbers_in(client.get("/exams?device=US02&exam_type=cardiac").text) == []
        assert numbers_in(client.get("/exams?operator=D01&stream=outpatient").text) == [3, 2, 1]
        assert numbers_in(client.get("/exams?patient=1").text) == [3, 2, 1]
        for address in ("from=never", "from=2026-12-01&to=2026-11-01", "cursor=x.y"):
            assert client.get(f"/exams?{address}").status_code == 422


def test_pages_follow_each_other_without_gap_or_repeat(client_of: ClientOf, hands: Hands) -> None:
    enter(hands, 55)
    with clock.at(at(9)):
        client = client_of("head")
        first = client.get("/exams").text
        address = re.search(r'href="(/exams\?[^"]*cursor=[^"]+)"', first)[1].replace("&amp;", "&")
        second = client.get(address).text
    assert numbers_in(first) + numbers_in(second) == list(range(55, 0, -1))


@pytest.mark.engines("sqlite")
def test_a_long_list_costs_as_many_statements_as_a_short_one(
    client_of: ClientOf, hands: Hands, counted: Callable[..., object]
) -> None:
    def cost() -> int:
        with counted() as statements:  # type: ignore[attr-defined]
            client.get("/exams")
        return len(statements)

    with clock.at(at(9)):
        client = client_of("head")
        enter(hands, 1)
        client.get("/exams")
        one = cost()
        enter(hands, 3, device="US02")
        assert cost() == one


def test_the_head_sees_the_total_others_their_own(client_of: ClientOf, hands: Hands) -> None:
    enter(hands, 3)
    with clock.at(at(9)):
        assert "<b>3</b> exams" in client_of("head").get("/exams").text
        doctor = client_of("sonographer")
        assert "<b>3</b> exams" not in doctor.get("/exams").text
        assert "<b>3</b> exams" in doctor.get("/exams?operator=D01").text


def test_a_scanned_number_opens_its_exam(client_of: ClientOf, hands: Hands, exam: int) -> None:
    with clock.at(at(10)):
        client = client_of("sonographer")
        number = look(hands, exam).number
        assert submit(client, "/exams", exam_number=f" {number} ").location == f"/exams/{exam}"
        answer = submit(client, "/exams", exam_number="nowhere")
    assert (answer.status_code, "no exam with this number" in answer.text) == (422, True)


# --- corrected -------------------------------------------------------------------------------------


def test_the_operator_corrects_on_the_day(client_of: ClientOf, hands: Hands, exam: int) -> None:
    with clock.at(at(15)):
        client = client_of("sonographer")
        fields = typed(client.get(f"/exams/{exam}/correct").text)
        fields |= {"exam_number": "B-7", "device": "US02", "reason": "wrong machine"}
        answer = submit(client, f"/exams/{exam}/correct", **fields)
        assert answer.location == f"/exams/{exam}"
        page = client.get(answer.location).text
    now = look(hands, exam)
    assert (now.number, now.device, now.version) == ("B-7", "US02", 2)
    assert (now.started_at, now.ended_at) == (at(9), at(9, 8))
    assert "wrong machine" in page
    assert re.search(r"<del>US01</del> → <b>US02</b>", page)
    assert "sonographer" in page


def test_a_correction_that_leaves_the_times_keeps_their_seconds(
    client_of: ClientOf, hands: Hands
) -> None:
    hands.examine(hands.book(at(9)), at(9, second=20), at(9, 0, second=50))
    exam = all_exams(hands)[0].id
    with clock.at(at(15)):
        client = client_of("sonographer")
        fields = typed(client.get(f"/exams/{exam}/correct").text) | {"reason": "parts"}
        assert submit(client, f"/exams/{exam}/correct", **fields).status_code == 303
    now = look(hands, exam)
    assert (now.started_at, now.ended_at) == (at(9, second=20), at(9, second=50))


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"reason": " "}, "reason"),
        ({"patient": "M99999"}, "patient"),
        ({"end": "08:00"}, "end"),
        ({"start": "23:00", "end": "23:10"}, "start"),
        ({"date": "2026-02-30"}, "date"),
        ({"parts": "21"}, "parts"),
        ({"device": "US99"}, "device"),
        ({"exam_number": ""}, "exam_number"),
        ({"exam_number": "a\0"}, "exam_number"),
    ],
)
def test_a_wrong_correction_is_refused_on_its_field(
    client_of: ClientOf, hands: Hands, exam: int, change: dict[str, str], field: str
) -> None:
    with clock.at(at(15)):
        client = client_of("head")
        fields = typed(client.get(f"/exams/{exam}/correct").text) | {"reason": "r"} | change
        answer = submit(client, f"/exams/{exam}/correct", **fields)
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert look(hands, exam).version == 1


def test_who_corrects_and_until_when(client_of: ClientOf, hands: Hands, exam: int) -> None:
    def attempt(who: str) -> int:
        client = client_of(who)
        fields = typed(client_of("head").get(f"/exams/{exam}/correct").text)
        return submit(client, f"/exams/{exam}/correct", **{**fields, "reason": "r"}).status_code

    with clock.at(at(15)):
        assert (attempt("reception"), attempt("admin")) == (403, 403)
        assert "/correct" in client_of("sonographer").get(f"/exams/{exam}").text
    with clock.at(at(9, day=1)):
        assert "/correct" not in client_of("sonographer").get(f"/exams/{exam}").text
        assert (attempt("sonographer"), attempt("head")) == (403, 303)


def test_an_old_page_corrects_nothing(client_of: ClientOf, hands: Hands, exam: int) -> None:
    with clock.at(at(15)):
        client = client_of("head")
        fields = typed(client.get(f"/exams/{exam}/correct").text) | {"reason": "r"}
        submit(client, f"/exams/{exam}/correct", **fields)
        answer = submit(client, f"/exams/{exam}/correct", **fields)
    assert (answer.status_code, look(hands, exam).version) == (409, 2)


# --- voided ----------------------------------------------------------------------------------------


def test_the_head_voids_with_a_reason(client_of: ClientOf, hands: Hands, exam: int) -> None:
    with clock.at(at(15)):
        client = client_of("head")
        assert "reason-error" in submit(client, f"/exams/{exam}/void", version=1, reason=" ").text
        answer = submit(client, f"/exams/{exam}/void", version=1, reason="twice")
        assert answer.location == f"/exams/{exam}"
        assert "Voided on" in client.get(answer.location).text
        assert numbers_in(client.get("/exams").text) == []
        assert numbers_in(client.get("/exams?voided=1").text) == [exam]
        again = submit(client, f"/exams/{exam}/void", version=2, reason="twice")
    assert again.status_code == 409
    assert look(hands, exam).void_reason == "twice"


@pytest.mark.parametrize("who", ["reception", "sonographer", "admin"])
def test_nobody_else_voids(client_of: ClientOf, hands: Hands, exam: int, who: str) -> None:
    with clock.at(at(15)):
        answer = submit(client_of(who), f"/exams/{exam}/void", version=1, reason="twice")
    assert answer.status_code == 403
    assert not look(hands, exam).is_voided


def test_an_unknown_exam_is_not_found(client_of: ClientOf) -> None:
    with clock.at(at(9)):
        client = client_of("head")
        for path in ("/exams/999", "/exams/999/correct", "/exams/999/void"):
            assert client.get(path).status_code == 404
        assert client.get("/exams/99999999999999999999").status_code in (404, 422)
