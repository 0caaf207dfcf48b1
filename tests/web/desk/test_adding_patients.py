"""Adding a patient while booking or alone, and correcting one: nothing typed is lost."""

import pytest

from tests.support.cast import ClientOf, submit
from tests.support.department import at
from tests.web.desk.hands import Hands
from tracker import clock
from tracker.queries import read_session
from tracker.queries.patients import PatientRow, patient_by_id

FACTS = {"name": "李雷", "sex": "male", "birth_date": "1990-05-06", "phone": "13911112222"}


def stored(hands: Hands, patient_id: int) -> PatientRow:
    with hands.app.app_context(), read_session() as session:
        return patient_by_id(session, patient_id)


def test_added_while_booking_and_on_with_the_same_request(
    client_of: ClientOf, hands: Hands
) -> None:
    with clock.at(at(8)):
        client = client_of("reception")
        answer = submit(client, "/book/patient", **FACTS, mrn="B-1", exam_type="cardiac")
    assert answer.status_code == 303
    path, _, patient = answer.location.rpartition("=")
    assert path == "/book?exam_type=cardiac&patient"
    added = stored(hands, int(patient))
    assert (added.name, added.mrn, added.mrn_is_temporary) == ("李雷", "B-1", False)


def test_without_a_number_a_temporary_one_is_shown_as_such(
    client_of: ClientOf, hands: Hands
) -> None:
    with clock.at(at(8)):
        client = client_of("reception")
        answer = submit(client, "/patients/new", **FACTS)
        page = client.get(answer.location).text
    added = stored(hands, int(answer.location.rpartition("/")[2]))
    assert added.mrn_is_temporary
    assert added.mrn in page
    assert "is-temporary" in page


def test_the_true_number_replaces_a_temporary_one(client_of: ClientOf, hands: Hands) -> None:
    patient = hands.add_patient("李雷")
    with clock.at(at(8)):
        client = client_of("reception")
        version = stored(hands, patient).version
        answer = submit(client, f"/patients/{patient}/edit", **FACTS, mrn="B-9", version=version)
    assert answer.location == f"/patients/{patient}"
    after = stored(hands, patient)
    assert (after.mrn, after.mrn_is_temporary, after.phone) == ("B-9", False, "13911112222")


def test_an_edit_of_what_somebody_else_changed_keeps_the_text(
    client_of: ClientOf, hands: Hands
) -> None:
    patient = hands.add_patient("李雷")
    with clock.at(at(8)):
        client = client_of("reception")
        seen = stored(hands, patient).version
        submit(client, f"/patients/{patient}/edit", **FACTS, version=seen)
        again = {**FACTS, "name": "李蕾"}
        answer = submit(client, f"/patients/{patient}/edit", **again, version=seen)
    assert answer.status_code == 409
    assert 'value="李蕾"' in answer.text
    assert stored(hands, patient).name == "李雷"


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "x" * 81),
        ("name", "a\x00b"),
        ("sex", "robot"),
        ("sex", ""),
        ("birth_date", ""),
        ("birth_date", "1990-13-01"),
        ("birth_date", "2999-01-01"),
        ("birth_date", "1800-01-01"),
        ("phone", "call me"),
        ("mrn", "号码"),
        ("mrn", "T20261123-1"),
        ("mrn", "M00001"),
    ],
)
@pytest.mark.parametrize("path", ["/book/patient", "/patients/new"])
def test_a_wrong_value_is_refused_on_its_field(
    client_of: ClientOf, path: str, field: str, value: str
) -> None:
    with clock.at(at(8)):
        client = client_of("reception")
        answer = submit(client, path, **{**FACTS, "mrn": "", field: value})
    assert answer.status_code == 422 or (answer.status_code, field) == (409, "mrn")
    assert f'id="{field}-error"' in answer.text
    kept = "李雷" if field != "name" else "13911112222"
    assert f'value="{kept}"' in answer.text


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize("role", ["admin", "stranger"])
@pytest.mark.parametrize("path", ["/patients/new", "/patients/1/edit", "/book/patient"])
def test_others_may_not(client_of: ClientOf, path: str, role: str) -> None:
    with clock.at(at(8)):
        answer = submit(client_of(role), path, **FACTS)
    assert answer.status_code == (403 if role == "admin" else 303)
