"""Shares of points from a day on: entered, refused beside the field, taken back."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.support.cast import ClientOf, submit
from tests.support.catalogue import last_entry
from tests.web.office.forms import resend, words
from tracker.queries import read_session
from tracker.queries.shares import SharesRow, shares_rows

PAGE = "/admin/shares"
NEW = {"valid_from": "2026-12-01", "operator": "700", "supervisor": "200", "assistant": "100"}


def rows(app: Flask) -> list[SharesRow]:
    with app.app_context(), read_session() as session:
        return shares_rows(session)


def test_shares_are_entered_and_those_of_today_stay(app: Flask, office: FlaskClient) -> None:
    assert resend(office, PAGE, **NEW).status_code == 303
    page = words(office.get(PAGE).text)
    assert "Today: operator 1000 ‰, supervisor 0 ‰, assistant 0 ‰." in page
    assert "not begun yet 700 200 100" in page
    with app.app_context():
        assert last_entry()[:2] == ("add", "points_share")


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"operator": "600"}, "The three shares together are 1000 ‰."),
        ({"operator": "1200", "supervisor": "-200"}, "between 0 and 1000"),
        ({"valid_from": "2026-11-22"}, "days that are over keep theirs"),
        ({"valid_from": "someday"}, "Not a valid date"),
    ],
)
def test_what_is_refused_stands_beside_its_field(
    app: Flask, office: FlaskClient, changes: dict[str, str], text: str
) -> None:
    answer = resend(office, PAGE, **{**NEW, **changes})
    assert (answer.status_code, rows(app)) == (422, [])
    assert text in words(answer.text)


def test_a_day_is_entered_once_and_taken_back_until_it_begins(
    app: Flask, office: FlaskClient
) -> None:
    resend(office, PAGE, **NEW)
    again = resend(office, PAGE, **{**NEW, "operator": "800", "supervisor": "100"})
    assert (again.status_code, len(rows(app))) == (422, 1)
    assert resend(office, PAGE, f"{PAGE}/2026-12-01/remove").status_code == 303
    assert rows(app) == []
    assert submit(office, f"{PAGE}/2026-12-01/remove").status_code == 404
    assert submit(office, f"{PAGE}/tomorrow/remove").status_code == 404


def test_shares_that_hold_already_stay(app: Flask, office: FlaskClient) -> None:
    resend(office, PAGE, **{**NEW, "valid_from": "2026-11-23"})
    answer = submit(office, f"{PAGE}/2026-11-23/remove")
    assert (answer.status_code, len(rows(app))) == (409, 1)
    assert "enter others from a later day" in words(answer.text)
    assert "operator 700 ‰" in words(office.get(f"{PAGE}/2026-11-23/remove").text)


@pytest.mark.parametrize("role", ["reception", "sonographer", "head"])
def test_nobody_else_sets_shares(client_of: ClientOf, role: str) -> None:
    assert submit(client_of(role), PAGE, **NEW).status_code == 403
