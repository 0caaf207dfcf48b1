"""Finding a patient at the desk: the words travel in the body, and nothing of them stays anywhere."""

import pytest

from tests.support.cast import ClientOf, submit
from tests.support.department import at
from tests.web.desk.hands import Hands
from tracker import clock

FRAGMENT = {"HX-Request": "true"}


@pytest.mark.parametrize("words", ["王小", "wangxiao", "wxm", "Z-77", "138000"])
def test_found_by_name_pinyin_initials_number_and_phone(
    client_of: ClientOf, hands: Hands, words: str
) -> None:
    patient = hands.add_patient("王小明", mrn="Z-77")
    with clock.at(at(8)):
        client = client_of("reception")
        page = submit(client, "/book/patients", q=words, exam_type="abdominal").text
        listed = submit(client, "/patients", q=words).text
    assert f"/book?exam_type=abdominal&amp;patient={patient}" in page
    assert f'href="/patients/{patient}"' in listed


@pytest.mark.parametrize("path", ["/book/patients", "/patients"])
def test_enter_takes_the_only_one_found(client_of: ClientOf, hands: Hands, path: str) -> None:
    patient = hands.add_patient("王小明", mrn="Z-77")
    with clock.at(at(8)):
        answer = submit(client_of("reception"), path, q="Z-77", go="1")
    assert answer.status_code == 303
    assert answer.location in (f"/book?patient={patient}", f"/patients/{patient}")


def test_of_several_nobody_is_taken(client_of: ClientOf, hands: Hands) -> None:
    hands.add_patient("王小明")
    hands.add_patient("王小红")
    with clock.at(at(8)):
        answer = submit(client_of("reception"), "/book/patients", q="wangxiao", go="1")
    assert answer.status_code == 200
    assert answer.text.count('class="found-row"') == 2


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize("path", ["/book/patients", "/patients"])
def test_typing_asks_for_the_list_alone(client_of: ClientOf, hands: Hands, path: str) -> None:
    hands.add_patient("王小明")
    with clock.at(at(8)):
        client = client_of("reception")
        token = client.get(path.removesuffix("/patients") or "/patients").text
        token = token.partition('name="csrf-token" content="')[2].partition('"')[0]
        answer = client.post(path, data={"csrf_token": token, "q": "王"}, headers=FRAGMENT)
    assert "王小明" in answer.text
    assert "<html" not in answer.text


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize(
    "words", ["", " ", "!!", "x" * 500, "<script>alert(1)</script>", "a\x00b", "\u202e王", "𠮷" * 3]
)
def test_strange_words_find_nobody_and_break_nothing(client_of: ClientOf, words: str) -> None:
    with clock.at(at(8)):
        client = client_of("reception")
        answers = [submit(client, path, q=words) for path in ("/book/patients", "/patients")]
    for answer in answers:
        assert answer.status_code == 200
        assert "<script>alert" not in answer.text
        assert "found-row" not in answer.text


@pytest.mark.engines("sqlite")
def test_words_stand_in_no_address_and_in_no_line_of_the_log(
    client_of: ClientOf, hands: Hands, capsys: pytest.CaptureFixture[str]
) -> None:
    hands.add_patient("王小明")
    with clock.at(at(8)):
        page = submit(client_of("reception"), "/book/patients", q="王小明").text
    logged = capsys.readouterr()
    assert "王小" not in logged.out + logged.err
    assert "q=" not in page


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize(("role", "status"), [("sonographer", 200), ("head", 200), ("admin", 403)])
@pytest.mark.parametrize("path", ["/book/patients", "/patients"])
def test_who_may_search(client_of: ClientOf, path: str, role: str, status: int) -> None:
    with clock.at(at(8)):
        assert submit(client_of(role), path, q="wang").status_code == status
