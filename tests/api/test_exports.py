"""Exports through the interface: asked for, written by the jobs process, fetched or cancelled by whoever asked."""

import io
from pathlib import Path

import pytest
from flask import Flask
from python_calamine import CalamineWorkbook

from tests.support.api import V1, ApiCaller
from tests.support.department import account_id, at
from tracker.jobs import exports
from tracker.queries import read_session
from tracker.queries.audit import AuditFilter, audit_entries
from tracker.queries.exams import ExamFilter
from tracker.queries.exports import SHOWN
from tracker.reports.workbook import XLSX
from tracker.services.exams import ExamEntry, enter_exam_later
from tracker.services.exporting import Wanted, note_export

NOVEMBER = {"from": "2026-11-01", "to": "2026-11-30"}


@pytest.fixture(autouse=True)
def reports(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setitem(app.config, "REPORTS_DIR", str(tmp_path))
    with app.app_context():
        for number, day, device in (("A1", -3, "US01"), ("A2", -2, "US02"), ("A3", -40, "US01")):
            start, end = at(6, day=day), at(6, 10, day=day)
            enter_exam_later(
                ExamEntry("M00001", "abdominal", "outpatient", device, "D01", start, end, number=number),
                by=account_id("sonographer"), now=at(7),
            )  # fmt: skip
    return tmp_path


def ask(who: ApiCaller, **body: object) -> dict:
    answer = who.post("/exports", **{**NOVEMBER, **body})
    assert answer.status == 201
    found: dict = answer.json
    return found


def work(app: Flask) -> None:
    with app.app_context():
        assert exports.write_those_asked_for() == 1


def fetched(who: ApiCaller, export: str) -> list[list[object]]:
    """The rows of the workbook, without its header."""
    path = f"{V1}/exports/{export}/file"
    with who.client.get(path, headers={"Authorization": f"Bearer {who.token}"}) as answer:
        assert (answer.status_code, answer.mimetype) == (200, XLSX)
        assert answer.headers["Cache-Control"] == "no-store"
        assert "exams-20261101-20261130.xlsx" in answer.headers["Content-Disposition"]
        content = io.BytesIO(answer.data)
    with CalamineWorkbook.from_filelike(content) as book:
        return book.get_sheet_by_index(0).to_python()[1:]


def test_the_workbook_has_the_rows_of_the_list(app, sonographer, head):
    asked = ask(sonographer)
    here = f"/exports/{asked['id']}"
    assert (asked["state"], asked["rows_total"], asked["has_file"]) == ("waiting", 2, False)
    assert sonographer.post("/exports", **NOVEMBER).code == "conflict"  # one at a time
    assert sonographer.get(f"{here}/file").code == "not_found"
    work(app)
    done = sonographer.get(here).json
    assert (done["state"], done["rows_done"], done["has_file"]) == ("done", 2, True)
    assert sonographer.get("/exports").json["items"] == [done]
    listed = sonographer.get("/exams", from_="2026-11-01", to="2026-11-30").json["items"]
    rows = fetched(sonographer, asked["id"])
    assert [row[0] for row in rows] == [exam["number"] for exam in listed]
    assert sonographer.post(f"{here}/cancel").json == done  # it has ended
    for path in (here, f"{here}/file"):
        assert head.get(path).code == "not_found"  # somebody else's
    assert head.post(f"{here}/cancel").code == "not_found"
    assert head.get("/exports").json["items"] == []
    again = ask(sonographer, device="US02,US09", include_voided=True)
    work(app)
    assert [row[0] for row in fetched(sonographer, again["id"])] == ["A2"]
    with app.app_context(), read_session() as session:
        entries = audit_entries(session, AuditFilter(), before_id=None, limit=50)
    taken = [entry for entry in entries if entry.action == "export"]
    assert len(taken) == 2
    assert "病人" not in str(taken)


def test_one_that_waits_is_cancelled_at_once(app, head):
    here = f"/exports/{ask(head)['id']}"
    cancelled = head.post(f"{here}/cancel").json
    assert (cancelled["state"], cancelled["cancel_asked"]) == ("cancelled", True)
    with app.app_context():
        assert exports.write_those_asked_for() == 0
    assert head.get(f"{here}/file").code == "not_found"
    again = ask(head)
    assert again["state"] == "waiting"
    with app.app_context():
        for _ in range(SHOWN):  # what is taken at once hides nothing that is waited for
            taken = Wanted(ExamFilter(), 3, "csv", "en")
            note_export(taken, by=account_id("head"), now=at(8))
    listed = head.get("/exports").json["items"]
    assert [each["state"] for each in listed] == ["waiting", "cancelled"]
    assert listed[0] == again


@pytest.mark.engines("sqlite")
def test_who_takes_nothing_and_what_is_wrong(head, caller_of):
    for change, field in (
        ({"from": "2026-12-01"}, "to"), ({"to": None}, "to"), ({"stream": "a,"}, "stream"),
        ({"include_voided": "yes"}, "include_voided"), ({"patient": "M00001"}, "patient"),
    ):  # fmt: skip
        assert list(head.post("/exports", **{**NOVEMBER, **change}).fields) == [field]
    for name in ("reception", "admin"):
        who = caller_of(name)
        assert who.post("/exports", **NOVEMBER).code == who.get("/exports").code == "forbidden"
        assert who.get("/exports/1/file").code == who.post("/exports/1/cancel").code == "forbidden"
