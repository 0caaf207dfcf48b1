"""POST and GET /exams, POST /exams/{id}/void."""

from typing import Any

import pytest

from tests.services.test_importing import LATER, bring
from tests.support.api import Answer, ApiCaller
from tests.support.department import at, staff_code
from tests.support.exam_files import ROWS, sheet
from tracker import clock

BODY: dict[str, Any] = {
    "patient": "M00001",
    "exam_type": "abdominal",
    "stream": "outpatient",
    "start": "2026-11-22T23:30:00+00:00",  # Monday 07:30 in Shanghai
    "end": "2026-11-23T07:42:00+08:00",
    "device": "US03",
    "reason": "机器离线",
}


@pytest.fixture
def operator(app) -> str:
    """The code of the staff member behind `sonographer`."""
    with app.app_context():
        return staff_code("sonographer")


@pytest.fixture
def eight_o_clock():
    with clock.at(at(8)):
        yield


pytestmark = pytest.mark.usefixtures("eight_o_clock")


def enter(who: ApiCaller, operator: str, /, **change: object) -> Answer:
    return who.post("/exams", **{**BODY, "operator": operator, **change})


def test_an_exam_entered_later_is_counted_on_the_hospitals_day(sonographer, head, operator):
    answer = enter(sonographer, operator, parts=2)
    assert answer.status == 201
    exam = answer.json
    assert exam == {
        "id": exam["id"],
        "number": exam["number"],
        "booking": None,
        "patient": exam["patient"],
        "exam_type": "abdominal",
        "parts": 2,
        "stream": "outpatient",
        "start": "2026-11-23T07:30:00+08:00",
        "end": "2026-11-23T07:42:00+08:00",
        "device": "US03",
        "operator": operator,
        "supervisor": None,
        "assistant": None,
        "local_date": "2026-11-23",
        "entered_later": True,
        "voided": False,
    }
    assert sonographer.get("/exams").json == {"items": [exam], "next_cursor": None}
    total = head.get("/volume", from_="2026-11-23", to="2026-11-23").json["total"]
    entered_later = {"visits": 1, "live_exams": 0, "live_minutes": 0}
    assert total == entered_later | {"exams": 1, "parts": 2, "minutes": 12, "points": 1.5}


def test_a_voided_exam_stays_and_counts_nothing(sonographer, head, operator):
    exam = enter(sonographer, operator).json
    assert sonographer.post(f"/exams/{exam['id']}/void", reason="double").code == "forbidden"
    voided = head.post(f"/exams/{exam['id']}/void", reason="double")
    assert (voided.status, voided.json) == (200, {**exam, "voided": True})
    assert sonographer.get("/exams").json["items"] == []
    assert head.post(f"/exams/{exam['id']}/void", reason="again").fields == {}
    assert head.get("/volume", from_="2026-11-23", to="2026-11-23").json["total"]["exams"] == 0


@pytest.mark.engines("sqlite")
def test_each_wrong_value_is_refused_on_its_field(sonographer, operator):
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"start": "2026-11-23T08:30:00+08:00"}, "start"),
        ({"end": "2026-11-23T08:30:00+08:00"}, "end"),
        ({"end": "2026-11-23T07:00:00+08:00"}, "end"),
        ({"start": "2026-11-22T07:00:00+08:00"}, "end"),
        ({"start": "2026-11-23T07:30:00"}, "start"),
        ({"device": "US99"}, "device"),
        ({"operator": "nobody"}, "operator"),
        ({"stream": "vip"}, "stream"),
        ({"parts": 99}, "parts"),
        ({"reason": "x" * 401}, "reason"),
        ({"number": "7"}, "number"),
    ]
    for change, field in wrong:
        answer = enter(sonographer, operator, **change)
        assert (answer.status, list(answer.fields)) == (422, [field]), change
    assert enter(sonographer, operator, patient="M99999").status == 404
    assert sonographer.get("/exams").json["items"] == []


@pytest.mark.engines("sqlite")
def test_what_is_voided_needs_a_reason_and_exists(head):
    assert head.post("/exams/1/void").fields == {"reason": "required"}
    assert head.post("/exams/1/void", reason="x").code == "not_found"
    assert head.post("/exams/x/void", reason="x").code == "not_found"


def test_exams_are_listed_by_day_page_by_page(sonographer, operator):
    with clock.at(at(9)):
        ids = [
            enter(sonographer, operator, start=f"{day}T08:00:00+08:00", end=f"{day}T08:10:00+08:00")
            for day in ("2026-11-20", "2026-11-21", "2026-11-23")
        ]
    ids = [answer.json["id"] for answer in ids]

    def listed(**query: object) -> list[str]:
        return [item["id"] for item in sonographer.get("/exams", **query).json["items"]]

    assert listed() == ids
    assert listed(from_="2026-11-21", to="2026-11-21") == ids[1:2]
    assert listed(from_="2026-11-21") == ids[1:]
    cursor = sonographer.get("/exams", limit=2).json["next_cursor"]
    assert listed(limit=2, cursor=cursor) == ids[2:]
    assert sonographer.get("/exams", from_="2026-11-21", to="2026-11-20").fields == {
        "to": "validation"
    }
    assert sonographer.get("/exams", cursor="WzEsMl0").fields == {"cursor": "validation"}


def test_the_booking_it_was_done_for_is_completed(reception, sonographer, operator):
    order = {"exam_type": "abdominal", "stream": "outpatient", "device": "US03"}
    starts = ("2026-11-23T08:10:00+08:00", "2026-11-23T14:30:00+08:00")
    near, far = (
        reception.post("/bookings", patient="M00001", start=one, **order).json["id"]
        for one in starts
    )
    assert enter(sonographer, operator, booking=far).json["booking"] == far
    statuses = [reception.get(f"/bookings/{one}").json["status"] for one in (near, far)]
    assert statuses == ["booked", "completed"]


@pytest.mark.parametrize("booking", ["0", "x", "1234567890", 7, ["1"]])
def test_what_is_no_id_of_a_booking_is_refused_on_its_field(sonographer, operator, booking):
    answer = enter(sonographer, operator, booking=booking)
    assert (answer.status, answer.json["errors"][0]["field"]) == (422, "booking")


def test_an_exam_of_this_type_and_day_is_refused_unless_it_is_another(sonographer, head, operator):
    first = enter(sonographer, operator).json
    other = {"start": "2026-11-23T07:45:00+08:00", "end": "2026-11-23T07:55:00+08:00"}
    refused = enter(sonographer, operator, **other)
    assert (refused.status, refused.code) == (422, "same_exam_that_day")
    assert first["number"] in refused.json["detail"]
    assert enter(sonographer, operator, **other, is_another="yes").code == "validation"
    assert enter(sonographer, operator, **other, is_another=True).status == 201
    assert head.get("/volume", from_="2026-11-23", to="2026-11-23").json["total"]["exams"] == 2


def test_who_else_took_part_is_recorded_and_refused_on_its_field(sonographer, operator):
    refused = enter(sonographer, operator, supervisor="nobody")
    assert (refused.status, refused.json["errors"][0]["field"]) == (422, "supervisor")
    exam = enter(sonographer, operator, supervisor="D05", assistant="D06").json
    assert (exam["supervisor"], exam["assistant"]) == ("D05", "D06")


def test_an_exam_is_corrected_in_what_is_sent(sonographer, head, operator, app):
    exam = enter(sonographer, operator, parts=2).json
    path = f"/exams/{exam['id']}/correct"
    told = {"reason": "wrong machine", "device": "US04", "start": "2026-11-23T07:35:00+08:00"}
    corrected = sonographer.post(path, **told)
    assert corrected.status == 200
    changed = {"device": "US04", "start": "2026-11-23T07:35:00+08:00"}
    assert corrected.json == {**exam, **changed}
    assert head.post(path, reason="again", version=1).code == "stale"
    assert set(head.post(path, device="US03").fields) == {"reason"}
    assert set(head.post(path, reason="x", operator=None).fields) == {"operator"}
    handed = head.post(path, reason="wrong patient", patient="M00002", number="R-1").json
    assert (handed["number"], handed["patient"] != exam["patient"]) == ("R-1", True)
    total = head.get("/volume", from_="2026-11-23", to="2026-11-23", device="US04").json["total"]
    assert (total["exams"], total["minutes"]) == (1, 7)
    with clock.at(at(8, day=1)):  # the operator's own day is over
        assert sonographer.post(path, reason="late", parts=1).code == "forbidden"
        assert head.post(path, reason="late", parts=1).json["parts"] == 1


def test_what_a_file_brought_is_nobodys_or_a_doctors(head, operator, app, tmp_path):
    with app.app_context():
        bring(tmp_path / "exams.csv", sheet(ROWS[:1]))
    with clock.at(LATER):
        [exam] = head.get("/exams").json["items"]
        assert (exam["operator"], exam["patient"]) == ("?", None)
        path = f"/exams/{exam['id']}/correct"
        named = head.post(path, reason="name", operator=operator, patient="M00001").json
        assert named == {**exam, "operator": operator}
        assert head.post(path, reason="not him", operator=None).json == exam


def test_an_unknown_doctor_is_named_for_all_exams(head, sonographer, operator, app, tmp_path):
    with app.app_context():
        bring(tmp_path / "exams.csv", sheet(ROWS))
    with clock.at(LATER):
        found = head.get("/volume/staff", from_="2026-11-16", to="2026-11-17").json["unmatched"]
        assert [(each["name"], each["exams"]) for each in found] == [("某医生", 2), ("", 1)]
        path = f"/exams/{found[0]['exam']}/name-doctor"
        told = {"operator": operator, "reason": "old roster"}
        assert sonographer.post(path, **told).code == "forbidden"
        assert set(head.post(path, operator=operator).fields) == {"reason"}
        assert head.post(path, **told).json == {"named": 2, "left": 0}
        found = head.get("/volume/staff", from_="2026-11-16", to="2026-11-17").json["unmatched"]
        assert [each["name"] for each in found] == [""]
