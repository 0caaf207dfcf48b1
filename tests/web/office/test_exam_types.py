"""Exam types: all fields, points as decimals, what differs for a stream; retired and put back."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.support.cast import submit
from tests.support.catalogue import exam_type, stream
from tests.web.office.forms import form_of, resend, words
from tracker.queries import read_session
from tracker.queries.exam_types import PairRow, exam_type_streams

NEW = {
    "code": "thyroid",
    "name_zh": "甲状腺",
    "name_en": "Thyroid",
    "minutes": "9",
    "further_part_minutes": "4",
    "observation_minutes": "0",
    "points_hundredths": "1.25",
    "further_part_points_hundredths": "0.5",
    "bladder": "",
    "colour": "teal",
    "sort_order": "20",
    "capabilities": ["linear"],
}


def test_an_exam_type_is_added_with_points_as_decimals(app: Flask, office: FlaskClient) -> None:
    answer = submit(office, "/admin/exam-types/new", **NEW, preparation_zh="无", is_fasting="y")
    assert (answer.status_code, answer.location) == (303, "/admin/exam-types")
    with app.app_context():
        added = exam_type("thyroid")
    assert (added.points_hundredths, added.further_part_points_hundredths) == (125, 50)
    assert (added.is_fasting, added.preparation_zh, added.capabilities) == (True, "无", {"linear"})


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("code", "abdominal"),
        ("name_zh", ""),
        ("minutes", "0"),
        ("minutes", "481"),
        ("minutes", "ten"),
        ("further_part_minutes", ""),
        ("points_hundredths", ""),
        ("points_hundredths", "1.234"),
        ("points_hundredths", "-1"),
        ("points_hundredths", "NaN"),
        ("points_hundredths", "Infinity"),
        ("points_hundredths", "1e999999999"),
        ("points_hundredths", "many"),
        ("loinc", "24558"),
        ("bladder", "half"),
        ("colour", "chartreuse"),
        ("preparation_en", "x" * 401),
        ("of_outpatient-minutes", "0"),
        ("of_outpatient-points_hundredths", "1.001"),
        ("of_outpatient-demand_permille", "1001"),
    ],
)
def test_what_is_refused_is_told_beside_its_field(
    office: FlaskClient, field: str, value: str
) -> None:
    answer = submit(office, "/admin/exam-types/new", **{**NEW, field: value})
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert "甲状腺" in answer.text or field == "name_zh"
    assert "thyroid" not in office.get("/admin/exam-types").text


def test_an_exam_type_sent_unchanged_stays_as_it_is(app: Flask, office: FlaskClient) -> None:
    with app.app_context():
        before = exam_type("cardiac")
    assert resend(office, f"/admin/exam-types/{before.id}").status_code == 303
    with app.app_context():
        assert exam_type("cardiac") == before


def test_what_differs_for_a_stream_is_kept(app: Flask, office: FlaskClient) -> None:
    with app.app_context():
        address = f"/admin/exam-types/{exam_type('cardiac').id}"
    changes = {
        "of_cadre_ward-minutes": "25",
        "of_cadre_ward-points_hundredths": "2.05",
        "of_cadre_ward-demand_permille": "12",
    }
    assert resend(office, address, **changes).status_code == 303
    with app.app_context(), read_session() as session:
        pairs = {pair.stream: pair for pair in exam_type_streams(session)
                 if pair.exam_type == "cardiac"}  # fmt: skip
    assert pairs["cadre_ward"] == PairRow("cardiac", "cadre_ward", 25, None, 205, None, 12)
    shown = form_of(office.get(address).text, address)
    assert shown["of_cadre_ward-points_hundredths"] == ["2.05"]


@pytest.mark.engines("sqlite")
def test_a_retired_stream_is_not_lost_from_what_differs(app: Flask, office: FlaskClient) -> None:
    with app.app_context():
        number, address = stream("cadre_ward").id, f"/admin/exam-types/{exam_type('cardiac').id}"
    there = f"/admin/streams/{number}"
    resend(office, there, f"{there}/retire")
    assert "of_cadre_ward-demand_permille" in form_of(office.get(address).text, address)


@pytest.mark.engines("sqlite")
def test_who_saves_second_is_told(app: Flask, office: FlaskClient) -> None:
    with app.app_context():
        address = f"/admin/exam-types/{exam_type('lung').id}"
    mine = form_of(office.get(address).text, address)
    resend(office, address, minutes="11")
    answer = office.post(address, data={**mine, "minutes": "12"})
    assert answer.status_code == 409
    assert form_of(answer.text, address)["minutes"] == ["12"]
    assert "Somebody else changed this meanwhile." in words(answer.text)


def test_an_exam_type_is_retired_and_put_back(app: Flask, office: FlaskClient) -> None:
    with app.app_context():
        address = f"/admin/exam-types/{exam_type('lung').id}"
    assert resend(office, address, f"{address}/retire").status_code == 303
    with app.app_context():
        assert exam_type("lung").is_retired
    assert resend(office, address, f"{address}/reinstate").status_code == 303
    with app.app_context():
        assert not exam_type("lung").is_retired
