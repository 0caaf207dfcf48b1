"""Walk-ins and bookings beyond the plan, from the worklist: find or add the patient, then receive."""

import re

import pytest

from tests.support.cast import ClientOf, submit
from tests.support.department import at
from tests.web.desk.hands import Hands
from tracker import clock
from tracker.domain.lifecycle import Status
from tracker.queries import read_session
from tracker.queries.bookings import BookingDetails, BookingFilter, list_bookings
from tracker.queries.patients import patient_by_mrn

WALK_IN = {"device": "US01", "exam_type": "abdominal", "stream": "outpatient", "parts": 1}
ADDED = {**WALK_IN, "time": "09:30", "reason": "急诊"}


def patient_id(hands: Hands, mrn: str) -> int:
    with hands.app.app_context(), read_session() as session:
        return patient_by_mrn(session, mrn).id


def booked(hands: Hands) -> list[BookingDetails]:
    with hands.app.app_context(), read_session() as session:
        return list_bookings(session, BookingFilter(local_date=at(9).date()))


def test_a_walk_in_on_a_free_machine_runs(client_of: ClientOf, hands: Hands) -> None:
    patient = patient_id(hands, "M00009")
    with clock.at(at(9, 3)):
        client = client_of("sonographer")
        answer = submit(client, "/worklist/walk-in", patient=patient, **WALK_IN)
        assert answer.location == "/worklist?device=US01"
        assert "has started" in client.get(answer.location).text
    [booking] = booked(hands)
    assert (booking.status, booking.patient_id) == (Status.IN_PROGRESS, patient)


def test_a_walk_in_on_an_occupied_machine_waits(client_of: ClientOf, hands: Hands) -> None:
    first = hands.book(at(9))
    hands.arrive(first)
    hands.start(first, at(9))
    with clock.at(at(9, 3)):
        client = client_of("sonographer")
        submit(client, "/worklist/walk-in", patient=patient_id(hands, "M00009"), **WALK_IN)
    added = booked(hands)[1]
    assert (added.status, added.is_added, added.added_reason) == ("arrived", True, "Walk-in")


def test_a_booking_beyond_the_plan_keeps_its_wished_time_and_reason(
    client_of: ClientOf, hands: Hands
) -> None:
    hands.book(at(9, 30))
    with clock.at(at(9)):
        client = client_of("sonographer")
        patient = patient_id(hands, "M00009")
        answer = submit(client, "/worklist/add", patient=patient, check_in="y", **ADDED)
        assert answer.location == "/worklist?device=US01"
    added = next(each for each in booked(hands) if each.is_added)
    assert (added.starts_at, added.added_reason, added.status) == (at(9, 30), "急诊", "arrived")


def test_the_card_that_is_scanned_goes_on_at_once(client_of: ClientOf, hands: Hands) -> None:
    with clock.at(at(9)):
        client = client_of("sonographer")
        hands.add_patient("欧阳若兰", mrn="Z7000001")
        answer = submit(client, "/worklist/walk-in/patients", device="US01", q="Z7000001", go="1")
        wanted = f"/worklist/walk-in?device=US01&patient={patient_id(hands, 'Z7000001')}"
        assert answer.location == wanted
        page = client.get(wanted).text
    assert "欧阳若兰" in page
    assert "欧阳若兰" not in wanted


def test_the_search_answers_in_place(client_of: ClientOf, hands: Hands) -> None:
    hands.add_patient("欧阳若兰", mrn="Z7000001")
    with clock.at(at(9)):
        client = client_of("sonographer")
        client.environ_base["HTTP_HX_REQUEST"] = "true"
        part = submit(client, "/worklist/add/patients", device="US01", q="oyrl").text
    assert re.search(r'href="/worklist/add\?device=US01&amp;patient=\d+"', part)
    assert "<h1" not in part


def test_a_new_patient_is_added_on_the_way(client_of: ClientOf, hands: Hands) -> None:
    with clock.at(at(9)):
        client = client_of("sonographer")
        facts = {"name": "新患者", "sex": "female", "birth_date": "1990-01-02", "mrn": "Z8"}
        answer = submit(client, "/worklist/walk-in/patient", device="US01", **facts)
        assert answer.location.endswith(f"patient={patient_id(hands, 'Z8')}")
        wrong = {**facts, "birth_date": "2190-01-02", "mrn": "Z9"}
        answer = submit(client, "/worklist/walk-in/patient", device="US01", **wrong)
    assert answer.status_code == 422
    assert 'id="birth_date-error"' in answer.text
    assert 'value="Z9"' in answer.text


def test_only_what_the_machine_can_do_is_offered(client_of: ClientOf, hands: Hands) -> None:
    with clock.at(at(9)):
        client = client_of("sonographer")
        path = f"/worklist/walk-in?device=US01&patient={patient_id(hands, 'M00009')}"
        offered = set(re.findall(r'name="exam_type"[^>]*value="(\w+)"', client.get(path).text))
    assert {"abdominal", "musculoskeletal"} <= offered
    assert offered.isdisjoint({"pelvic_floor", "contrast", "intraoperative"})


@pytest.mark.parametrize(
    ("change", "sign"),
    [
        ({"patient": ""}, "Find or add the patient first."),
        ({"exam_type": ""}, "exam_type-error"),
        ({"exam_type": "pelvic_floor"}, "exam_type-error"),
        ({"stream": "x"}, "stream-error"),
        ({"parts": "0"}, "parts-error"),
        ({"time": "25:00"}, "time-error"),
        ({"time": "07:00"}, "The time lies in the past."),
        ({"time": "12:30"}, "no working hours"),
        ({"reason": " "}, "reason-error"),
        ({"reason": "x" * 401}, "reason-error"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_written(
    client_of: ClientOf, hands: Hands, change: dict[str, str], sign: str
) -> None:
    with clock.at(at(9)):
        client = client_of("sonographer")
        typed = {"patient": patient_id(hands, "M00009"), **ADDED, **change}
        answer = submit(client, "/worklist/add", **typed)
    assert answer.status_code == 422
    assert sign in answer.text
    assert booked(hands) == []


def test_a_patient_who_is_examined_elsewhere_is_refused(client_of: ClientOf, hands: Hands) -> None:
    hands.book(at(9), "US02", patient="M00009")
    with clock.at(at(9, 1)):
        client = client_of("sonographer")
        answer = submit(client, "/worklist/walk-in", patient=patient_id(hands, "M00009"), **WALK_IN)
    assert answer.status_code == 422
    assert "another booking at this time" in answer.text
    assert len(booked(hands)) == 1


def test_unknown_ids_are_not_found(client_of: ClientOf) -> None:
    with clock.at(at(9)):
        client = client_of("sonographer")
        assert client.get("/worklist/walk-in?device=US99").status_code == 404
        assert client.get("/worklist/walk-in?device=US01&patient=99999").status_code == 404
        assert submit(client, "/worklist/walk-in", patient=99999, **WALK_IN).status_code == 404


@pytest.mark.parametrize("who", ["reception", "admin"])
@pytest.mark.parametrize("kind", ["walk-in", "add"])
def test_nobody_else_receives(client_of: ClientOf, hands: Hands, who: str, kind: str) -> None:
    with clock.at(at(9)):
        client = client_of(who)
        assert client.get(f"/worklist/{kind}?device=US01").status_code == 403
        assert submit(client, f"/worklist/{kind}", patient=1, **ADDED).status_code == 403
    assert booked(hands) == []


@pytest.mark.parametrize("page", ["/worklist/walk-in/patient", "/worklist/add/patients"])
def test_where_a_search_or_a_refused_form_stood_there_is_a_way_back(
    client_of: ClientOf, page: str
) -> None:
    assert client_of("sonographer").get(page).location == "/worklist"
