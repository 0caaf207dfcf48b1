"""GET /volume/quality and beside it: over weeks whose rows are known the figures are the pages' and add up."""

import pytest

from tests.support.api import ApiCaller
from tests.support.databases import Template
from tests.support.department import at
from tests.support.known_weeks import FIRST, KNOWN_WEEKS, LAST
from tests.support.starting_data import SYSTEM
from tests.web.figures.reading import number, table
from tracker import clock
from tracker.queries import read_session
from tracker.queries.attendance import LEADS
from tracker.queries.unmet_demand import unmet_counts
from tracker.services.morning_openings import note_morning

pytestmark = pytest.mark.engines("sqlite")

WEEKS = {"from_": FIRST, "to": LAST}
ADDRESS = f"from={FIRST}&to={LAST}"
AMOUNTS = ("bookings", "cancelled", "no_shows")


@pytest.fixture
def template() -> Template:
    return KNOWN_WEEKS


def shown(client_of, path: str) -> str:
    """A page of the head, in English."""
    with clock.at(at(7)):
        return client_of("head").get(path, headers={"Accept-Language": "en"}).text


def test_waits_and_attendance_are_the_pages(head, client_of):
    found = head.get("/volume/quality", **WEEKS).json
    page = shown(client_of, f"/volume/quality?{ADDRESS}")
    for each, line in zip(found["waits"], table(page, "wait-days")[1:], strict=True):
        assert [each["median_days"], each["p90_days"], each["exams"]] == [*map(number, line[3:6])]
        assert each["exams"] + each["left_out"] == number(line[7])
        assert sum(one["exams"] for one in each["days"]) == each["exams"]
        goal = each["goal_working_days"] or each["goal_working_hours"]
        assert (each["within_goal"] is None) is (goal is None)
    for each, line in zip(found["minutes"], table(page, "wait-minutes")[1:], strict=True):
        assert [each["median_minutes"], each["p90_minutes"]] == [number(line[1]), number(line[2])]
    for key, name in (("by-lead", "by_lead"), ("by-stream", "by_stream")):
        total = table(page, key)[-1]
        assert [found["attendance"][each] for each in AMOUNTS] == [number(total[n]) for n in (1, 2, 4)]  # fmt: skip
        for amount in AMOUNTS:
            assert sum(line[amount] for line in found[name]) == found["attendance"][amount]
    assert [line["from_days"] for line in found["by_lead"]] == [*LEADS]
    assert found["by_lead"][-1]["to_days"] is None
    cancelled = [each for each in found["reasons"] if each["status"] == "cancelled"]
    listed = table(page, "reasons-cancelled")[1:]
    assert [(each["reason"], each["bookings"]) for each in cancelled] == [
        (line[0], number(line[1])) for line in listed
    ]


def test_minutes_and_openings_are_the_pages(head, client_of):
    found = head.get("/volume/quality/minutes", **WEEKS).json["items"]
    page = shown(client_of, f"/volume/quality/minutes?{ADDRESS}")
    for each, line in zip(found, table(page, "durations")[1:], strict=True):
        suggested = each["suggested_minutes"]
        assert line[1] == (f"{suggested} min" if suggested else "–")
        assert [each["standard_minutes"], each["planned_minutes"], each["actual_minutes"]] == [
            number(line[n]) for n in (2, 6, 7)
        ]
        for amount in ("exams", "planned_minutes", "actual_minutes"):
            assert sum(one[amount] for one in each["devices"]) == each[amount]
    openings = head.get("/volume/quality/openings").json["items"]
    assert len(openings) == 12 * 3
    assert (openings[0]["exam_type"], openings[0]["stream"]) == ("abdominal", "outpatient")
    assert (openings[0]["days"], openings[0]["start"][:10]) == (0, "2026-11-23")


def test_mornings_are_as_they_were_noted(app, head):
    today = {"from_": "2026-11-23", "to": "2026-11-23"}
    openings = head.get("/volume/quality/openings").json["items"]
    assert head.get("/volume/quality/mornings", **today).json == {"items": [], "course": []}
    with app.app_context():
        assert note_morning(by=SYSTEM, now=at(7)) == len(openings)
    found = head.get("/volume/quality/mornings", exam_type="cardiac", **today).json
    seen = {
        (of_type["exam_type"], each["stream"]): each["median_days"]
        for of_type in found["items"]
        for each in of_type["streams"]
    }
    assert seen == {(each["exam_type"], each["stream"]): each["days"] for each in openings}
    assert all(
        each["out_of_reach"] == (each["median_days"] is None)
        for of_type in found["items"]
        for each in of_type["streams"]
    )
    assert [(each["stream"], each["days"]) for each in found["course"]] == [
        (each["stream"], each["days"]) for each in openings if each["exam_type"] == "cardiac"
    ]
    unknown = head.get("/volume/quality/mornings", exam_type="none", **today)
    assert list(unknown.fields) == ["exam_type"]


def test_the_use_of_devices_is_the_pages(head, client_of):
    found = head.get("/volume/devices", **WEEKS).json
    page = shown(client_of, f"/volume/devices?{ADDRESS}")
    names = ("examined", "open", "overtime", "closed", "way", "block")
    _head, *lines, total = table(page, "use-devices")
    assert [each["device"] for each in found["devices"]] == [line[0] for line in lines]
    for each, line in zip([*found["devices"], found["total"]], [*lines, total], strict=True):
        assert [each[f"{name}_minutes"] for name in names] == [number(cell) for cell in line[2:8]]
        assert each["exams"] + each["left_out"] == number(line[8])
    for name in ("open_minutes", "examined_minutes"):
        assert sum(each[name] for each in found["hours"]) == found["total"][name]
    assert {each["weekday"] for each in found["hours"]} == {1, 2, 3, 4, 5}
    assert sum(each["minutes"] for each in found["causes"]) == found["total"]["closed_minutes"]
    alone = head.get("/volume/devices", device="US04", **WEEKS).json
    assert alone["devices"] == [each for each in found["devices"] if each["device"] == "US04"]
    assert alone["total"]["open_minutes"] == alone["devices"][0]["open_minutes"]


def test_capabilities_are_the_pages(head, client_of):
    found = {each["capability"]: each for each in head.get("/volume/capabilities", **WEEKS).json["items"]}  # fmt: skip
    page = shown(client_of, f"/volume/capabilities?{ADDRESS}&capability=contrast")
    lines = table(page, "capabilities")[1:]
    assert len(lines) == len(found)
    asked = [sum(t["asked_minutes"] for t in each["exam_types"]) for each in found.values()]
    assert asked == [number(line[1]) for line in lines]
    for each in found.values():
        assert sum(cause["minutes"] for cause in each["causes"]) == each["closed_minutes"]
        assert each["one_more"]["taken_minutes"] <= each["one_more"]["open_minutes"]
        for one in each["exam_types"]:
            parts = ("booked_minutes", "turned_away_minutes", "otherwise_minutes")
            assert sum(one[name] for name in parts) == one["asked_minutes"]


def test_indicators_say_what_is_missing_in_the_callers_language(head, client_of):
    found = head.get("/volume/quality/indicators").json
    assert (found["year"], found["months"], found["inpatient"]) == (2026, 10, ["cadre_ward"])
    of_code = {each["code"]: each for each in found["indicators"]}
    assert of_code["bi_rads"]["value"] is None
    assert "text of reports" in of_code["bi_rads"]["missing"]
    inpatient = of_code["inpatient_48h"]
    assert inpatient["value"] == inpatient["numerator"] / inpatient["denominator"]
    page = shown(client_of, "/volume/quality/indicators")
    said = f"{inpatient['numerator']} ÷ {inpatient['denominator']}"
    assert said in {line[2] for line in table(page, "indicators")}
    chinese = head.send(
        "GET", "/api/v1/volume/quality/indicators?year=2025&inpatient=outpatient",
        headers={"Accept-Language": "zh"},
    ).json  # fmt: skip
    assert (chinese["year"], chinese["inpatient"]) == (2025, ["outpatient"])
    assert chinese["indicators"][0]["name"] != found["indicators"][0]["name"]


def test_unmet_demand_is_counted_and_listed(app, head: ApiCaller):
    with app.app_context(), read_session() as session:
        counted = unmet_counts(session, FIRST, LAST)
    items = head.get("/unmet-demand", **WEEKS).json["items"]
    assert [each["searches"] for each in items] == [each.searches for each in counted]
    searches, cursor = [], {}
    while cursor is not None:
        answer = head.get("/unmet-demand/searches", limit=9, **WEEKS, **cursor).json
        searches += answer["items"]
        cursor = {"cursor": answer["next_cursor"]} if answer["next_cursor"] else None
    assert len({each["id"] for each in searches}) == len(searches) == 40
    for each in items:
        of_key = {name: each[name] for name in ("exam_type", "stream", "reason")}
        alone = head.get("/unmet-demand/searches", **WEEKS, **of_key).json["items"]
        assert alone == [one for one in searches if of_key.items() <= one.items()]
        assert len(alone) == each["searches"]
    case = next(each for each in head.get("/volume/capabilities", **WEEKS).json["items"] if each["capability"] == "contrast")  # fmt: skip
    codes = ",".join(each["exam_type"] for each in case["exam_types"])
    for reasons, name in (("none_free,too_late", "turned_away_minutes"), ("other,unsaid", "otherwise_minutes")):  # fmt: skip
        first, found = every(head, "/unmet-demand/searches", exam_type=codes, reason=reasons)
        minutes = sum(each[name] for each in case["exam_types"])
        assert first["minutes"] == sum(each["minutes"] for each in found) == minutes > 0
        assert first["searches"] == len(found)


def every(head: ApiCaller, path: str, **asked: object) -> tuple[dict, list[dict]]:
    """What the first page of a list says of all, and the items of all pages."""
    answer = first = head.get(path, limit=40, **WEEKS, **asked).json
    items = list(first["items"])
    while answer["next_cursor"]:
        cursor = answer["next_cursor"]
        answer = head.get(path, limit=40, cursor=cursor, **WEEKS, **asked).json
        items += answer["items"]
    assert len({each["id"] for each in items}) == len(items)
    return first, items


def test_bookings_and_exams_behind_the_figures_are_listed(head):
    found = head.get("/volume/quality", **WEEKS).json
    case = next(each for each in head.get("/volume/capabilities", **WEEKS).json["items"] if each["capability"] == "phased")  # fmt: skip
    codes = ",".join(each["exam_type"] for each in case["exam_types"])
    line, why = found["by_lead"][2], found["reasons"][0]
    ward = next(each for each in found["by_stream"] if each["stream"] == "cadre_ward")
    booked = sum(each["booked_minutes"] for each in case["exam_types"])
    for asked, rows, minutes in (
        ({"lead": line["from_days"], "status": "cancelled"}, line["cancelled"], None),
        ({"stream": "cadre_ward"}, ward["bookings"], None),
        ({"step": why["step"], "status": why["status"]}, why["bookings"], None),
        ({"exam_type": codes, "status": "not_cancelled"}, None, booked),
        ({"stream": "none"}, 0, 0),
    ):
        first, items = every(head, "/volume/quality/bookings", **asked)
        assert first["bookings"] == len(items) == (len(items) if rows is None else rows), asked
        total = sum(each["planned_minutes"] for each in items)
        assert first["planned_minutes"] == total == (total if minutes is None else minutes), asked
    _first, items = every(head, "/volume/quality/bookings", step=why["step"])
    assert {each["reason"] for each in items} == {why["reason"]}
    wait, at_desk = found["waits"][0], found["minutes"][0]
    of_stream = {"stream": wait["stream"]}
    for asked, rows in (
        (of_stream, wait["exams"]),
        ({**of_stream, "which": "not_measured"}, wait["left_out"]),
        ({**of_stream, "goal": "within"}, wait["within_goal"]),
        ({**of_stream, "from_days": 1, "to_days": 1}, next(each["exams"] for each in wait["days"] if each["working_days"] == 1)),
        ({**of_stream, "which": "checked_in"}, at_desk["exams"]),
    ):  # fmt: skip
        first, items = every(head, "/volume/quality/exams", **asked)
        assert first["exams"] == len(items) == rows > 0, asked
        assert first["actual_minutes"] == sum(each["actual_minutes"] for each in items)
        if asked.get("which") == "not_measured":
            assert first["planned_minutes"] is None
        else:
            assert first["planned_minutes"] == sum(each["planned_minutes"] for each in items)
    for which, name, figure in (("live", "actual_minutes", "examined_minutes"), ("past_block", "past_block_minutes", "overtime_minutes")):  # fmt: skip
        first, items = every(head, "/volume/quality/exams", which=which, exam_type=codes)
        minutes = sum(each[figure] for each in case["exam_types"])
        assert first[name] == sum(each[name] for each in items) == minutes > 0
    first, items = every(head, "/volume/quality/exams", which="not_live", exam_type=codes)
    assert first["exams"] == len(items) == sum(each["left_out"] for each in case["exam_types"]) > 0
    assert {(each["entered_later"], each["working_days"]) for each in items} == {(True, None)}
    assert head.get("/volume/quality/exams", from_="2027-01-01", to="2027-02-01").json["exams"] == 0
    assert list(head.get("/volume/quality/exams", which="all", **WEEKS).fields) == ["which"]
    assert list(head.get("/volume/quality/bookings", lead=3, **WEEKS).fields) == ["lead"]


PATHS = ("/volume/quality", "/volume/quality/bookings", "/volume/quality/exams", "/volume/quality/mornings", "/volume/quality/minutes", "/volume/devices", "/volume/capabilities", "/unmet-demand", "/unmet-demand/searches")  # fmt: skip


def test_each_wrong_value_is_refused_on_its_field(head):
    for path in PATHS:
        for days, field in (
            ({"from_": "2026-12-01", "to": "2026-11-01"}, "to"),
            ({"from_": "2020-01-01", "to": "2026-11-01"}, "to"),
            ({"to": "2026-11-01"}, "from"),
            ({"from_": "2026-11-01"}, "to"),
            ({**WEEKS, "by": "day"}, "by"),
        ):
            assert list(head.get(path, **days).fields) == [field], (path, days)
    assert list(head.get("/volume/devices", device="US99", **WEEKS).fields) == ["device"]
    assert list(head.get("/unmet-demand/searches", reason="x", **WEEKS).fields) == ["reason"]
    assert list(head.get("/unmet-demand/searches", cursor="x", **WEEKS).fields) == ["cursor"]
    assert list(head.get("/volume/quality/indicators", year="x").fields) == ["year"]


def test_they_are_the_heads(reception, sonographer, caller_of):
    for who in (reception, sonographer, caller_of("admin")):
        for path in (*PATHS, "/volume/quality/openings", "/volume/quality/indicators"):
            assert who.get(path, **WEEKS).code == "forbidden"
