"""POST /bookings/{id}/…: each step, who may take it, and what refuses it."""

from typing import Any

import pytest

from tests.support.api import Answer, ApiCaller
from tests.support.department import at, staff_code
from tracker import clock

START = "2026-11-23T08:00:00+08:00"


@pytest.fixture
def booking(reception: ApiCaller) -> str:
    """The id of a booking of M00001 on US03 at eight."""
    return make(reception)


def make(who: ApiCaller, patient: str = "M00001", start: str = START, device: str = "US03") -> str:
    order = {"exam_type": "abdominal", "stream": "outpatient", "start": start, "device": device}
    answer = who.post("/bookings", patient=patient, **order)
    assert answer.status == 201, answer.json
    return str(answer.json["id"])


def step(who: ApiCaller, booking: str, name: str, **body: object) -> Answer:
    return who.post(f"/bookings/{booking}/{name}", **body)


def test_a_day_of_a_patient(reception, sonographer, booking):
    with clock.at(at(7, 50)):
        assert step(reception, booking, "arrive").json["status"] == "arrived"
    with clock.at(at(8, 2)):
        started = step(sonographer, booking, "start").json
        assert (started["status"], started["version"]) == ("in_progress", 3)
    with clock.at(at(8, 9)):
        finished = step(sonographer, booking, "finish", exam_number="U-77", parts=2).json
    assert finished["status"] == "completed"
    assert finished["same_exam_that_day"] is None
    assert finished["operator"] is not None
    exam = sonographer.get("/exams", from_="2026-11-23", to="2026-11-23").json["items"][0]
    assert exam["id"] == finished["exam"]
    assert (exam["number"], exam["parts"], exam["booking"]) == ("U-77", 2, booking)
    assert (exam["start"], exam["end"]) == (
        "2026-11-23T08:02:00+08:00",
        "2026-11-23T08:09:00+08:00",
    )


def test_an_exam_is_taken_to_another_machine_by_somebody_named(reception, sonographer, booking):
    colleague = staff_code_of(sonographer, "colleague")
    step(reception, booking, "arrive")
    started = step(sonographer, booking, "start", device="US05", operator=colleague).json
    assert (started["device"], started["operator"]) == ("US03", colleague)
    step(sonographer, booking, "finish")
    exam = sonographer.get("/exams").json["items"][0]
    assert (exam["device"], exam["operator"]) == ("US05", colleague)


def staff_code_of(who: ApiCaller, name: str) -> str:
    with who.client.application.app_context():
        return staff_code(name)


def test_a_move_keeps_the_booking_and_frees_its_time(reception, booking):
    moved = step(reception, booking, "move", start="2026-11-24T09:00:00+08:00", device="US04").json
    assert (moved["id"], moved["version"], moved["device"]) == (booking, 2, "US04")
    assert moved["start"] == "2026-11-24T09:00:00+08:00"
    assert make(reception, "M00002") != booking


def test_a_move_to_a_taken_time_changes_nothing(reception, booking):
    other = make(reception, "M00002", device="US04")
    answer = step(reception, other, "move", start=START, device="US03")
    assert (answer.status, answer.code) == (409, "slot_taken")
    assert answer.json["openings"]
    assert reception.get(f"/bookings/{other}").json["device"] == "US04"


def test_a_cancelled_booking_frees_its_time_and_comes_back(reception, booking):
    assert step(reception, booking, "cancel", reason="改期").json["status"] == "cancelled"
    assert step(reception, booking, "undo").json["status"] == "booked"
    step(reception, booking, "cancel", reason="again")
    make(reception, "M00002")
    assert step(reception, booking, "undo").code == "slot_taken"


def test_who_did_not_come_and_then_does_gets_the_next_opening(reception, booking):
    assert step(reception, booking, "no-show").code == "not_begun"
    with clock.at(at(9)):
        assert step(reception, booking, "no-show").json["status"] == "no_show"
    with clock.at(at(9, 30)):
        late = step(reception, booking, "arrive").json
    assert late["status"] == "arrived"
    assert late["start"] >= "2026-11-23T09:30:00+08:00"


def test_each_step_is_taken_back(reception, sonographer, head, booking):
    step(reception, booking, "arrive")
    assert step(reception, booking, "undo").json["status"] == "booked"
    step(reception, booking, "arrive")
    step(sonographer, booking, "start")
    assert step(sonographer, booking, "undo").json["status"] == "arrived"
    step(sonographer, booking, "start")
    step(sonographer, booking, "finish")
    undone = step(sonographer, booking, "undo", reason="wrong patient").json
    assert (undone["status"], undone["exam"]) == ("in_progress", None)
    assert head.get("/volume", from_="2026-11-23", to="2026-11-23").json["total"]["exams"] == 0


@pytest.mark.parametrize("name", ["undo", "cancel"])
def test_reception_does_not_stop_an_exam(reception, sonographer, booking, name):
    step(reception, booking, "arrive")
    step(sonographer, booking, "start")
    answer = step(reception, booking, name, reason="mistake")
    assert (answer.status, answer.code) == (403, "forbidden")
    assert step(sonographer, booking, name, reason="mistake").status == 200


def test_what_an_earlier_day_left_open_is_stopped_by_the_desk(reception, sonographer, booking):
    step(reception, booking, "arrive")
    step(sonographer, booking, "start")
    with clock.at(at(8, day=1)):
        answer = step(reception, booking, "cancel", reason="left")
    assert (answer.status, answer.json["status"]) == (200, "cancelled")


def test_an_exam_on_paper_already_is_named_where_it_is_finished_again(reception, sonographer, app):
    with app.app_context():
        operator = staff_code("sonographer")
    entered = {
        "patient": "M00001", "exam_type": "abdominal", "stream": "outpatient", "device": "US08",
        "operator": operator, "start": "2026-11-23T07:30:00+08:00", "end": "2026-11-23T07:40:00+08:00",
    }  # fmt: skip
    with clock.at(at(7, 50)):
        paper = sonographer.post("/exams", **entered).json
        booking = make(reception)
        step(reception, booking, "arrive")
    with clock.at(at(8)):
        step(sonographer, booking, "start")
    with clock.at(at(8, 9)):
        finished = step(sonographer, booking, "finish").json
    assert finished["status"] == "completed"
    assert finished["same_exam_that_day"] == paper["id"] != finished["exam"]


@pytest.mark.parametrize("name", ["start", "finish"])
def test_reception_examines_nobody(reception, booking, name):
    step(reception, booking, "arrive")
    assert step(reception, booking, name).code == "forbidden"


@pytest.mark.parametrize("name", ["start", "finish", "undo"])
def test_a_step_that_the_status_does_not_allow_is_a_conflict(sonographer, booking, name):
    answer = step(sonographer, booking, name)
    assert (answer.status, answer.code) == (409, "illegal_transition")


BODIES: dict[str, dict[str, Any]] = {
    "move": {"start": "2026-11-24T09:00:00+08:00", "device": "US04"},
    "cancel": {"reason": "x"},
    "arrive": {},
    "no-show": {},
    "start": {},
    "finish": {},
    "undo": {},
}


def test_an_old_version_is_stale(reception, sonographer, booking):
    step(reception, booking, "arrive")
    for name, body in BODIES.items():
        answer = step(sonographer, booking, name, version=1, **body)
        assert (answer.status, answer.code) == (409, "stale"), name
    assert reception.get(f"/bookings/{booking}").json["version"] == 2


@pytest.mark.parametrize("booking_id", ["999999", "0", "99999999999", "abc", "-1", "1%00", "１"])
@pytest.mark.engines("sqlite")
def test_an_unknown_booking_is_not_found(sonographer, booking_id):
    for name, body in BODIES.items():
        answer = step(sonographer, booking_id, name, **body)
        assert (answer.status, answer.code) == (404, "not_found"), name


@pytest.mark.engines("sqlite")
def test_an_unknown_field_is_refused(sonographer, booking):
    for name, body in BODIES.items():
        answer = step(sonographer, booking, name, colour="red", **body)
        assert (answer.status, answer.fields) == (422, {"colour": "unknown"}), name


WRONG: list[tuple[str, dict[str, Any], str]] = [
    ("cancel", {}, "reason"),
    ("cancel", {"reason": "  "}, "reason"),
    ("cancel", {"reason": "a\x00b"}, "reason"),
    ("cancel", {"reason": "x" * 401}, "reason"),
    ("move", {"device": "US04"}, "start"),
    ("move", {**BODIES["move"], "device": "US99"}, "device"),
    ("arrive", {"version": "one"}, "version"),
    ("arrive", {"version": 0}, "version"),
    ("start", {"device": "US99"}, "device"),
    ("start", {"operator": "nobody"}, "operator"),
    ("finish", {"parts": 21}, "parts"),
    ("finish", {"exam_number": "x" * 41}, "exam_number"),
    ("finish", {"exam_number": "\ud800"}, "exam_number"),
    ("undo", {"reason": 5}, "reason"),
]


@pytest.mark.engines("sqlite")
def test_a_wrong_value_is_refused_on_its_field(reception, sonographer, booking):
    running = make(reception, "M00002", device="US04")
    step(reception, running, "arrive")
    step(sonographer, running, "start")
    waiting = make(reception, "M00003", device="US05")
    step(reception, waiting, "arrive")
    chosen = {"finish": running, "start": waiting}
    for name, body, field in WRONG:
        answer = step(sonographer, chosen.get(name, booking), name, **body)
        assert (answer.status, list(answer.fields)) == (422, [field]), (name, body)


def test_a_step_needs_no_body(reception, booking):
    answer = reception.send("POST", f"/api/v1/bookings/{booking}/arrive")
    assert answer.json["status"] == "arrived"


def test_bookings_are_listed_by_day_and_device(reception, booking):
    second = make(reception, "M00002", start="2026-11-23T09:00:00+08:00")
    third = make(reception, "M00003", start="2026-11-24T08:00:00+08:00", device="US04")

    def listed(**query: object) -> list[str]:
        answer = reception.get("/bookings", **query)
        assert answer.status == 200
        return [item["id"] for item in answer.json["items"]]

    assert listed() == [booking, second, third]
    assert listed(date="2026-11-23") == [booking, second]
    assert listed(device="US04") == listed(date="2026-11-24") == [third]
    assert listed(device="US99") == listed(date="2026-11-25") == []
    first_page = reception.get("/bookings", limit=2).json
    assert listed(limit=2, cursor=first_page["next_cursor"]) == [third]
    assert reception.get("/bookings", limit=3).json["next_cursor"] is None


@pytest.mark.parametrize(
    "cursor", ["", "x", "W10", "WzEsMl0", "bnVsbA", "A" * 601, "\x00", "W1sxXV0"]
)
def test_a_cursor_that_was_not_given_is_refused(reception, cursor):
    answer = reception.get("/bookings", cursor=cursor)
    assert (answer.status, list(answer.fields)) == (422, ["cursor"])


def test_reception_settles_what_an_earlier_day_left_open(reception, sonographer, booking):
    operator = staff_code_of(sonographer, "colleague")
    done = {
        "start": "2026-11-23T08:03:00+08:00",
        "end": "2026-11-23T08:12:00+08:00",
        "device": "US05",
        "operator": operator,
    }
    step(reception, booking, "arrive")
    assert step(reception, booking, "examined", **done).code == "not_left_open"
    with clock.at(at(7, 30, day=1)):
        assert step(reception, booking, "examined", **{**done, "operator": "D99"}).status == 422
        settled = step(reception, booking, "examined", **done)
    assert (settled.status, settled.json["status"]) == (200, "completed")
    exam = sonographer.get("/exams").json["items"][0]
    assert (exam["id"], exam["booking"]) == (settled.json["exam"], booking)
    assert (exam["device"], exam["operator"], exam["entered_later"]) == ("US05", operator, True)
