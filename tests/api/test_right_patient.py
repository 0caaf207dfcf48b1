"""POST /bookings/{id}/patient: a wrong patient's booking and exam, handed to the right one."""

import pytest

from tests.api.test_booking_steps import START, make, step
from tests.support.api import ApiCaller
from tests.support.department import at
from tracker import clock

BODY = {"patient": "M00002", "reason": "called by the wrong name"}


@pytest.fixture
def booking(reception: ApiCaller) -> str:
    """The id of a booking of M00001 on US03 at eight."""
    return make(reception)


def test_the_desk_hands_a_booking_over(reception, booking):
    before = reception.get(f"/bookings/{booking}").json
    after = step(reception, booking, "patient", **BODY).json
    assert after["patient"] == reception.get("/patients/M00002").json["id"]
    assert after == {**before, "patient": after["patient"], "version": 2}


def test_those_who_examine_hand_over_an_exam_on_its_day(reception, sonographer, head, booking):
    step(reception, booking, "arrive")
    step(sonographer, booking, "start")
    assert step(reception, booking, "patient", **BODY).code == "forbidden"
    step(sonographer, booking, "finish")
    given = step(sonographer, booking, "patient", **BODY).json
    [exam] = sonographer.get("/exams").json["items"]
    assert (exam["patient"], exam["booking"]) == (given["patient"], booking)
    back = {**BODY, "patient": "M00001"}
    with clock.at(at(7, day=1)):
        assert step(sonographer, booking, "patient", **back).status == 403
        assert step(head, booking, "patient", **back).status == 200


def test_what_the_right_patient_has_then_is_named(reception, booking):
    other = make(reception, "M00002", START, "US04")
    answer = step(reception, booking, "patient", **BODY)
    assert (answer.status, answer.code) == (409, "patient_busy")
    assert answer.fields == {"patient": "patient_busy"}
    assert other in answer.json["detail"]


@pytest.mark.engines("sqlite")
def test_what_is_missing_or_unknown_is_refused_on_its_field(reception, booking):
    wrong = [
        ({**BODY, "reason": ""}, "reason", 422),
        ({**BODY, "patient": "~999999"}, "patient", 404),
        ({**BODY, "patient": "M00001"}, "patient", 422),
        ({"reason": "x"}, "patient", 422),
        ({"patient": "M00002"}, "reason", 422),
    ]
    for body, field, status in wrong:
        answer = step(reception, booking, "patient", **body)
        assert (answer.status, list(answer.fields)) == (status, [field]), body
    assert step(reception, booking, "patient", **BODY, version=7).code == "stale"
    assert step(reception, "999999", "patient", **BODY).status == 404


@pytest.mark.engines("sqlite")
def test_an_administrator_and_nobody_hand_nothing_over(caller_of, booking):
    assert step(caller_of("admin"), booking, "patient", **BODY).code == "forbidden"
    assert step(caller_of(None), booking, "patient", **BODY).status == 401
