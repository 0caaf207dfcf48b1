"""The notice of next year's holidays: pasted, shown day by day, written."""

from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.support.cast import ClientOf, submit
from tests.support.department import at
from tests.web.desk.hands import Hands
from tests.web.office.forms import form_of, resend, words
from tracker.db import read_session
from tracker.queries.calendar import work_calendar

ADDRESS = "/admin/calendar/notice"
CONFIRM = f"{ADDRESS}/confirm"
NOTICE = """二、春节：2月5日（周五）至11日（周四）放假调休，共7天。3月8日（周一）放假。1月31日（周日）、2月20日（周六）上班。
鼓励错峰出行。"""


def is_worked(app: Flask, day: date) -> bool:
    with app.app_context(), read_session() as session:
        return work_calendar(session).is_working(day)


def is_final(app: Flask, year: int) -> bool:
    with app.app_context(), read_session() as session:
        return work_calendar(session).is_published(year)


def test_days_are_shown_and_then_written(app: Flask, office: FlaskClient) -> None:
    shown = resend(office, f"{ADDRESS}?year=2027", ADDRESS, text=NOTICE)
    page = words(shown.text)
    assert "Sun 31 Jan 2027 Rest day Make-up working day 调休上班" in page
    assert "鼓励错峰出行。 Not understood." in page.replace("“", "").replace("”", "")
    assert is_worked(app, date(2027, 3, 8))
    answer = office.post(CONFIRM, data=form_of(shown.text, CONFIRM))
    assert (answer.status_code, answer.location) == (303, "/admin/calendar?year=2027")
    assert not is_worked(app, date(2027, 3, 8))
    assert is_worked(app, date(2027, 1, 31))
    assert is_final(app, 2027)
    assert submit(office, "/admin/calendar/years/2027/take-over").status_code == 303
    assert not is_worked(app, date(2027, 3, 8))


def test_forecast_days_that_the_notice_lacks_go_with_it(app: Flask, office: FlaskClient) -> None:
    assert submit(office, "/admin/calendar/years/2027/take-over").status_code == 303
    assert not is_worked(app, date(2027, 10, 1))
    shown = resend(office, f"{ADDRESS}?year=2027", ADDRESS, text=NOTICE)
    assert "Fri 1 Oct 2027 Holiday as its weekday says" in words(shown.text)
    assert office.post(CONFIRM, data=form_of(shown.text, CONFIRM)).status_code == 303
    assert is_worked(app, date(2027, 10, 1))


@pytest.mark.engines("sqlite")
def test_a_contradiction_leaves_the_year_provisional(app: Flask, office: FlaskClient) -> None:
    text = "一、元旦：1月1日（周四）放假，共1天。1月3日（周日）上班。"
    shown = resend(office, f"{ADDRESS}?year=2027", ADDRESS, text=text)
    assert "The weekday does not fit the date" in words(shown.text)
    assert office.post(CONFIRM, data=form_of(shown.text, CONFIRM)).status_code == 303
    assert is_worked(app, date(2027, 1, 3))
    assert not is_final(app, 2027)


def test_bookings_on_a_day_that_goes_are_counted(office: FlaskClient, hands: Hands) -> None:
    hands.book(at(9, day=1))
    shown = resend(office, ADDRESS, ADDRESS, year="2026", text="院庆：11月24日（周二）放假。")
    answer = office.post(CONFIRM, data=form_of(shown.text, CONFIRM))
    page = office.get(answer.location).text
    assert "Bookings stand on days that are not worked now: 1." in words(page)


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize(
    ("field", "value"), [("text", ""), ("text", "x" * 10_001), ("year", "1850"), ("year", "next")]
)
def test_what_is_refused_is_told_beside_its_field(
    office: FlaskClient, field: str, value: str
) -> None:
    for action in (ADDRESS, CONFIRM):
        fields = {**form_of(office.get(ADDRESS).text, ADDRESS), "text": NOTICE, field: value}
        answer = office.post(action, data=fields)
        assert answer.status_code == 422
        assert f'id="{field}-error"' in answer.text


@pytest.mark.engines("sqlite")
def test_a_text_that_is_no_notice_gives_nothing_to_write(office: FlaskClient) -> None:
    shown = resend(office, ADDRESS, ADDRESS, text="<b>hello</b>")
    assert "No day was read in this text." in words(shown.text)
    assert CONFIRM not in shown.text
    assert "<b>hello" not in shown.text


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize("name", ["head", "reception", "stranger"])
def test_the_notice_is_the_administrators(client_of: ClientOf, name: str) -> None:
    assert client_of(name).get(ADDRESS).status_code in (303, 403)
