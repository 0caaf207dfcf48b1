"""POST /bookings: at a minute, inside a band, beyond the plan; and everything that refuses it."""

from typing import Any

import pytest
from sqlalchemy import func, select

from tests.support.api import Answer, ApiCaller
from tests.support.department import at
from tracker import clock
from tracker.db import read_session
from tracker.models import AuditEntry, Booking, BookingHistory

ORDER: dict[str, Any] = {
    "patient": "M00001",
    "exam_type": "abdominal",
    "stream": "outpatient",
    "start": "2026-11-23T08:00:00+08:00",
    "device": "US03",
}


def book(who: ApiCaller, **change: object) -> Answer:
    return who.post("/bookings", **{**ORDER, **change})


@pytest.fixture
def rows(app):
    """How many rows a booking writes: of itself, its history and the audit."""

    def count() -> tuple[int, ...]:
        with app.app_context(), read_session() as session:
            return tuple(
                session.scalar(select(func.count()).select_from(table)) or 0
                for table in (Booking, BookingHistory, AuditEntry)
            )

    return count


def test_a_booking_is_answered_as_it_stands(reception):
    answer = book(reception)
    assert answer.status == 201
    found = answer.json
    assert found == {
        "id": found["id"],
        "version": 1,
        "status": "booked",
        "patient": reception.get("/patients/M00001").json["id"],
        "exam_type": "abdominal",
        "parts": 1,
        "stream": "outpatient",
        "start": "2026-11-23T08:00:00+08:00",
        "end": "2026-11-23T08:10:00+08:00",
        "device": "US03",
        "operator": found["operator"],
        "added": False,
        "flagged": False,
        "exam": None,
    }
    assert reception.get(f"/bookings/{found['id']}").json == found


def test_the_patient_is_named_by_id_too(reception):
    patient = reception.get("/patients/M00001").json["id"]
    assert book(reception, patient=patient).json["patient"] == patient


def test_instants_of_any_offset_mean_the_same(reception):
    assert book(reception, start="2026-11-23T00:00:00Z").json["start"] == ORDER["start"]


def test_a_taken_time_is_a_conflict_with_what_is_free_instead(reception, rows):
    book(reception)
    before = rows()
    answer = book(reception, patient="M00002")
    assert (answer.status, answer.code, rows()) == (409, "slot_taken", before)
    assert answer.fields == {"start": "slot_taken"}
    free = answer.json["openings"][0]
    assert free.keys() == {"start", "end", "device", "operator", "block"}
    assert [reason["code"] for reason in answer.json["reasons"]] == ["device_busy"]
    assert (
        book(reception, patient="M00002", start=free["start"], device=free["device"]).status == 201
    )


def test_a_band_takes_the_next_opening(reception):
    book(reception)
    answer = book(reception, patient="M00002", within=30)
    assert answer.status == 201
    assert "2026-11-23T08:00:00+08:00" <= answer.json["start"] <= "2026-11-23T08:30:00+08:00"


def test_a_patient_is_not_in_two_places(reception):
    book(reception)
    answer = book(reception, device="US04")
    assert answer.code == "slot_taken"
    assert [reason["code"] for reason in answer.json["reasons"]] == ["patient_busy"]


@pytest.mark.parametrize(
    ("start", "codes"),
    [
        ("2026-11-23T06:59:00+08:00", {"in_the_past", "outside_blocks"}),
        ("2026-11-23T12:00:00+08:00", {"outside_blocks"}),
        ("2199-12-31T23:59:00+08:00", {"outside_blocks"}),
    ],
)
def test_a_time_outside_is_not_bookable_with_all_reasons(reception, rows, start, codes):
    before = rows()
    answer = book(reception, start=start)
    assert (answer.status, answer.code, rows()) == (422, "not_bookable", before)
    assert {reason["code"] for reason in answer.json["reasons"]} == codes


WRONG: list[tuple[dict[str, Any], str, str]] = [
    ({"patient": None}, "patient", "required"),
    ({"patient": ""}, "patient", "invalid"),
    ({"patient": 1}, "patient", "invalid"),
    ({"patient": "张三"}, "patient", "invalid"),
    ({"patient": "a\x00b"}, "patient", "invalid"),
    ({"exam_type": "nothing"}, "exam_type", "validation"),
    ({"exam_type": ["abdominal"]}, "exam_type", "invalid"),
    ({"stream": "\U0001f600"}, "stream", "invalid"),
    ({"device": "US99"}, "device", "validation"),
    ({"device": "' OR 1=1 --"}, "device", "invalid"),
    ({"exam_type": "contrast"}, "device", "device_lacks_capability"),
    ({"start": "2026-11-23T08:00:00"}, "start", "invalid"),
    ({"start": "2026-11-23 08:00"}, "start", "invalid"),
    ({"start": "2026-11-23T25:00:00+08:00"}, "start", "invalid"),
    ({"start": "2026-11-23T08:00:01+08:00"}, "start", "validation"),
    ({"start": 1795392000}, "start", "invalid"),
    ({"start": "0000-01-01T00:00:00Z"}, "start", "invalid"),
    ({"parts": 0}, "parts", "invalid"),
    ({"parts": 1.5}, "parts", "invalid"),
    ({"parts": True}, "parts", "invalid"),
    ({"parts": 10**40}, "parts", "invalid"),
    ({"parts": "\u0661"}, "parts", "invalid"),
    ({"within": -1}, "within", "invalid"),
    ({"within": 241}, "within", "invalid"),
    ({"added": True}, "added", "invalid"),
    ({"added": {}}, "added.reason", "required"),
    ({"added": {"reason": "x", "why": "y"}}, "added.why", "unknown"),
    ({"added": {"reason": "a\x00"}}, "added.reason", "invalid"),
    ({"added": {"reason": "a" * 401}}, "added.reason", "invalid"),
    ({"note": "please"}, "note", "unknown"),
    ({"\ud800": 1}, "\ud800", "unknown"),
]


@pytest.mark.engines("sqlite")
def test_each_wrong_value_is_refused_on_its_field(sonographer, rows):
    before = rows()
    for change, field, code in WRONG:
        answer = book(sonographer, **change)
        assert (answer.status, answer.fields) == (422, {field: code}), change
    assert rows() == before


def test_an_unknown_patient_is_not_found(reception):
    for patient in ("M99999", "1", "~999999999"):
        answer = book(reception, patient=patient)
        assert (answer.status, answer.code) == (404, "not_found")


def test_whole_numbers_may_be_written_with_a_point(reception):
    assert book(reception, parts=2.0).json["parts"] == 2


def test_beyond_the_plan_takes_a_reason_and_has_a_cap_for_each_role(reception, sonographer):
    book(reception)
    added = {"added": {"reason": "胸痛 <b>urgent</b>"}}
    for number in (2, 3):
        answer = book(reception, patient=f"M{number:05}", **added)
        assert (answer.status, answer.json["added"]) == (201, True)
    refusal = book(reception, patient="M00004", **added)
    assert (refusal.status, refusal.code) == (422, "not_bookable")
    assert [reason["code"] for reason in refusal.json["reasons"]] == ["added_cap_role"]
    assert book(sonographer, patient="M00004", **added).status == 201


def test_the_operator_is_the_one_of_the_working_hours(reception):
    opening = reception.get(
        "/openings", exam_type="abdominal", stream="outpatient", at=ORDER["start"], device="US03"
    ).json["openings"][0]
    assert book(reception).json["operator"] == opening["operator"]


def test_what_was_offered_is_booked(reception):
    with clock.at(at(7)):
        offered = reception.get(
            "/openings",
            exam_type="cardiac",
            stream="cadre_ward",
            from_="2026-11-24",
            to="2026-11-25",
            patient="M00003",
        ).json["openings"]
    for opening in offered[:5]:
        answer = book(
            reception,
            patient=f"M{offered.index(opening) + 1:05}",
            exam_type="cardiac",
            stream="cadre_ward",
            start=opening["start"],
            device=opening["device"],
        )
        assert answer.status in (201, 409)
