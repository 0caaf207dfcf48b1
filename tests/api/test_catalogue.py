"""GET /exam-types, /streams, /devices and /board."""

import pytest

from tests.support.department import at
from tracker import clock

pytestmark = pytest.mark.engines("sqlite")


def test_the_catalogue_is_listed_in_codes(reception):
    exam_types = reception.get("/exam-types").json
    assert len(exam_types["items"]) == 12
    abdominal = next(one for one in exam_types["items"] if one["code"] == "abdominal")
    assert (abdominal["minutes"], abdominal["points"], abdominal["fasting"]) == (10, 1.0, True)
    assert abdominal["capabilities"] == ["convex"]
    streams = reception.get("/streams").json["items"]
    assert {stream["code"] for stream in streams} == {"outpatient", "medical_exam", "cadre_ward"}
    devices = reception.get("/devices").json["items"]
    assert len(devices) == 21
    assert [one["code"] for one in devices if one["portable"]] == ["P01"]


@pytest.mark.parametrize("path", ["/exam-types", "/streams", "/devices"])
def test_lists_are_pages(reception, path):
    whole = reception.get(path).json
    assert whole["next_cursor"] is None
    seen, cursor = [], {}
    while True:
        page = reception.get(path, limit=2, **cursor).json
        seen += page["items"]
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert seen == whole["items"]
    assert reception.get(path, cursor="WyJ4Il0").fields == {"cursor": "validation"}  # ["x"]
    assert reception.get(path, limit=201).fields == {"limit": "invalid"}
    assert reception.get(path, sort="name").fields == {"sort": "unknown"}


def test_the_board_says_what_every_device_does(reception, sonographer):
    order = {"exam_type": "abdominal", "stream": "outpatient", "device": "US03"}
    first = reception.post(
        "/bookings", patient="M00001", start="2026-11-23T08:00:00+08:00", **order
    )
    second = reception.post(
        "/bookings", patient="M00002", start="2026-11-23T09:00:00+08:00", **order
    )
    with clock.at(at(8)):
        reception.post(f"/bookings/{first.json['id']}/arrive")
        sonographer.post(f"/bookings/{first.json['id']}/start")
    with clock.at(at(8, 20)):
        board = reception.get("/board").json
    assert board["now"] == "2026-11-23T08:20:00+08:00"
    items = {item["device"]: item for item in board["items"]}
    assert len(items) == 21
    running = items["US03"]
    assert (running["state"], running["exam_type"]) == ("in_use", "abdominal")
    assert running["since"] == "2026-11-23T08:00:00+08:00"
    assert running["late_minutes"] == 10
    assert running["next"] == {
        "booking": second.json["id"],
        "exam_type": "abdominal",
        "start": "2026-11-23T09:00:00+08:00",
    }
    assert items["US04"]["state"] == "free"
    assert items["US04"]["free_minutes"] > 0


def test_at_night_everything_is_closed(reception):
    with clock.at(at(22)):
        items = reception.get("/board").json["items"]
    assert {item["state"] for item in items} == {"closed"}
