"""The months: closed in order, each change listed with its effect, closed and changed adding up to the present."""

from datetime import date

import pytest

from tests.support.cast import ClientOf
from tests.support.department import account_id, at
from tracker import clock
from tracker.db import read_session
from tracker.queries.closing import DIMENSIONS
from tracker.queries.month_review import month_review
from tracker.services.exams import ExamEntry, enter_exam_later, void

OCTOBER = "/volume/months/2026-10"
TODAY = date(2026, 11, 23)
AMOUNTS = ("exams", "parts", "minutes", "points")


@pytest.fixture(autouse=True)
def worked(app) -> None:
    """Three exams in October, one in September."""
    with app.app_context():
        for day, device, exam_type in (
            (-30, "US01", "abdominal"), (-30, "US02", "superficial"), (-29, "US01", "abdominal"), (-60, "US01", "abdominal"),
        ):  # fmt: skip
            enter(day, device, exam_type)


def enter(day: int, device: str, exam_type: str, *, hour: int = 7, reason: str = "") -> None:
    start, end = at(6, day=day), at(6, 10, day=day)
    entry = ExamEntry("M00001", exam_type, "outpatient", device, "D01", start, end, reason=reason)
    enter_exam_later(entry, by=account_id("sonographer"), now=at(hour))


def test_a_closed_month_has_three_figures_that_add_up(app, head, client_of: ClientOf):
    before = head.get(OCTOBER).json
    assert (before["may_be_closed"], before["closed"], before["closed_at"]) == (True, None, None)
    assert before["present"]["exams"] == 3
    closed = head.post(f"{OCTOBER}/close")
    assert (closed.status, closed.json["closed_by"]) == (200, "head")
    assert closed.json["closed"] == closed.json["present"] == before["present"]
    with app.app_context():
        void(1, reason="重复登记", by=account_id("head"), now=at(8))
        enter(-29, "US03", "superficial", hour=9, reason="补录")
    with clock.at(at(10)):
        found = head.get(OCTOBER).json
        page = client_of("head").get(OCTOBER).text
        listed = head.get("/volume/months").json
    with app.app_context(), read_session() as session:
        review = month_review(session, date(2026, 10, 1), TODAY)
    for key in DIMENSIONS:
        lines = found[f"by_{key}"]
        assert [line["code"] for line in lines] == [*review.by[key]]
        for line in [*lines, found]:
            for name in AMOUNTS:
                changed = line["closed"][name] + line["changes"][name]
                assert changed == pytest.approx(line["present"][name])
        for name in AMOUNTS:
            total = sum(line["present"][name] for line in lines)
            assert total == pytest.approx(found["present"][name])
    kinds = [(each["kind"], each["by"], each["why"]) for each in found["changes_since"]]
    assert kinds == [("voided", "head", "重复登记"), ("entered", "sonographer", "补录")]
    for name in AMOUNTS:
        total = sum(each[name] for each in found["changes_since"])
        assert total == pytest.approx(found["changes"][name])
        for each in found["changes_since"]:
            assert sum(one[name] for one in each["effects"]) == pytest.approx(each[name])
    (effect,) = found["changes_since"][1]["effects"]
    where = {"stream": "outpatient", "exam_type": "superficial", "device": "US03", "operator": "D01"}  # fmt: skip
    assert where.items() <= effect.items()
    with clock.at(at(10)):
        days = {"from_": "2026-09-01", "to": "2026-11-30"}
        by_device = head.get("/volume", by="device", **days).json
        by_day = head.get("/volume", by="day", device="US01", **days).json["closed"]
    closed = by_device["closed"]
    assert (closed["first_month"], closed["last_month"]) == ("2026-10", "2026-10")
    three = {name: found[name] for name in ("closed", "changes", "present")}
    assert closed["total"] == three
    named = [{"device": line["code"], **line} for line in found["by_device"]]
    assert {line["device"]: line["changes"] for line in closed["rows"]} == {
        line["device"]: line["changes"] for line in named
    }
    (us01,) = (line for line in named if line["device"] == "US01")
    assert (by_day["rows"], by_day["total"]["closed"]) == ([], us01["closed"])
    assert all(each["number"] in page for each in found["changes_since"])
    of_month = {each["month"]: each for each in listed["items"]}
    assert [*of_month][:3] == ["2026-11", "2026-10", "2026-09"]
    assert of_month["2026-10"]["present"] == found["present"]
    assert of_month["2026-10"]["closed"] == found["closed"]
    assert (of_month["2026-09"]["present"]["exams"], of_month["2026-09"]["closed"]) == (1, None)


def test_months_are_closed_in_order_and_reopened_with_a_reason(head):
    assert head.post("/volume/months/2026-11/close").fields == {"month": "validation"}  # not over
    assert head.post(f"{OCTOBER}/close").status == 200
    assert head.post(f"{OCTOBER}/close").code == "conflict"
    assert head.post("/volume/months/2026-08/close").fields == {"month": "validation"}
    assert head.post("/volume/months/2026-09/close").status == 200
    assert head.post("/volume/months/2026-08/close").status == 200
    assert list(head.post("/volume/months/2026-09/reopen", reason="x").fields) == ["reason"]
    assert head.post(f"{OCTOBER}/reopen").fields == {"reason": "required"}
    opened = head.post(f"{OCTOBER}/reopen", reason="数据有误").json
    assert (opened["closed"], opened["changes_since"]) == (None, [])
    assert [(each["closed_by"], each["reason"]) for each in opened["reopened"]] == [
        ("head", "数据有误")
    ]
    assert head.post(f"{OCTOBER}/reopen", reason="again").code == "not_found"
    assert head.post(f"{OCTOBER}/close", month="2026-10").fields == {"month": "unknown"}


@pytest.mark.engines("sqlite")
def test_what_is_no_month_is_not_found_and_others_close_nothing(head, caller_of):
    for month in ("2027-01", "1999-12", "2026-13", "2026-1", "x", "2026-10-01"):
        assert head.get(f"/volume/months/{month}").code == "not_found"
        assert head.post(f"/volume/months/{month}/close").code == "not_found"
    assert list(head.get("/volume/months", year="x").fields) == ["year"]
    assert head.get("/volume/months", year=2027).json == {"year": 2027, "items": []}
    for name in ("reception", "sonographer", "admin"):
        who = caller_of(name)
        assert who.get("/volume/months").code == who.get(OCTOBER).code == "forbidden"
        assert who.post(f"{OCTOBER}/close").code == "forbidden"
        assert who.post(f"{OCTOBER}/reopen", reason="x").code == "forbidden"
