"""What a file brought is corrected on its page, and its unknown doctor named for all exams at once."""

import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from tests.services.test_importing import LATER, bring
from tests.support.cast import ClientOf
from tests.support.exam_files import row, sheet
from tests.web.desk.hands import Hands
from tests.web.office.forms import resend, words
from tracker import clock
from tracker.db import read_session
from tracker.queries.exams import ExamFilter, list_exams

pytestmark = pytest.mark.engines("sqlite")

STAFF = "/volume/staff?from=2026-11-01&to=2026-11-30"
UNMATCHED = r'href="(/volume/staff/unmatched/\d+)" data-row>([^<]*)<'


@pytest.fixture
def handle(hands: Hands, tmp_path: Path) -> int:
    """Three exams of one unknown doctor and one of nobody; the newest of the three."""
    rows = [row(number=f"H{at}", start=f"2026-11-1{at} 08:00", end="") for at in (6, 7, 8)]
    with hands.app.app_context():
        bring(
            tmp_path / "a.csv",
            sheet([*rows, row(number="H9", operator="", start="2026-11-19 08:00", end="")]),
        )
        with read_session() as session:
            return next(
                each.id for each in list_exams(session, ExamFilter()) if each.number == "H8"
            )


def head(client_of: ClientOf, language: str = "en") -> FlaskClient:
    client = client_of("head")
    client.set_cookie("lang", language)
    return client


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_name_leads_to_its_exams_and_to_its_doctor(
    client_of: ClientOf, handle: int, language: str
) -> None:
    with clock.at(LATER):
        client = head(client_of, language)
        page = client.get(STAFF).text
        links = dict(re.findall(UNMATCHED, page))
        address = f"/volume/staff/unmatched/{handle}"
        assert links[address] == "某医生"
        assert len(links) == 2
        opened = client.get(address).text
        assert len(re.findall(r'href="/exams/\d+" data-row', opened)) == 3
        assert "H9" not in words(opened)
        assert resend(client, address, operator="D05").status_code == 422  # no reason
        assert resend(client, address, reason="x").status_code == 422  # nobody
        assert resend(client, address, operator="?", reason="x").status_code == 422
        answer = resend(client, address, operator="D05", reason="按旧排班表")
        assert answer.location == address
        after = words(client.get(address).text)
        assert ("3 exams have their doctor now" in after) == (language == "en")
        left = re.findall(UNMATCHED, client.get(STAFF).text)
        assert left == [pair for pair in links.items() if pair[0] != address]
        rows = client.get("/exams?operator=D05&from=2026-11-16&to=2026-11-18").text
        assert len(re.findall(r'href="/exams/\d+" data-row', rows)) == 3
        story = words(client.get(f"/exams/{handle}").text)
    assert "按旧排班表" in story
    assert "某医生" in story  # the file's word stays beside the doctor


def test_what_a_file_brought_is_corrected_but_for_its_patient(
    client_of: ClientOf, handle: int
) -> None:
    address = f"/exams/{handle}"
    with clock.at(LATER):
        client = head(client_of)
        page = client.get(f"{address}/correct").text
        assert 'name="patient"' not in page
        assert "In the file: 某医生" in words(page)
        changed = {
            "operator": "D05",
            "device": "US01",
            "parts": "2",
            "end": "08:09",
            "reason": "paper",
        }
        assert resend(client, f"{address}/correct", **changed).location == address
        story = words(client.get(address).text)
        assert "US03 → US01" in story
        assert "Patient number" not in story.split("Corrections")[1]
        again = resend(client, f"{address}/correct", operator="?", reason="not sure")
        assert again.location == address
        resend(client, "/volume/import/1", "/volume/import/1/undo", reason="wrong file")
        gone = client.get(address).text
        assert f"{address}/correct" not in gone
        assert "does not count" in gone
        assert resend(client, f"{address}/correct", reason="late").status_code == 409


@pytest.mark.parametrize("name", ["reception", "sonographer", "admin"])
def test_doctors_are_named_by_the_head(client_of: ClientOf, handle: int, name: str) -> None:
    assert client_of(name).get(f"/volume/staff/unmatched/{handle}").status_code == 403
