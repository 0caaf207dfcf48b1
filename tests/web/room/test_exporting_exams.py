"""Taking exam rows away: CSV and XLSX say what the page says, formulas are text, long ones are waited for."""

import csv
import io
import re
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from python_calamine import CalamineWorkbook
from werkzeug.test import TestResponse

from tests.support.cast import ClientOf
from tests.support.department import at
from tests.web.desk.hands import Hands
from tests.web.room.test_closing_months import close
from tests.web.room.test_reading_the_volume import enter
from tracker import clock
from tracker.jobs import exports
from tracker.queries import read_session
from tracker.queries.audit import AuditFilter, audit_entries
from tracker.reports import exam_rows
from tracker.web.views import exam_export

pytestmark = pytest.mark.engines("sqlite")

NOW = at(12)
NOVEMBER = "/exams/export?from=2026-11-01&to=2026-11-30"


@pytest.fixture(autouse=True)
def reports(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setitem(app.config, "REPORTS_DIR", str(tmp_path))
    return tmp_path


@pytest.fixture
def few_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A workbook of two rows is long, and one row is read at a time."""
    monkeypatch.setattr(exam_export, "AT_ONCE_ROWS", 1)
    monkeypatch.setattr(exam_rows, "ROWS_AT_ONCE", 1)


def take(client: FlaskClient, kind: str, address: str = NOVEMBER) -> TestResponse:
    page = client.get(address).text
    return client.post(address, data={"csrf_token": any_token(page), "kind": kind})


def any_token(page: str) -> str:
    return re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)[1]


def some_exams(hands: Hands) -> None:
    enter(hands, number="A1")
    enter(hands, day=-3, number="A2", exam_type="cardiac", device="US04", operator="D02", parts=2)
    enter(hands, day=-40, number="A3")


def rows_of_csv(answer: TestResponse) -> list[list[str]]:
    assert answer.data.startswith("\ufeff".encode())
    return list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))


def sheets(content: bytes) -> dict[str, list[list[object]]]:
    with CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
        return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def test_csv_has_the_rows_of_the_list(client_of: ClientOf, hands: Hands) -> None:
    some_exams(hands)
    with clock.at(NOW):
        client = client_of("head")
        answer = take(client, "csv")
        listed = client.get("/exams?from=2026-11-01&to=2026-11-30").text
    header, *rows = rows_of_csv(answer)
    assert header[:3] == ["Exam number", "Day", "Start"]
    assert [row[:3] for row in rows] == [
        ["A2", "2026-11-20", "2026-11-20 06:00:00"],
        ["A1", "2026-11-23", "2026-11-23 06:00:00"],
    ]
    assert all(f">{row[0]}</a>" in listed for row in rows)
    assert answer.headers["Content-Disposition"] == (
        'attachment; filename="exams-20261101-20261130.csv"'
    )


def test_a_workbook_has_real_numbers_and_dates_and_says_what_they_mean(
    client_of: ClientOf, hands: Hands
) -> None:
    some_exams(hands)
    with clock.at(NOW):
        found = sheets(take(client_of("head"), "xlsx").data)
    header, first, second = found["Exams"]
    row = dict(zip(header, first, strict=True))
    assert (row["Day"], str(row["Start"])) == (date(2026, 11, 20), "2026-11-20 06:00:00")
    assert (row["Minutes"], row["Parts"]) == (10.0, 2.0)
    assert isinstance(row["Points"], float)
    assert second[0] == "A1"
    words = {line[0]: line[1] for line in found["Definitions"][1:]}
    assert words["From"] == "Sun 1 Nov 2026"
    assert "report sheet" in words["Exam"]


def test_cells_that_begin_like_a_formula_are_text(client_of: ClientOf, hands: Hands) -> None:
    with hands.app.app_context():
        enter(hands, number="=1+1")
        enter(hands, number="@SUM(A1)", exam_type="cardiac", device="US04")
    with clock.at(NOW):
        client = client_of("head")
        rows = rows_of_csv(take(client, "csv"))[1:]
        book = sheets(take(client, "xlsx").data)["Exams"][1:]
    assert [row[0] for row in rows] == ["'=1+1", "'@SUM(A1)"]
    assert [row[0] for row in book] == ["=1+1", "@SUM(A1)"]


def test_an_export_is_on_record_without_names(client_of: ClientOf, hands: Hands) -> None:
    some_exams(hands)
    with clock.at(NOW):
        take(client_of("sonographer"), "csv")
    with hands.app.app_context(), read_session() as session:
        entries = [
            each
            for each in audit_entries(session, AuditFilter(), before_id=None, limit=50)
            if each.action == "export"
        ]
    (entry,) = entries
    assert entry.change == {
        "kind": "csv",
        "rows": 2,
        "first": "2026-11-01",
        "last": "2026-11-30",
    }


def test_a_long_workbook_is_written_by_the_jobs_process(
    client_of: ClientOf, hands: Hands, few_at_once: None
) -> None:
    some_exams(hands)
    with clock.at(NOW):
        client = client_of("head")
        assert take(client, "xlsx").status_code == 303
        assert "waiting for the jobs process" in client.get(NOVEMBER).text
        again = take(client, "xlsx")
        assert again.status_code == 409
        assert "An export of yours is being written." in again.text
        with hands.app.app_context():
            assert exports.write_those_asked_for() == 1
        page = client.get(NOVEMBER).text
        href = re.search(r'href="(/exams/export/\d+\.xlsx)"', page)[1]
        with client.get(href) as answer:
            found = sheets(answer.data)
        assert client_of("sonographer").get(href).status_code == 404
    assert [row[0] for row in found["Exams"][1:]] == ["A2", "A1"]


def test_rows_of_a_closed_month_have_its_figures_beside_the_filter(
    client_of: ClientOf, hands: Hands, few_at_once: None
) -> None:
    for number, device, kind in (("A1", "US01", "abdominal"), ("A2", "US04", "cardiac")):
        enter(hands, day=-30, number=number, device=device, exam_type=kind)
    close(hands)
    october = "/exams/export?from=2026-10-01&to=2026-10-31"
    with clock.at(NOW):
        client = client_of("head")
        found = sheets(take(client, "xlsx", f"{october}&device=US01").data)
        take(client, "xlsx", october)
        with hands.app.app_context():
            exports.write_those_asked_for()
        href = re.search(r'href="(/exams/export/\d+\.xlsx)"', client.get(october).text)[1]
        with client.get(href) as answer:
            long = sheets(answer.data)
        doctors = sheets(take(client_of("sonographer"), "xlsx", f"{october}&device=US01").data)
    words = [dict(line[:2] for line in book["Definitions"][1:]) for book in (found, long, doctors)]
    assert [each.get("Closed figure, exams") for each in words] == ["1", "2", None]
    assert words[0]["Closed months"] == "October 2026"


def test_a_long_workbook_is_cancelled(
    client_of: ClientOf, hands: Hands, few_at_once: None, reports: Path
) -> None:
    some_exams(hands)
    with clock.at(NOW):
        client = client_of("head")
        take(client, "xlsx")
        page = client.get(NOVEMBER).text
        data = {"csrf_token": any_token(page), "run": "1"}
        assert client.post("/exams/export/cancel", data=data).status_code == 303
        with hands.app.app_context():
            assert exports.write_those_asked_for() == 0
        assert "cancelled" in client.get(NOVEMBER).text
        assert client.get("/exams/export/1.xlsx").status_code == 404
    assert [path for path in reports.rglob("*") if path.is_file()] == []


def test_nobody_cancels_the_export_of_another(
    client_of: ClientOf, hands: Hands, few_at_once: None
) -> None:
    some_exams(hands)
    with clock.at(NOW):
        take(client_of("head"), "xlsx")
        other = client_of("sonographer")
        data = {"csrf_token": any_token(other.get(NOVEMBER).text), "run": "1"}
        assert other.post("/exams/export/cancel", data=data).status_code == 404


@pytest.mark.parametrize("name", ["reception", "admin"])
def test_rows_are_taken_by_those_who_may_see_them(client_of: ClientOf, name: str) -> None:
    assert client_of(name).get(NOVEMBER).status_code == 403
