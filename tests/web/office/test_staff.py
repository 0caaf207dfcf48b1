"""People: added, changed with their competences, leaving and coming back."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.support.cast import submit
from tests.support.catalogue import person
from tests.web.office.forms import resend

NEW = {"code": "D99", "name": "欧阳新", "kind": "doctor", "title": "physician", "sort_order": "99"}


def test_a_doctor_is_added_with_competences(app: Flask, office: FlaskClient) -> None:
    fields = {"competences": ["lung"], "supervises": ["cardiac"]}
    assert submit(office, "/admin/staff/new", **NEW, **fields).status_code == 303
    with app.app_context():
        added = person("D99")
    assert (added.competences, added.supervises) == ({"lung", "cardiac"}, {"cardiac"})


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize(
    ("field", "more"),
    [
        ("code", {"code": "D01"}),
        ("name", {"name": ""}),
        ("kind", {"kind": "wizard"}),
        ("title", {"title": "wizard"}),
        ("competences", {"kind": "clerk", "competences": ["lung"]}),
        ("competences", {"competences": ["alchemy"]}),
    ],
)
def test_what_is_refused_is_told_beside_its_field(
    office: FlaskClient, field: str, more: dict[str, object]
) -> None:
    answer = submit(office, "/admin/staff/new", **{**NEW, **more})
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text


def test_a_person_sent_unchanged_stays_and_changed_is_changed(
    app: Flask, office: FlaskClient
) -> None:
    with app.app_context():
        before = person("D05")
    address = f"/admin/staff/{before.id}"
    assert resend(office, address).status_code == 303
    with app.app_context():
        assert person("D05") == before
    assert resend(office, address, name="新名字").status_code == 303
    with app.app_context():
        assert person("D05").name == "新名字"


@pytest.mark.engines("sqlite")
def test_a_person_leaves_and_comes_back(app: Flask, office: FlaskClient) -> None:
    with app.app_context():
        address = f"/admin/staff/{person('D05').id}"
    assert resend(office, address, f"{address}/retire").status_code == 303
    with app.app_context():
        assert person("D05").is_retired
    assert resend(office, address, f"{address}/reinstate").status_code == 303
    with app.app_context():
        assert not person("D05").is_retired
