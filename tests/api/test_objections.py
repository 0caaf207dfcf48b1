"""*Not mine* and *missing* through the interface: a doctor says it, the head decides, the figures follow."""

import pytest

from tests.support.department import account_id, at
from tests.support.exam_room import exams, running
from tracker import clock
from tracker.db import read_session
from tracker.queries.objections import decided_objections, open_objections
from tracker.services.examining import Report, finish

MISSING = {"patient": "M00007", "exam_type": "cardiac", "device": "US04", "day": "2026-11-23"}
ENTRY = {
    "patient": "M00007", "exam_type": "cardiac", "stream": "outpatient", "device": "US04", "operator": "D01",
    "start": "2026-11-23T08:00:00+08:00", "end": "2026-11-23T08:20:00+08:00", "reason": "it was missing",
}  # fmt: skip


@pytest.fixture(autouse=True)
def monday_at_noon(monday_at_seven):
    with clock.at(at(12)):
        yield


@pytest.fixture
def exam(app) -> str:
    """An exam of `sonographer` (D01), with D03 as its assistant."""
    with app.app_context():
        report, by = Report("A1", assistant="D03"), account_id("sonographer")
        finish(running(1, at(9)), report, by=by, now=at(9, 10))
        return str(exams()[-1].id)


def test_the_head_hands_on_what_is_not_the_doctors(app, head, sonographer, caller_of, exam):
    path = f"/exams/{exam}/not-mine"
    assert caller_of("colleague").post(path).code == "forbidden"  # it does not name D02
    said = sonographer.post(path, note="it was Chen")
    assert (said.status, said.json["exam"], said.json["decision"]) == (201, exam, None)
    assert sonographer.post(path).code == "conflict"
    assert head.get("/objections", state="open").json["items"] == [said.json]
    here = f"/objections/{said.json['id']}"
    assert head.post(f"{here}/enter", **ENTRY).code == "not_found"  # nothing is missing
    refused = head.post(f"{here}/hand-on", reason="the book says so")
    assert (refused.status, list(refused.fields)) == (422, ["operator"])
    decided = head.post(f"{here}/hand-on", operator="D02", reason="the book says so")
    assert (decided.json["decision"], decided.json["decided_by"]) == ("corrected", "head")
    assert head.post(f"{here}/decline", reason="late").code == "conflict"
    assert sonographer.get(here).json == decided.json
    with app.app_context():
        assert [(each.operator, each.version) for each in exams()] == [("D02", 2)]


def test_the_head_enters_what_is_missing_once(app, head, sonographer):
    key = {"Idempotency-Key": "k1"}
    said = sonographer.post("/objections", headers=key, **MISSING, note="on paper")
    assert (said.status, said.json["kind"], said.json["patient_number"]) == (201, "missing", "M00007")  # fmt: skip
    assert (
        sonographer.post("/objections", headers=key, **MISSING, note="on paper").json == said.json
    )
    assert sonographer.post("/objections", headers=key, **MISSING).code == "idempotency_conflict"
    assert sonographer.get("/objections").json["items"] == [said.json]
    here = f"/objections/{said.json['id']}"
    without = {name: value for name, value in ENTRY.items() if name != "reason"}
    assert head.post(f"{here}/enter", **without).fields == {"reason": "required"}
    entered = head.post(f"{here}/enter", **ENTRY, exam_number="P-7")
    assert (entered.status, entered.json["decision"]) == (200, "entered")
    with app.app_context():
        (row,) = exams()
    assert (str(row.id), row.number, row.operator) == (entered.json["made_exam"], "P-7", "D01")
    assert head.post(f"{here}/enter", **ENTRY).code == "conflict"
    wrong = (
        ({"day": "2026-11-24"}, "day"), ({"exam_type": "none"}, "exam_type"), ({"device": "US99"}, "device"),
        ({"patient": ""}, "patient"), ({"day": None}, "day"), ({"exam": "1"}, "exam"),
    )  # fmt: skip
    for change, field in wrong:
        assert list(sonographer.post("/objections", **{**MISSING, **change}).fields) == [field]


def test_lists_are_the_querys_and_a_doctors_own(app, head, sonographer, caller_of, exam):
    colleague = caller_of("colleague")
    for who in (sonographer, colleague, sonographer):
        who.post("/objections", **MISSING)
    sonographer.post(f"/exams/{exam}/not-mine")
    for number, words in ((1, "signed"), (4, "yours")):
        assert head.post(f"/objections/{number}/decline", reason=words).status == 200
    with app.app_context(), read_session() as session:
        waiting, decided = open_objections(session), decided_objections(session)
    answer = head.get("/objections", state="open").json
    assert [each["id"] for each in answer["items"]] == [str(row.id) for row in waiting[::-1]]
    answer = head.get("/objections", state="decided").json
    assert [each["id"] for each in answer["items"]] == [str(row.id) for row in decided]
    assert [each["decision"] for each in answer["items"]] == ["kept", "declined"]
    ids, cursor = [], {}
    while cursor is not None:
        answer = head.get("/objections", limit=3, **cursor).json
        ids += [each["id"] for each in answer["items"]]
        cursor = {"cursor": answer["next_cursor"]} if answer["next_cursor"] else None
    assert ids == ["4", "3", "2", "1"]
    assert [each["id"] for each in sonographer.get("/objections").json["items"]] == ["4", "3", "1"]
    assert [each["id"] for each in colleague.get("/objections").json["items"]] == ["2"]
    assert colleague.get("/objections/1").code == "forbidden"


@pytest.mark.engines("sqlite")
def test_who_may_say_and_decide_what(head, sonographer, caller_of, exam):
    assert head.post("/objections", **MISSING).code == "forbidden"  # no member of staff
    assert head.get("/objections/9").code == head.post("/objections/9/decline", reason="x").code == "not_found"  # fmt: skip
    sonographer.post("/objections", **MISSING)
    assert sonographer.post("/objections/1/decline", reason="x").code == "forbidden"
    assert sonographer.post("/objections/1/hand-on", reason="x").code == "forbidden"
    assert sonographer.post("/objections/1/enter", **ENTRY).code == "forbidden"
    for name in ("reception", "admin"):
        who = caller_of(name)
        assert who.get("/objections").code == who.get("/objections/1").code == "forbidden"
        assert who.post("/objections", **MISSING).code == "forbidden"
        assert who.post(f"/exams/{exam}/not-mine").code == "forbidden"
