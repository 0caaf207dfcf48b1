"""The working calendar: a year at a glance, one day set and put back, a year taken over or declared final."""

from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.support.cast import submit
from tests.support.department import at
from tests.web.desk.hands import Hands
from tests.web.office.forms import resend, words
from tracker.db import read_session
from tracker.queries.calendar import work_calendar

TUESDAY = date(2026, 11, 24)


def is_worked(app: Flask, day: date) -> bool:
    with app.app_context(), read_session() as session:
        return work_calendar(session).is_working(day)


def is_final(app: Flask, year: int) -> bool:
    with app.app_context(), read_session() as session:
        return work_calendar(session).is_published(year)


@pytest.mark.engines("sqlite")
def test_a_year_shows_every_day_with_its_kind(office: FlaskClient) -> None:
    page = office.get("/admin/calendar?year=2026").text
    assert page.count('href="/admin/calendar/2026-') == 365
    assert "248 working days" in words(page)
    assert 'aria-label="Sat 10 Oct 2026, Make-up working day' in page


def test_a_day_is_set_and_put_back(app: Flask, office: FlaskClient) -> None:
    address = f"/admin/calendar/{TUESDAY}"
    answer = resend(office, address, kind="holiday", name="院庆")
    assert (answer.status_code, answer.location) == (303, "/admin/calendar?year=2026")
    assert not is_worked(app, TUESDAY)
    assert "院庆, set by hand" in office.get("/admin/calendar?year=2026").text
    assert resend(office, address, f"{address}/unset").status_code == 303
    assert is_worked(app, TUESDAY)


def test_bookings_on_a_day_off_lead_to_the_closing(
    app: Flask, office: FlaskClient, hands: Hands
) -> None:
    hands.book(at(9, day=1))
    answer = resend(office, f"/admin/calendar/{TUESDAY}", kind="rest")
    assert answer.location == f"/closures/new?date={TUESDAY}"
    page = office.get(answer.location).text
    assert "Bookings on days that are not worked: 1." in words(page)
    assert 'value="2026-11-24T00:00"' in page


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize(
    ("field", "more"), [("kind", {"kind": "weekend"}), ("name", {"name": "x" * 81})]
)
def test_what_is_refused_is_told_beside_its_field(
    app: Flask, office: FlaskClient, field: str, more: dict[str, str]
) -> None:
    answer = resend(office, f"/admin/calendar/{TUESDAY}", **{"kind": "rest", **more})
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert is_worked(app, TUESDAY)


def test_a_year_is_taken_over_and_declared_final(app: Flask, office: FlaskClient) -> None:
    assert "provisional" in words(office.get("/admin/calendar?year=2027").text)
    assert submit(office, "/admin/calendar/years/2027/take-over").status_code == 303
    assert not is_final(app, 2027)
    assert submit(office, "/admin/calendar/years/2027/publish").status_code == 303
    assert is_final(app, 2027)
    assert "are provisional" not in words(office.get("/admin/calendar?year=2027").text)
    assert submit(office, "/admin/calendar/years/2027/withdraw").status_code == 303
    assert not is_final(app, 2027)


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize("step", ["take-over", "publish"])
def test_a_year_out_of_range_is_refused(office: FlaskClient, step: str) -> None:
    assert submit(office, f"/admin/calendar/years/99999/{step}").status_code == 422
