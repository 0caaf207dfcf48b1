"""Who changed what, on the page of each thing; a search on each list."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.support.catalogue import device, exam_type, person, stream
from tests.support.department import at
from tests.web.office.forms import resend, words
from tracker.db import transaction
from tracker.writes.audit import write_audit

pytestmark = pytest.mark.engines("sqlite")


@pytest.mark.parametrize(
    ("path", "find", "change", "shown"),
    [
        ("devices", lambda: device("US01"), {"room": "新 1 室"}, "→ 新 1 室"),
        ("exam-types", lambda: exam_type("abdominal"), {"name_en": "Belly"}, "→ Belly"),
        ("streams", lambda: stream("outpatient"), {"name_en": "Walkers"}, "→ Walkers"),
        ("staff", lambda: person("D01"), {"name": "改名"}, "→ 改名"),
    ],
)
def test_a_page_says_who_changed_what(
    app: Flask,
    office: FlaskClient,
    path: str,
    find: Callable[[], object],
    change: dict[str, str],
    shown: str,
) -> None:
    with app.app_context():
        address = f"/admin/{path}/{find().id}"
    assert "Who changed what" not in words(office.get(address).text)
    assert resend(office, address, **change).status_code == 303
    page = words(office.get(address).text)
    assert "· admin · changed" in page.partition("Who changed what")[2]
    assert shown in page


def test_a_day_and_an_account_have_their_history(office: FlaskClient) -> None:
    assert resend(office, "/admin/calendar/2026-11-24", kind="rest").status_code == 303
    assert "Who changed what" in words(office.get("/admin/calendar/2026-11-24").text)
    page = office.get("/admin/accounts/2").text
    assert "signed in ·" not in words(page)


def test_a_change_is_told_however_often_somebody_signed_in_since(
    app: Flask, office: FlaskClient
) -> None:
    with app.app_context(), transaction() as session:
        entry = {"session": session, "entity": "account", "entity_id": 2, "by": 2, "change": {}}
        for action in ["reset_password", *["sign_in", "sign_out"] * 40]:
            write_audit(action=action, now=at(6), **entry)
    assert "Who changed what" in words(office.get("/admin/accounts/2").text)


@pytest.mark.parametrize(
    "path", ["devices", "exam-types", "streams", "staff", "accounts", "capabilities"]
)
def test_every_list_is_searched_from_its_page(office: FlaskClient, path: str) -> None:
    assert "data-filter" in office.get(f"/admin/{path}").text
