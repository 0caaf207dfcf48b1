"""GET /volume/staff and its exams: everybody's figures for the head, for a doctor the own ones and every own row."""

import pytest

from tests.support.cast import ClientOf
from tests.support.department import MONDAY, account_id, at
from tests.web.figures.reading import table
from tracker import clock
from tracker.domain.shares import Shares
from tracker.services.exams import ExamEntry, enter_exam_later
from tracker.services.shares import set_shares_from

DAYS = {"from_": "2026-11-01", "to": "2026-11-30"}
OWN = "/volume/staff/D01/exams"


def enter(day: int = 0, **changes: object) -> None:
    plain = {"exam_type": "abdominal", "stream": "outpatient", "device": "US01", "operator": "D01"}
    entry = ExamEntry(
        patient="M00001",
        started_at=at(6, day=day),
        ended_at=at(6, 10, day=day),
        **{**plain, **changes},  # type: ignore[arg-type]
    )
    enter_exam_later(entry, by=account_id("sonographer"), now=at(7))


@pytest.fixture(autouse=True)
def worked(app) -> None:
    """From Monday on the supervisor has a fifth: D01 examined three times, once under D02, and D02 once."""
    with app.app_context():
        set_shares_from(MONDAY, Shares(800, 200, 0), by=account_id("admin"), now=at(7))
        enter(day=-3, supervisor="D02")
        enter(supervisor="D02", assistant="D03")
        enter(exam_type="cardiac", device="US04")
        enter(exam_type="superficial", operator="D02")


def rows_of(who, path: str, **query: object) -> list[dict]:
    """Every page of a list, two items at a time."""
    found, cursor = [], {}
    while cursor is not None:
        answer = who.get(path, limit=2, **DAYS, **query, **cursor).json
        found += answer["items"]
        cursor = {"cursor": answer["next_cursor"]} if answer["next_cursor"] else None
    return found


def test_the_head_sees_everybody_as_the_page_does(head, client_of: ClientOf):
    found = head.get("/volume/staff", **DAYS).json
    with clock.at(at(7)):
        page = client_of("head").get("/volume/staff?from=2026-11-01&to=2026-11-30").text
    for one, line in zip(found["people"], table(page, "staff-figures")[1:], strict=True):
        numbers = (one["exams"], one["parts"], one["live_minutes"], one["exams"] - one["live_exams"])  # fmt: skip
        assert line[2:6] == [f"{number:,}" for number in numbers]
        shared = ("points_as_operator", "points_supervising", "points_assisting", "points")
        shown = [cell.split()[0] for cell in line[6:10]]
        assert shown == [f"{one[name]:.1f}" for name in shared]
        assert sum(one[name] for name in shared[:3]) == pytest.approx(one["points"])
    of_code = {one["code"]: one for one in found["people"]}
    assert of_code["D02"]["supervised_exams"] == 2
    assert of_code["D01"]["points_given"] == of_code["D02"]["points_supervising"]
    assert [each["figure"] for each in found["comparisons"]] == [
        "exams", "points", "points_a_day", "reports_a_month",
    ]  # fmt: skip
    assert {each["doctors"] for each in found["comparisons"]} == {2}
    assert found["shares"] == {"operator": 800, "supervisor": 200, "assistant": 0}


def test_everybodys_rows_are_their_figures(head):
    for code in ("D01", "D02", "D03"):
        (one,) = head.get("/volume/staff", doctor=code, **DAYS).json["people"]
        rows = rows_of(head, f"/volume/staff/{code}/exams")
        assert sum(row["points"] for row in rows) == pytest.approx(one["points"])
        assert sum(row["role"] == "operator" for row in rows) == one["exams"]
        assert sum(row["role"] == "supervisor" for row in rows) == one["supervised_exams"]
        assert sum(row["role"] == "assistant" for row in rows) == one["assisted_exams"]
        days = [row["local_date"] for row in rows]
        assert days == sorted(days, reverse=True)


@pytest.mark.engines("sqlite")
def test_a_doctor_sees_the_own_alone(head, sonographer, caller_of):
    own = sonographer.get("/volume/staff", **DAYS).json
    assert own["people"] == head.get("/volume/staff", doctor="D01", **DAYS).json["people"]
    assert (own["comparisons"], own["unmatched"], own["shares"]) == ([], [], None)
    assert sonographer.get("/volume/staff", doctor="D01", **DAYS).json == own
    assert rows_of(sonographer, OWN) == rows_of(head, OWN)
    for path, query in (("/volume/staff", {"doctor": "D02"}), ("/volume/staff/D02/exams", {})):
        answer = sonographer.get(path, **DAYS, **query)
        assert (answer.status, answer.code) == (403, "forbidden")
    for name in ("reception", "admin"):
        assert caller_of(name).get("/volume/staff", **DAYS).code == "forbidden"
        assert caller_of(name).get(OWN, **DAYS).code == "forbidden"


@pytest.mark.engines("sqlite")
def test_what_is_not_there_or_wrong_is_said(head):
    assert head.get("/volume/staff", doctor="X99", **DAYS).code == "not_found"
    assert head.get("/volume/staff/X99/exams", **DAYS).code == "not_found"
    assert list(head.get(OWN, cursor="x", **DAYS).fields) == ["cursor"]
    assert list(head.get("/volume/staff", to="2026-11-01").fields) == ["from"]
    empty = head.get("/volume/staff", from_="2025-01-01", to="2025-01-02").json
    assert empty["comparisons"] == []
    assert {one["exams"] for one in empty["people"]} == {0}


def test_shares_are_entered_by_the_administrator(head, caller_of):
    admin = caller_of("admin")
    body = {"valid_from": "2026-12-01", "operator": 700, "supervisor": 200, "assistant": 100}
    added = admin.post("/shares", **body)
    assert (added.status, added.json["made_by"]) == (201, "admin")
    listed = head.get("/shares").json
    assert listed["today"] == {"operator": 800, "supervisor": 200, "assistant": 0}
    assert [each["valid_from"] for each in listed["items"]] == ["2026-12-01", "2026-11-23"]
    assert listed["items"][0] == added.json
    for change, field in (
        ({}, "valid_from"),  # entered already
        ({"valid_from": "2026-11-22"}, "valid_from"),
        ({"valid_from": "2026-12-02", "operator": 701}, "operator"),
        ({"assistant": 1001}, "assistant"),
        ({"assistant": None}, "assistant"),
    ):
        assert list(admin.post("/shares", **{**body, **change}).fields) == [field], change
    assert admin.delete("/shares/2026-11-23").code == "conflict"  # it holds
    assert admin.delete("/shares/2026-12-01").status == 204
    assert admin.delete("/shares/2026-12-01").code == "not_found"
    assert admin.delete("/shares/never").code == "not_found"
    assert head.get("/shares").json["items"] == listed["items"][1:]
    assert head.post("/shares", **body).code == "forbidden"
    assert head.delete("/shares/2026-11-23").code == "forbidden"
    for name in ("reception", "sonographer"):
        assert caller_of(name).get("/shares").code == "forbidden"
