"""POST /patients, POST /patients/search, GET /patients/{id or mrn}."""

from typing import Any

import pytest

from tests.support.api import Answer, ApiCaller
from tests.support.department import account_id, at
from tracker.services.merging import Merge, merge_patient

BODY: dict[str, Any] = {
    "mrn": "Z-100",
    "name": "单晓明",
    "sex": "male",
    "birth_date": "1980-05-04",
    "phone": "138 0013 8000",
}


def add(who: ApiCaller, **change: object) -> Answer:
    return who.post("/patients", **{**BODY, **change})


def names(who: ApiCaller, q: str) -> list[str]:
    answer = who.post("/patients/search", q=q)
    assert answer.status == 200
    return [item["name"] for item in answer.json["items"]]


def test_an_added_patient_is_answered_and_found(reception):
    answer = add(reception)
    assert answer.status == 201
    issued = {"id": answer.json["id"], "version": 1, "mrn_is_temporary": False}
    expected = {**BODY, **issued, "merged_into": None}
    assert answer.json == expected
    assert reception.get("/patients/Z-100").json == expected
    assert reception.get(f"/patients/{answer.json['id']}").json == expected
    for q in ("单", "shan xiao", "SXM", "z-1", "138-0013"):
        assert names(reception, q) == ["单晓明"], q
    assert names(reception, "晓明") == []


def test_without_a_number_a_temporary_one_is_issued(reception):
    body = {name: value for name, value in BODY.items() if name not in {"mrn", "phone"}}
    patient = reception.post("/patients", **body).json
    assert patient["mrn_is_temporary"]
    assert patient["mrn"].startswith("T20261123-")
    assert patient["phone"] == ""
    assert reception.get(f"/patients/{patient['mrn']}").json == patient


def test_a_record_that_was_merged_names_the_one_that_is_used(app, reception):
    temporary = add(reception, mrn=None).json
    true = add(reception).json
    with app.app_context():
        into = Merge(int(true["id"][1:]), "the card was brought")
        now = at(8)
        merge_patient(int(temporary["id"][1:]), into, by=account_id("reception"), now=now)
    merged = reception.get(f"/patients/{temporary['id']}").json
    assert merged["merged_into"] == true["id"]
    assert reception.get(f"/patients/{merged['merged_into']}").json["merged_into"] is None


def test_a_number_that_is_in_use_is_refused_on_its_field(reception):
    add(reception)
    answer = add(reception, name="王芳")
    assert (answer.status, answer.fields) == (422, {"mrn": "mrn_in_use"})
    assert names(reception, "王芳") == []


def test_an_id_is_never_taken_for_a_number(reception):
    number = add(reception).json["id"].removeprefix("~")
    assert reception.get(f"/patients/{number}").status == 404
    other = add(reception, mrn=number, name="王芳").json
    assert reception.get(f"/patients/{number}").json["id"] == other["id"]


WRONG: list[tuple[dict[str, Any], str, str]] = [
    ({"name": None}, "name", "required"),
    ({"name": ""}, "name", "invalid"),
    ({"name": "\u202e\u200b"}, "name", "invalid"),
    ({"name": "王" * 81}, "name", "invalid"),
    ({"name": "王\x00芳"}, "name", "invalid"),
    ({"name": "王\ud83d"}, "name", "invalid"),
    ({"name": "---"}, "name", "validation"),
    ({"name": ["王芳"]}, "name", "invalid"),
    ({"sex": "F"}, "sex", "invalid"),
    ({"sex": {}}, "sex", "invalid"),
    ({"birth_date": "2026-11-24"}, "birth_date", "validation"),
    ({"birth_date": "1900-01-01"}, "birth_date", "validation"),
    ({"birth_date": "1899-12-31"}, "birth_date", "invalid"),
    ({"birth_date": "1980-02-30"}, "birth_date", "invalid"),
    ({"birth_date": "04.05.1980"}, "birth_date", "invalid"),
    ({"birth_date": "1980-05-04T00:00:00Z"}, "birth_date", "invalid"),
    ({"phone": "ring me"}, "phone", "validation"),
    ({"phone": "1" * 41}, "phone", "invalid"),
    ({"mrn": "a/b"}, "mrn", "validation"),
    ({"mrn": "~5"}, "mrn", "validation"),
    ({"mrn": "T20261123-0001"}, "mrn", "mrn_reserved"),
    ({"mrn": "M" * 41}, "mrn", "invalid"),
    ({"id": "~7"}, "id", "unknown"),
]


@pytest.mark.engines("sqlite")
def test_each_wrong_value_is_refused_on_its_field(reception):
    for change, field, code in WRONG:
        answer = add(reception, **change)
        assert (answer.status, answer.fields) == (422, {field: code}), change
    assert names(reception, "z100") == []


def test_hostile_but_possible_names_are_kept_as_they_are(reception):
    for number, name in enumerate(["<script>alert(1)</script>", "O'Neil; --", "𠮷田", "José"]):
        added = add(reception, mrn=f"H{number}", name=name)
        assert (added.status, added.json["name"]) == (201, name)
        assert names(reception, name) == [name]


def test_a_search_is_paged(reception):
    for number in range(5):
        add(reception, mrn=f"P{number}", name=f"测试{number}")
    seen, cursor = [], None
    while True:
        body = {"q": "测试", "limit": 2} | ({"cursor": cursor} if cursor else {})
        answer = reception.post("/patients/search", **body)
        seen += [item["name"] for item in answer.json["items"]]
        cursor = answer.json["next_cursor"]
        if cursor is None:
            break
    assert seen == [f"测试{number}" for number in range(5)]


@pytest.mark.engines("sqlite")
def test_a_search_for_nothing_is_refused(reception):
    wrong: list[tuple[dict[str, Any], str]] = [
        ({}, "q"),
        ({"q": ""}, "q"),
        ({"q": "%"}, "q"),
        ({"q": "a\x00"}, "q"),
        ({"q": "x" * 81}, "q"),
        ({"q": "a", "limit": 0}, "limit"),
        ({"q": "a", "cursor": "WyIlIiwxXQ"}, "cursor"),  # ["%",1]
        ({"q": "a", "page": 2}, "page"),
    ]
    for body, field in wrong:
        answer = reception.post("/patients/search", **body)
        assert (answer.status, list(answer.fields)) == (422, [field]), body


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize(
    "key", ["M99999", "~99", "~0", "~", "张三", "%00", "a%20b", "%FF", "1" * 60]
)
def test_an_unknown_patient_is_not_found(reception, key):
    answer = reception.get(f"/patients/{key}")
    assert (answer.status, answer.code) == (404, "not_found")


@pytest.mark.engines("sqlite")
def test_names_stay_out_of_the_log(reception, capfd):
    add(reception, name="秘密")
    names(reception, "秘密")
    assert "秘密" not in capfd.readouterr().err
