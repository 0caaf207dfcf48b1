"""GET /volume: every grouping adds up to the same total."""

import pytest

from tests.support.department import at, staff_code
from tracker import clock
from tracker.queries.volume import KEYS

DAYS = {"from_": "2026-11-01", "to": "2026-11-30"}
NONE_LIVE = {"visits": 2, "live_exams": 0, "live_minutes": 0}
"""All three were entered later, of one patient on two days."""


@pytest.fixture
def three_exams(app, sonographer):
    with app.app_context():
        operator = staff_code("sonographer")
    for day, exam_type, device in (
        ("20", "abdominal", "US01"),
        ("21", "superficial", "US01"),
        ("21", "abdominal", "US02"),
    ):
        with clock.at(at(7)):
            answer = sonographer.post(
                "/exams",
                patient="M00001",
                exam_type=exam_type,
                stream="outpatient",
                start=f"2026-11-{day}T08:00:00+08:00",
                end=f"2026-11-{day}T08:10:00+08:00",
                device=device,
                operator=operator,
            )
        assert answer.status == 201


@pytest.mark.usefixtures("three_exams")
def test_rows_add_up_to_the_total_in_every_grouping(head):
    total = head.get("/volume", **DAYS).json
    assert total == {
        "rows": [],
        "closed": None,
        "total": NONE_LIVE | {"exams": 3, "parts": 3, "minutes": 30, "points": 2.8},
    }
    for by in (*KEYS, "day,device", "week,title", "quarter,part_of_day"):
        grouped = head.get("/volume", by=by, **DAYS).json
        assert grouped["total"] == total["total"]
        for amount in ("exams", "visits", "parts", "minutes"):
            assert sum(row[amount] for row in grouped["rows"]) == total["total"][amount]
        assert all(set(by.split(",")) < row.keys() for row in grouped["rows"])


@pytest.mark.usefixtures("three_exams")
def test_rows_carry_what_they_are_grouped_by(head):
    rows = head.get("/volume", by="day,device", **DAYS).json["rows"]
    assert [(row["day"], row["device"], row["exams"]) for row in rows] == [
        ("2026-11-20", "US01", 1),
        ("2026-11-21", "US01", 1),
        ("2026-11-21", "US02", 1),
    ]
    assert head.get("/volume", by="month", **DAYS).json["rows"][0]["month"] == "2026-11"
    assert head.get("/volume", by="year", **DAYS).json["rows"][0]["year"] == 2026
    assert head.get("/volume", by="week", **DAYS).json["rows"][0]["week"] == "2026-W47"
    assert head.get("/volume", by="quarter", **DAYS).json["rows"][0]["quarter"] == "2026-Q4"
    assert head.get("/volume", by="part_of_day", **DAYS).json["rows"][0]["part_of_day"] == "morning"


@pytest.mark.usefixtures("three_exams")
def test_filters_take_one_code_or_several(head):
    def counted(**chosen):
        return head.get("/volume", **DAYS, **chosen).json["total"]["exams"]

    assert counted(exam_type="abdominal") == 2
    assert counted(exam_type="abdominal,superficial") == 3
    assert counted(device="US02", exam_type="abdominal") == 1
    assert counted(part_of_day="afternoon,other") == 0


@pytest.mark.usefixtures("three_exams")
def test_every_group_is_as_many_rows_as_it_counts(head):
    for by in ("stream", "exam_type", "device", "operator", "title", "part_of_day"):
        for row in head.get("/volume", by=by, **DAYS).json["rows"]:
            behind = head.get("/exams", **{by: row[by]}, **DAYS).json["items"]
            assert len(behind) == row["exams"], (by, row)

    def listed(**chosen):
        return [row["local_date"] for row in head.get("/exams", **DAYS, **chosen).json["items"]]

    assert listed(weekday=5, hour=8) == ["2026-11-20"]
    assert listed(weekday=6) == ["2026-11-21"] * 2
    assert listed(weekday=6, device="US02,US03") == ["2026-11-21"]
    assert listed(hour=9) == listed(supervisor="D02") == []
    for wrong in ({"weekday": 0}, {"weekday": 8}, {"hour": 48}, {"device": "US01,"}):
        assert list(head.get("/exams", **DAYS, **wrong).fields) == [*wrong]


@pytest.mark.engines("sqlite")
def test_each_wrong_value_is_refused_on_its_field(head):
    wrong = [
        ({"from_": "2026-12-01"}, "to"),
        ({"from_": None}, "from"),
        ({"to": "never"}, "to"),
        ({"by": "patient"}, "by"),
        ({"by": "day,"}, "by"),
        ({"by": "\x00"}, "by"),
        ({"group": "day"}, "group"),
        ({"stream": "outpatient,"}, "stream"),
        ({"device": "\x00"}, "device"),
    ]
    for change, field in wrong:
        answer = head.get("/volume", **{**DAYS, **change})
        assert (answer.status, list(answer.fields)) == (422, [field]), change


@pytest.mark.engines("sqlite")
def test_volume_is_the_heads(reception, sonographer):
    assert reception.get("/volume", **DAYS).code == "forbidden"
    assert sonographer.get("/volume", **DAYS).code == "forbidden"
