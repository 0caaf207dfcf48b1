"""Devices: added, changed, retired, put back; what devices can do."""

from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.support.cast import submit
from tests.support.catalogue import device
from tests.support.department import at
from tests.web.desk.hands import Hands
from tests.web.office.forms import form_of, resend, words

NEW = {
    "code": "US21",
    "name": "彩超 21 号机",
    "capabilities": ["convex", "linear"],
    "sort_order": "30",
}


def test_a_device_is_added(app: Flask, office: FlaskClient) -> None:
    answer = submit(office, "/admin/devices/new", **NEW, room="21 室", is_portable="y")
    assert (answer.status_code, answer.location) == (303, "/admin/devices")
    with app.app_context():
        added = device("US21")
    assert (added.room, added.is_portable, added.capabilities) == (
        "21 室",
        True,
        {"convex", "linear"},
    )
    assert "US21" in office.get("/admin/devices").text


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("code", ""),
        ("code", "US01"),
        ("code", "two words"),
        ("code", "<script>"),
        ("name", ""),
        ("name", "nul\0"),
        ("name", "x" * 81),
        ("ae_title", "back\\slash"),
        ("sort_order", "-1"),
        ("sort_order", "9" * 40),
        ("sort_order", "first"),
        ("capabilities", "magic"),
    ],
)
def test_what_is_refused_is_told_beside_its_field(
    office: FlaskClient, field: str, value: str
) -> None:
    answer = submit(office, "/admin/devices/new", **{**NEW, "building": "门诊楼", field: value})
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert 'value="门诊楼"' in answer.text
    assert "<script>" not in answer.text.replace("<script ", "")
    assert "US21" not in office.get("/admin/devices").text


def test_a_device_is_changed(app: Flask, office: FlaskClient) -> None:
    with app.app_context():
        number = device("US01").id
    answer = resend(office, f"/admin/devices/{number}", room="新 1 室", name="彩超一号")
    assert answer.status_code == 303
    with app.app_context():
        changed = device("US01")
    assert (changed.room, changed.name, changed.version) == ("新 1 室", "彩超一号", 2)


@pytest.mark.engines("sqlite")
def test_who_saves_second_keeps_what_was_typed_and_may_save_again(
    app: Flask, office: FlaskClient
) -> None:
    with app.app_context():
        address = f"/admin/devices/{device('US01').id}"
    mine = form_of(office.get(address).text, address)
    assert resend(office, address, room="theirs").status_code == 303
    answer = office.post(address, data={**mine, "room": "mine"})
    assert answer.status_code == 409
    assert "Somebody else changed this meanwhile." in words(answer.text)
    again = form_of(answer.text, address)
    assert again["room"] == ["mine"]
    assert office.post(address, data=again).status_code == 303
    with app.app_context():
        assert device("US01").room == "mine"


@pytest.mark.engines("sqlite")
def test_a_function_in_use_cannot_be_taken_away(
    app: Flask, office: FlaskClient, hands: Hands
) -> None:
    hands.book(at(9), exam_type="superficial")
    with app.app_context():
        address = f"/admin/devices/{device('US01').id}"
    answer = resend(office, address, capabilities=["convex"])
    assert answer.status_code == 409
    assert "Bookings to come need this function" in words(answer.text)


def test_a_device_is_retired_and_put_back(app: Flask, office: FlaskClient) -> None:
    with app.app_context():
        number = device("US01").id
    address = f"/admin/devices/{number}"
    assert resend(office, address, f"{address}/retire").status_code == 303
    with app.app_context():
        assert device("US01").is_retired
    assert resend(office, address, f"{address}/reinstate").status_code == 303
    with app.app_context():
        assert not device("US01").is_retired


@pytest.mark.engines("sqlite")
def test_a_device_with_bookings_is_not_retired(
    app: Flask, office: FlaskClient, hands: Hands
) -> None:
    hands.book(at(9))
    with app.app_context():
        address = f"/admin/devices/{device('US01').id}"
    answer = resend(office, address, f"{address}/retire")
    assert answer.status_code == 409
    assert "close it first and move them" in words(answer.text)
    assert office.get(f"{address}/retire").status_code == 200
    with app.app_context():
        assert not device("US01").is_retired


@pytest.mark.engines("sqlite")
def test_a_function_is_named_and_renamed(office: FlaskClient) -> None:
    names = {"name_zh": "三维", "name_en": "3D"}
    assert submit(office, "/admin/capabilities", code="three_d", **names).status_code == 303
    assert submit(office, "/admin/capabilities", code="three_d", **names).status_code == 422
    page = office.get("/admin/capabilities").text
    assert "three_d" in page
    answer = resend(office, "/admin/capabilities/1", name_en="Curved probe")
    assert answer.status_code == 303
    assert "Curved probe" in office.get("/admin/capabilities").text
    assert resend(office, "/admin/capabilities/1", name_en="").status_code == 422


def test_the_yearly_check_is_kept_with_its_day(app: Flask, office: FlaskClient) -> None:
    with app.app_context():
        before = device("US02")
    page = f"/admin/devices/{before.id}"
    late = submit(office, f"{page}/check", version=str(before.version), checked_on="2099-01-01")
    assert late.status_code == 422
    assert 'id="checked_on-error"' in late.text
    none = submit(office, f"{page}/check", version=str(before.version), checked_on="")
    assert none.status_code == 422
    answer = submit(office, f"{page}/check", version=str(before.version), checked_on="2026-03-09")
    assert (answer.status_code, answer.location) == (303, page)
    with app.app_context():
        after = device("US02")
    assert (after.checked_on, after.version) == (date(2026, 3, 9), before.version + 1)
    assert 'value="2026-03-09"' in office.get(page).text
    stale = submit(office, f"{page}/check", version=str(before.version), checked_on="2026-03-10")
    assert stale.status_code in (409, 422)
