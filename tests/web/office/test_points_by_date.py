"""Points of an exam type from a day on: entered, refused beside the field, taken back."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.support.cast import ClientOf, submit
from tests.support.catalogue import exam_type
from tests.web.office.forms import form_of, resend, words
from tracker.queries import read_session
from tracker.queries.weights import WeightsRow, weights_rows

NEW = {
    "valid_from": "2026-12-01",
    "points_hundredths": "1.75",
    "further_part_points_hundredths": "0.25",
}


@pytest.fixture
def address(app: Flask) -> str:
    with app.app_context():
        return f"/admin/exam-types/{exam_type('abdominal').id}"


def rows(app: Flask, address: str) -> list[WeightsRow]:
    with app.app_context(), read_session() as session:
        return weights_rows(session, int(address.rsplit("/", 1)[1]))


def test_points_from_a_day_are_listed_and_the_present_ones_stay(
    app: Flask, office: FlaskClient, address: str
) -> None:
    answer = resend(office, address, f"{address}/points", **NEW)
    assert answer.status_code == 303
    page = office.get(address).text
    assert "Today an exam has 1.0 points, a further part 0.5." in words(page)
    assert "every stream without its own 1.75 0.25" in words(page)
    [row] = rows(app, address)
    assert (f"{row.valid_from}", row.points_hundredths, row.made_by) == ("2026-12-01", 175, "admin")
    assert "1.0 +0.5" in words(office.get("/admin/exam-types").text)


def test_what_is_refused_stands_beside_its_field_and_keeps_what_was_typed(
    app: Flask, office: FlaskClient, address: str
) -> None:
    for changes, text in (
        ({"valid_from": "2026-11-22"}, "days that are over keep theirs"),
        ({"points_hundredths": "1.234"}, "at most two decimals"),
        ({"valid_from": ""}, "This field is required"),
    ):
        answer = resend(office, address, f"{address}/points", **{**NEW, **changes})
        assert answer.status_code == 422
        assert text in words(answer.text)
        assert form_of(answer.text, f"{address}/points")["further_part_points_hundredths"] == [
            "0.25"
        ]
    resend(office, address, f"{address}/points", **NEW)
    again = resend(office, address, f"{address}/points", **NEW)
    assert (again.status_code, len(rows(app, address))) == (422, 1)
    assert "From this day other points are entered already." in words(again.text)
    assert office.get(f"{address}/points").status_code == 200


def test_points_to_come_are_taken_back(app: Flask, office: FlaskClient, address: str) -> None:
    resend(office, address, f"{address}/points", **NEW, stream="cadre_ward")
    [row] = rows(app, address)
    step = f"{address}/points/{row.id}/remove"
    assert resend(office, address, step).status_code == 303
    assert rows(app, address) == []
    assert submit(office, step).status_code == 404


def test_points_that_hold_already_stay(app: Flask, office: FlaskClient, address: str) -> None:
    resend(office, address, f"{address}/points", **{**NEW, "valid_from": "2026-11-23"})
    [row] = rows(app, address)
    answer = submit(office, f"{address}/points/{row.id}/remove")
    assert (answer.status_code, len(rows(app, address))) == (409, 1)
    assert "enter others from a later day" in words(answer.text)
    assert office.get(f"{address}/points/{row.id}/remove").status_code == 200
    assert "Today an exam has 1.75 points" in words(office.get(address).text)


@pytest.mark.parametrize("role", ["reception", "sonographer", "head"])
def test_nobody_else_sets_points(client_of: ClientOf, address: str, role: str) -> None:
    assert submit(client_of(role), f"{address}/points", **NEW).status_code == 403
