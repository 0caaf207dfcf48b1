"""GET /openings: the first openings over all devices, one minute by name, and reasons instead of a silent no."""

from datetime import date, datetime
from typing import Any

import pytest

from tests.support.api import ApiCaller
from tests.support.department import at

ASKED = {
    "exam_type": "abdominal",
    "stream": "outpatient",
    "from_": "2026-11-23",
    "to": "2026-11-27",
}


def openings(reception: ApiCaller, **more: object) -> list[dict]:
    answer = reception.get("/openings", **{**ASKED, **more})
    assert (answer.status, answer.json["reasons"]) == (200, [])
    return answer.json["openings"]


def test_the_first_of_the_first_day_come_in_codes(reception):
    found = openings(reception)
    days = {datetime.fromisoformat(opening["start"]).date() for opening in found}
    assert len(found) == 10
    assert days == {date(2026, 11, 23)}
    assert found[0].keys() == {"start", "end", "device", "operator", "block"}
    assert found[0]["start"] == "2026-11-23T08:00:00+08:00"
    assert found[0]["end"] == "2026-11-23T08:10:00+08:00"


def test_the_request_narrows_them(reception):
    assert len(openings(reception, limit=3)) == 3
    assert {opening["device"] for opening in openings(reception, device="US03")} == {"US03"}
    first = openings(reception, part_of_day="afternoon")[0]
    assert first["start"] == "2026-11-23T13:30:00+08:00"
    assert openings(reception, parts=2)[0]["end"] == "2026-11-23T08:15:00+08:00"


def test_what_needs_no_fasting_is_offered_outside_the_fasting_window(reception):
    asked = {"exam_type": "superficial", "limit": 1}
    assert openings(reception, **asked)[0]["start"] == "2026-11-23T11:30:00+08:00"
    morning = openings(reception, **asked, at="2026-11-23T08:00:00+08:00")
    assert morning[0]["start"] == "2026-11-23T08:00:00+08:00"


def test_the_times_of_a_machine_that_is_asked_for_stand_in_their_order(reception):
    of_device = openings(reception, exam_type="superficial", device="US03")
    starts = [opening["start"] for opening in of_device]
    assert starts[0] == "2026-11-23T08:00:00+08:00"
    assert starts == sorted(starts)


def test_times_at_which_the_patient_is_busy_are_left_out(reception):
    before = openings(reception, limit=1, patient="M00001")[0]
    order = {"exam_type": "abdominal", "stream": "outpatient", "device": before["device"]}
    reception.post("/bookings", patient="M00001", start=before["start"], **order)
    after = openings(reception, limit=1, patient="M00001")[0]
    assert after["start"] == before["end"]
    assert openings(reception, limit=1)[0]["start"] == before["start"]


def test_one_minute_is_asked_for_by_name(reception):
    asked = {"exam_type": "abdominal", "stream": "outpatient", "device": "US03"}
    answer = reception.get("/openings", at="2026-11-23T08:07:00+08:00", **asked)
    assert [one["device"] for one in answer.json["openings"]] == ["US03"]
    assert answer.json["openings"][0]["start"] == "2026-11-23T08:07:00+08:00"
    assert answer.json["reasons"] == []


def test_a_minute_without_a_plus_sign_escaped_is_understood(reception):
    path = "/api/v1/openings?exam_type=abdominal&stream=outpatient&at=2026-11-23T08:07:00+08:00"
    assert reception.send("GET", path).json["openings"]


def test_a_minute_that_is_not_bookable_has_every_reason(reception):
    at_three = reception.get(
        "/openings", exam_type="abdominal", stream="outpatient", at="2026-11-23T03:00:30+08:00"
    ).json
    assert at_three["openings"] == []
    counts = {reason["code"]: reason["count"] for reason in at_three["reasons"]}
    assert counts == {"in_the_past": 21, "not_a_minute": 21, "outside_blocks": 21}


def test_no_opening_comes_with_counted_reasons_in_the_callers_language(reception):
    sunday = {**ASKED, "from_": "2026-11-29", "to": "2026-11-29"}
    answer = reception.get("/openings", **sunday)
    assert answer.json["openings"] == []
    assert answer.json["reasons"][0]["code"] == "outside_blocks"
    assert answer.json["reasons"][0]["count"] >= 1
    assert answer.json["reasons"][0]["text"].isascii()


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"exam_type": "unknown"}, "exam_type"),
    ({"exam_type": "<script>"}, "exam_type"),
    ({"stream": "vip"}, "stream"),
    ({"device": "US99"}, "device"),
    ({"part_of_day": "midnight"}, "part_of_day"),
    ({"to": "2026-11-22"}, "to"),
    ({"to": "2027-11-22"}, "to"),
    ({"to": "20261127"}, "to"),
    ({"to": "2026-02-30"}, "to"),
    ({"to": "9999-12-31"}, "to"),
    ({"limit": "0"}, "limit"),
    ({"limit": "201"}, "limit"),
    ({"limit": "ten"}, "limit"),
    ({"limit": "9" * 30}, "limit"),
    ({"parts": "21"}, "parts"),
    ({"at": "2026-11-23T08:00:00"}, "at"),
    ({"at": "2026-11-23"}, "at"),
    ({"at": "0001-01-01T00:00:00+08:00"}, "at"),
    ({"at": "2026-12-23T08:00:00+08:00"}, "at"),
    ({"patient": "\x00"}, "patient"),
    ({"patient": "~99999999999"}, "patient"),
    ({"color": "red"}, "color"),
    ({"from_": None}, "from"),
]


@pytest.mark.engines("sqlite")
def test_what_cannot_be_searched_is_refused_on_its_field(reception):
    for change, field in WRONG:
        answer = reception.get("/openings", **{**ASKED, **change})
        assert (answer.status, list(answer.fields)) == (422, [field]), change


def test_several_wrong_fields_are_told_at_once(reception):
    answer = reception.get("/openings", stream="", limit="x", unknown="1")
    assert answer.fields == {
        "exam_type": "required",
        "stream": "invalid",
        "limit": "invalid",
        "unknown": "unknown",
    }


def test_a_field_given_twice_is_refused(reception):
    answer = reception.send("GET", "/api/v1/openings?stream=a&stream=b")
    assert (answer.status, list(answer.fields)) == (422, ["stream"])


def test_an_unknown_patient_is_not_found(reception):
    answer = reception.get("/openings", **ASKED, patient="M99999")
    assert (answer.status, answer.code) == (404, "not_found")


def test_the_day_is_the_hospitals(reception):
    at_six = at(6).isoformat()  # 2026-11-22T22:00:00+00:00
    answer = reception.get(
        "/openings", exam_type="abdominal", stream="outpatient", at=at_six, from_="2026-11-23"
    )
    assert answer.status == 200
