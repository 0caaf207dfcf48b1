"""The points of an exam type by date: read by head and administrator, entered and taken back by the latter."""

from tests.support.department import account_id, at
from tests.support.exam_room import exams
from tracker.services.exams import ExamEntry, enter_exam_later

PATH = "/exam-types/abdominal/points"
BODY = {"valid_from": "2026-11-24", "points": 1.45, "further_part_points": 0.5}


def test_points_begin_on_their_day(app, head, caller_of):
    admin = caller_of("admin")
    before = head.get(PATH).json
    added = admin.post(PATH, **BODY)
    of_ward = admin.post(PATH, **{**BODY, "points": 2, "stream": "cadre_ward"})
    assert (added.status, added.json["points"], added.json["stream"]) == (201, 1.45, None)
    listed = head.get(PATH).json
    assert listed["today"] == before["today"]
    assert listed["items"] == [added.json, of_ward.json]
    of_type = {each["code"]: each for each in head.get("/exam-types").json["items"]}["abdominal"]
    assert before["today"] == {name: of_type[name] for name in before["today"]}
    with app.app_context():
        for mrn, day, stream in (
            ("M00001", 0, "outpatient"), ("M00001", 1, "outpatient"), ("M00002", 1, "cadre_ward"),
        ):  # fmt: skip
            start, end = at(6, day=day), at(6, 10, day=day)
            entry = ExamEntry(mrn, "abdominal", stream, "US01", "D01", start, end, parts=2)
            enter_exam_later(entry, by=account_id("sonographer"), now=at(7, day=day))
        worth = [exam.points_hundredths for exam in exams()]
    held = before["today"]
    assert worth == [round(100 * (held["points"] + held["further_part_points"])), 195, 250]
    assert admin.post(PATH, **BODY).fields == {"valid_from": "validation"}  # entered already
    assert admin.delete(f"{PATH}/{of_ward.json['id']}").status == 204
    assert admin.delete(f"{PATH}/{of_ward.json['id']}").code == "not_found"
    assert admin.delete(f"/exam-types/cardiac/points/{added.json['id']}").code == "not_found"
    assert head.get(PATH).json["items"] == [added.json]


def test_each_wrong_value_is_refused_and_others_enter_none(head, caller_of):
    admin = caller_of("admin")
    for change, field in (
        ({"valid_from": "2026-11-22"}, "valid_from"), ({"points": 1.455}, "points"), ({"points": -1}, "points"),
        ({"points": 1001}, "points"), ({"points": "1"}, "points"), ({"points": True}, "points"),
        ({"further_part_points": None}, "further_part_points"), ({"stream": "nowhere"}, "stream"),
    ):  # fmt: skip
        assert list(admin.post(PATH, **{**BODY, **change}).fields) == [field], change
    for path in ("/exam-types/none/points", "/exam-types/-/points"):
        assert admin.get(path).code == admin.post(path, **BODY).code == "not_found"
        assert admin.delete(f"{path}/1").code == "not_found"
    assert head.post(PATH, **BODY).code == head.delete(f"{PATH}/1").code == "forbidden"
    for name in ("reception", "sonographer"):
        assert caller_of(name).get(PATH).code == caller_of(name).post(PATH).code == "forbidden"
