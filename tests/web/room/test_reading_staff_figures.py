"""The doctors' figures: everybody's for the head, for a doctor the own ones and every own row."""

import re
from html import unescape

import pytest
from flask.testing import FlaskClient

from tests.support.cast import ClientOf
from tests.support.department import MONDAY, account_id, at, staff_code
from tests.web.desk.hands import Hands
from tests.web.office.forms import words
from tracker import clock
from tracker.domain.shares import Shares
from tracker.services.exams import ExamEntry, enter_exam_later
from tracker.services.shares import set_shares_from

pytestmark = pytest.mark.engines("sqlite")

PAGE = "/volume/staff"


def enter(hands: Hands, day: int = 0, **changes: object) -> None:
    plain = {"exam_type": "abdominal", "stream": "outpatient", "device": "US01", "operator": "D01"}
    entry = ExamEntry(
        patient="M00001",
        started_at=at(6, day=day),
        ended_at=at(6, 10, day=day),
        **{**plain, **changes},  # type: ignore[arg-type]
    )
    with hands.app.app_context():
        enter_exam_later(entry, by=account_id("sonographer"), now=at(7))


@pytest.fixture
def worked(hands: Hands) -> None:
    """From Monday on the supervisor has a fifth: D01 examined three times, once under D02, and D02 once."""
    with hands.app.app_context():
        set_shares_from(MONDAY, Shares(800, 200, 0), by=account_id("admin"), now=at(7))
        assert staff_code("sonographer") == "D01"
    enter(hands, day=-3, supervisor="D02")  # before the shares
    enter(hands, supervisor="D02", assistant="D03")
    enter(hands, exam_type="cardiac", device="US04")
    enter(hands, exam_type="superficial", operator="D02")


def row_of(page: str, code: str) -> str:
    rows = re.findall(r"<tr>.*?</tr>", page.split('id="staff-figures"')[1], re.DOTALL)
    return next(words(row) for row in rows if f">{code} " in row or f">{code}<" in row)


def lists_behind(client: FlaskClient, page: str) -> list[tuple[int, int]]:
    """Of every number that leads to exams: itself, and the length of its list."""
    links = re.findall(r'<a href="(/exams\?[^"]+)">(\d+)[^<]*</a>', page)
    return [
        (
            int(number),
            len(re.findall(r'<a href="/exams/\d+" data-row', client.get(unescape(to)).text)),
        )
        for to, number in links
    ]


def test_the_head_sees_everybody_and_every_number_leads_to_its_rows(
    client_of: ClientOf, worked: None
) -> None:
    with clock.at(at(12)):
        client = client_of("head")
        page = client.get(PAGE).text
        behind = lists_behind(client, page)
    assert "3 3 0 3 3.4 0.0 0.0 3.4 2 1.7" in row_of(page, "D01")
    assert "0.8 0.2 2 exams 0.0 1.0 1" in row_of(page, "D02")
    assert len(behind) == 4
    assert all(number == rows for number, rows in behind)
    assert "795.75" in page
    assert 'data-chart="stack" data-table="staff-figures"' in page


def test_days_are_chosen_and_empty_ones_say_so(client_of: ClientOf, worked: None) -> None:
    with clock.at(at(12)):
        client = client_of("head")
        friday = client.get(f"{PAGE}?from=2026-11-20&to=2026-11-20").text
        assert "1 1 0 1 1.0 0.0 0.0 1.0 1 1.0" in row_of(friday, "D01")
        assert "No exams in these days" in client.get(f"{PAGE}?from=2025-01-01&to=2025-01-02").text


def test_a_doctor_sees_own_figures_and_rows_alone(client_of: ClientOf, worked: None) -> None:
    with clock.at(at(12)):
        client = client_of("sonographer")
        page = client.get(PAGE).text
        rows = words(page.split('id="own-rows"')[1])
        assert page.count("data-row>") == 3
        assert client.get(f"{PAGE}?doctor=D02").status_code == 403
        assert client.get(f"{PAGE}?doctor=D01").status_code == 200
    assert "Operator 0.8" in rows
    assert "D02" not in page
    assert "795.75" not in page


def test_the_head_opens_one_doctor_with_what_was_supervised(
    client_of: ClientOf, worked: None
) -> None:
    with clock.at(at(12)):
        client = client_of("head")
        page = client.get(f"{PAGE}?doctor=D02").text
        assert client.get(f"{PAGE}?doctor=X99").status_code == 404
    rows = words(page.split('id="own-rows"')[1])
    assert re.findall(r"(Operator|Supervisor) (\d\.\d)", rows) == [
        ("Operator", "0.8"), ("Supervisor", "0.2"), ("Supervisor", "0.0"),
    ]  # fmt: skip


def test_an_account_without_a_doctor_has_no_own_figures(client_of: ClientOf, hands: Hands) -> None:
    with clock.at(at(12)):
        assert "Figures of the doctors" in client_of("head").get(PAGE).text


@pytest.mark.parametrize("who", ["reception", "admin"])
def test_nobody_else_sees_them(client_of: ClientOf, who: str) -> None:
    with clock.at(at(12)):
        assert client_of(who).get(PAGE).status_code == 403


def test_minutes_are_those_of_exams_clicked_live_and_the_rest_is_told(
    client_of: ClientOf, hands: Hands, worked: None
) -> None:
    hands.examine(hands.book(at(9)), at(9), at(9, 8))
    with clock.at(at(12)):
        page = client_of("head").get(PAGE).text
        own = words(client_of("sonographer").get(PAGE).text)
    assert "4 4 8 3 " in row_of(page, "D01")
    assert "Minutes 8 minutes 3 exams not clicked live left out" in own
