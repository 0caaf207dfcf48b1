"""GET /volume: every grouping adds up to the same total."""

import pytest

from tests.support.department import at, staff_code
from tracker import clock

DAYS = {"from_": "2026-11-01", "to": "2026-11-30"}


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
    assert total == {"rows": [], "total": {"exams": 3, "parts": 3, "minutes": 30, "points": 2.8}}
    for by in ("day", "month", "year", "stream", "exam_type", "device", "operator", "day,device"):
        grouped = head.get("/volume", by=by, **DAYS).json
        assert grouped["total"] == total["total"]
        for amount in ("exams", "parts", "minutes"):
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
    ]
    for change, field in wrong:
        answer = head.get("/volume", **{**DAYS, **change})
        assert (answer.status, list(answer.fields)) == (422, [field]), change


@pytest.mark.engines("sqlite")
def test_volume_is_the_heads(reception, sonographer):
    assert reception.get("/volume", **DAYS).code == "forbidden"
    assert sonographer.get("/volume", **DAYS).code == "forbidden"
