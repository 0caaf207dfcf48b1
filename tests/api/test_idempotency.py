"""Idempotency-Key: the same request has one effect and one answer, even sent at once or by another process."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from tests.support.api import Answer, ApiCaller
from tests.support.department import at
from tracker import clock

ORDER: dict[str, Any] = {
    "patient": "M00001",
    "exam_type": "abdominal",
    "stream": "outpatient",
    "start": "2026-11-24T08:00:00+08:00",
    "device": "US03",
}


def book(who: ApiCaller, key: str, **change: object) -> Answer:
    return who.post("/bookings", headers={"Idempotency-Key": key}, **{**ORDER, **change})


def test_the_same_request_is_done_once_and_answered_alike(reception):
    first, second = book(reception, "k1"), book(reception, "k1")
    assert (first.status, second.status) == (201, 201)
    assert second.json == first.json
    assert len(reception.get("/bookings").json["items"]) == 1


def test_the_answer_is_the_one_that_was_given(reception):
    first = book(reception, "k1")
    reception.post(f"/bookings/{first.json['id']}/cancel", reason="x")
    assert book(reception, "k1").json["status"] == "booked"


def test_another_body_with_the_same_key_is_a_conflict(reception):
    book(reception, "k1")
    answer = book(reception, "k1", device="US04")
    assert (answer.status, answer.code) == (409, "idempotency_conflict")


def test_keys_belong_to_a_token(reception, sonographer):
    book(reception, "k1")
    assert book(sonographer, "k1", patient="M00002").code == "slot_taken"


def test_a_refusal_is_not_kept(reception):
    assert book(reception, "k1", patient="M99999").status == 404
    assert book(reception, "k1").status == 201


def test_a_key_is_kept_for_a_day(reception):
    with clock.at(at(7, day=-1)):
        book(reception, "k1")
    with clock.at(at(7, day=-1) + timedelta(hours=23, minutes=59)):
        assert book(reception, "k1").status == 201
    assert book(reception, "k1").code == "slot_taken"


def test_of_many_at_once_one_books_and_all_have_its_answer(reception):
    def attempt(_: int) -> Answer:
        with clock.at(at(7)):
            caller = ApiCaller(reception.client.application.test_client(), reception.token)
            return book(caller, "k1")

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(attempt, range(8)))
    assert {answer.status for answer in answers} == {201}
    assert len({answer.json["id"] for answer in answers}) == 1


def test_patients_and_exams_know_the_header_too(reception, sonographer):
    key = {"Idempotency-Key": "k1"}
    patient = {"name": "王芳", "sex": "female", "birth_date": "1980-05-04"}
    first = reception.post("/patients", headers=key, **patient)
    assert reception.post("/patients", headers=key, **patient).json == first.json
    assert len(reception.post("/patients/search", q="王芳").json["items"]) == 1
    assert reception.post("/bookings", headers=key, **ORDER).code == "idempotency_conflict"
    operator = sonographer.get("/openings", at=ORDER["start"], **_asked()).json["openings"][0]
    exam = {**ORDER, "start": "2026-11-20T08:00:00+08:00", "end": "2026-11-20T08:10:00+08:00"}
    exam["operator"] = operator["operator"]
    logged = sonographer.post("/exams", headers=key, **exam)
    assert logged.status == 201
    assert sonographer.post("/exams", headers=key, **exam).json == logged.json
    assert len(sonographer.get("/exams").json["items"]) == 1


def _asked() -> dict[str, str]:
    return {name: ORDER[name] for name in ("exam_type", "stream")}


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize("key", ["", "x" * 201, "schlüssel", "a\tb"])
def test_a_key_that_cannot_be_kept_is_refused(reception, key):
    answer = book(reception, key)
    assert (answer.status, list(answer.fields)) == (422, ["Idempotency-Key"])
