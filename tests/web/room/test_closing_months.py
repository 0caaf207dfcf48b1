"""The head closes a month: its figures stay beside what changed and what is counted now."""

import re
from datetime import date
from pathlib import Path

import pytest

from tests.support.cast import ClientOf
from tests.support.department import account_id, at
from tests.web.desk.hands import Hands
from tests.web.room.test_reading_the_volume import enter
from tracker import clock
from tracker.services.closing import close_month
from tracker.services.exams import void

pytestmark = pytest.mark.engines("sqlite")

OCTOBER = "/volume/months/2026-10"
IN_OCTOBER = -30
NOW = at(12)


def token(page: str) -> str:
    return re.search(r'name="csrf_token" type="hidden" value="([^"]+)"', page)[1]


def press(client: object, path: str, **fields: str) -> object:
    page = client.get(OCTOBER).text  # type: ignore[attr-defined]
    return client.post(path, data={"csrf_token": token(page), **fields})  # type: ignore[attr-defined]


def cells(page: str, table: str) -> list[list[str]]:
    body = re.search(rf'<table[^>]*id="{table}">.*?<tbody[^>]*>(.*?)</tbody>', page, re.DOTALL)[1]
    rows = re.findall(r"<tr[^>]*>(.*?)</tr>", body, re.DOTALL)
    return [
        [
            re.sub(r"<[^>]+>", "", cell).strip()
            for cell in re.findall(r"<t[hd].*?</t[hd]>", row, re.DOTALL)
        ]
        for row in rows
    ]


def close(hands: Hands, month: date = date(2026, 10, 1)) -> None:
    with hands.app.app_context():
        close_month(month, by=account_id("head"), now=at(8))


def test_closing_a_month(client_of: ClientOf, hands: Hands) -> None:
    enter(hands, day=IN_OCTOBER)
    with clock.at(NOW):
        client = client_of("head")
        assert "Open: may be closed now" in client.get("/volume/months").text
        answer = press(client, f"{OCTOBER}/close")
        assert (answer.status_code, answer.location) == (303, OCTOBER)
        page = client.get(OCTOBER).text
        listed = client.get("/volume/months").text
    assert "Closed by head" in page
    assert "Nothing was changed since this month was closed." in page
    assert cells(page, "totals")[0] == ["Exams", "1", "0", "1"]
    row = next(row for row in cells(listed, "months") if row[0] == "October 2026")
    assert row[2:] == ["1", "0", "1"]


def test_changes_are_listed_with_who_why_and_effect(client_of: ClientOf, hands: Hands) -> None:
    enter(hands, day=IN_OCTOBER)
    enter(hands, day=IN_OCTOBER, device="US02", exam_type="superficial")
    close(hands)
    with hands.app.app_context():
        void(1, reason="重复登记", by=account_id("head"), now=at(9))
    with clock.at(NOW):
        page = client_of("head").get(OCTOBER).text
    (change,) = cells(page, "list-of-changes")
    effects = ["−1", "0", "−1", "−10", "0", "0", "−1.0"]  # the visit goes to the other exam
    assert change[1:] == ["Voided", change[2], "head", "重复登记", *effects]
    totals = cells(page, "totals")
    assert totals[0] == ["Exams", "2", "−1", "1"]
    assert [line[0] for line in totals] == [
        "Exams", "Visits", "Parts", "Minutes", "Exams clicked live", "Minutes clicked live", "Points",
    ]  # fmt: skip
    assert [line[2] for line in totals] == effects
    assert cells(page, "by-device") == [["US01", "1", "−1", "0"], ["US02", "1", "0", "1"]]


def test_a_month_that_is_not_over_cannot_be_closed(client_of: ClientOf, hands: Hands) -> None:
    with clock.at(NOW):
        client = client_of("head")
        assert "Close this month" not in client.get("/volume/months/2026-11").text
        answer = press(client, "/volume/months/2026-11/close")
    assert answer.status_code == 422
    assert "This month is not over yet." in answer.text


def test_reopening_asks_for_a_reason(client_of: ClientOf, hands: Hands) -> None:
    close(hands)
    with clock.at(NOW):
        client = client_of("head")
        assert press(client, f"{OCTOBER}/reopen", reason="").status_code == 422
        answer = press(client, f"{OCTOBER}/reopen", reason="数据有误")
        page = client.get(OCTOBER).text
    assert answer.status_code == 303
    assert "reopened by head" in page
    assert "数据有误" in page


def test_entering_into_a_closed_month_says_that_a_reason_is_needed(
    client_of: ClientOf, hands: Hands
) -> None:
    close(hands)
    with clock.at(NOW):
        client = client_of("head")
        page = client.get("/exams/enter").text
        row = {
            "patient": "M00001",
            "exam_type": "abdominal",
            "stream": "outpatient",
            "start": "08:00",
            "end": "08:10",
            "parts": "1",
        }
        fields = {f"rows-0-{name}": value for name, value in row.items()}
        head = {"device": "US01", "operator": "D01", "date": "2026-10-05", "reason": ""}
        sent = {"csrf_token": token(page), **head, **fields}
        answer = client.post("/exams/enter", data=sent)
        again = client.post("/exams/enter", data={**sent, "reason": "补录"})
    assert answer.status_code == 422
    assert "This month is closed (2026-10): a reason is needed." in answer.text
    assert again.status_code == 303


@pytest.mark.parametrize("path", ["2026-13", "2026-1", "1999-01", "2027-01", "october"])
def test_a_month_that_does_not_exist(client_of: ClientOf, path: str) -> None:
    with clock.at(NOW):
        assert client_of("head").get(f"/volume/months/{path}").status_code == 404


@pytest.mark.parametrize("name", ["reception", "sonographer", "admin"])
def test_months_are_the_heads(client_of: ClientOf, name: str) -> None:
    client = client_of(name)
    for path in ("/volume/months", OCTOBER):
        assert client.get(path).status_code == 403


def test_the_years_before(client_of: ClientOf) -> None:
    with clock.at(NOW):
        client = client_of("head")
        page = client.get("/volume/months?year=2025").text
        assert len(cells(page, "months")) == 12
        assert client.get("/volume/months?year=25").status_code == 404
        assert client.get("/volume/months?year=2030").status_code == 200


@pytest.mark.parametrize(
    ("address", "begins"),
    [
        (f"{OCTOBER}/report.pdf", b"%PDF"),
        (f"{OCTOBER}/report.xlsx", b"PK"),
        (f"{OCTOBER}/report.csv", b"\xef\xbb\xbf"),
        ("/volume/months/2026/annual.pdf", b"%PDF"),
    ],
)
def test_reports_are_downloaded(
    client_of: ClientOf, hands: Hands, address: str, begins: bytes
) -> None:
    enter(hands, day=IN_OCTOBER)
    with clock.at(NOW):
        answer = client_of("head").get(address)
        assert client_of("sonographer").get(address).status_code == 403
    assert (answer.status_code, answer.data[: len(begins)]) == (200, begins)


def test_kept_reports_are_listed_and_downloaded(
    client_of: ClientOf, hands: Hands, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(hands.app.config, "REPORTS_DIR", str(tmp_path))
    (tmp_path / "volume-2026-10.pdf").write_bytes(b"%PDF-kept")
    (tmp_path / "secret.txt").write_text("no report")
    with clock.at(NOW):
        client = client_of("head")
        page = client.get("/volume/months").text
        with client.get("/volume/months/kept/volume-2026-10.pdf") as answer:
            assert answer.data == b"%PDF-kept"
        assert client.get("/volume/months/kept/secret.txt").status_code == 404
    assert "/volume/months/kept/volume-2026-10.pdf" in page
    assert "secret" not in page
