"""POST /closures and DELETE /closures/{id}: nothing is stranded, and lifting gives the time back."""

from typing import Any

import pytest

from tests.support.api import ApiCaller

BODY: dict[str, Any] = {
    "device": "US03",
    "start": "2026-11-23T08:00:00+08:00",
    "end": "2026-11-23T12:00:00+08:00",
    "reason": "探头故障",
    "bookings": "move",
}


@pytest.fixture
def booking(reception: ApiCaller) -> str:
    order = {"exam_type": "abdominal", "stream": "outpatient", "device": "US03"}
    answer = reception.post(
        "/bookings", patient="M00001", start="2026-11-23T09:00:00+08:00", **order
    )
    return str(answer.json["id"])


def test_a_booking_that_is_hit_is_moved(head, reception, booking):
    answer = head.post("/closures", **BODY)
    assert (answer.status, answer.json["moved"], answer.json["flagged"]) == (201, [booking], [])
    assert reception.get(f"/bookings/{booking}").json["flagged"] is False


def test_or_it_is_kept_and_flagged_until_the_closure_is_lifted(head, reception, booking):
    closure = head.post("/closures", **{**BODY, "bookings": "flag"}).json
    assert closure["flagged"] == [booking]
    assert reception.get(f"/bookings/{booking}").json["flagged"] is True
    assert head.delete(f"/closures/{closure['id']}").status == 204
    assert reception.get(f"/bookings/{booking}").json["flagged"] is False
    assert head.delete(f"/closures/{closure['id']}").status == 204


def test_the_whole_department_is_closed_by_null(head, reception):
    assert head.post("/closures", **{**BODY, "device": None}).status == 201
    answer = reception.get(
        "/openings", exam_type="abdominal", stream="outpatient", at="2026-11-23T09:00:00+08:00"
    )
    counts = {reason["code"]: reason["count"] for reason in answer.json["reasons"]}
    assert counts["closed"] == 21


@pytest.mark.engines("sqlite")
def test_each_wrong_value_is_refused_on_its_field(head):
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"device": "US99"}, "device"),
        ({"device": 3}, "device"),
        ({"start": "2026-11-23"}, "start"),
        ({"end": "2026-11-23T08:00:00+08:00"}, "end"),
        ({"start": "2026-11-20T08:00:00+08:00", "end": "2026-11-20T09:00:00+08:00"}, "end"),
        ({"end": "2028-11-23T08:00:00+08:00"}, "end"),
        ({"reason": " "}, "reason"),
        ({"reason": "a\x00"}, "reason"),
        ({"bookings": "cancel"}, "bookings"),
        ({"bookings": None}, "bookings"),
        ({"until": "tomorrow"}, "until"),
    ]
    for change, field in wrong:
        answer = head.post("/closures", **{**BODY, **change})
        assert (answer.status, list(answer.fields)) == (422, [field]), change
    without_device = {name: value for name, value in BODY.items() if name != "device"}
    assert head.post("/closures", **without_device).fields == {"device": "required"}


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize("closure", ["99", "x", "9" * 20])
def test_an_unknown_closure_is_not_found(head, closure):
    assert head.delete(f"/closures/{closure}").code == "not_found"


@pytest.mark.engines("sqlite")
def test_reception_closes_nothing(reception):
    assert reception.post("/closures", **BODY).code == "forbidden"
    assert reception.delete("/closures/1").code == "forbidden"
