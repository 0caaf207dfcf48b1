"""Demand against supply under the grid: what is forecast, what does not fit, and that a plan which closes a machine shows it."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import insert, select

from tests.support.cast import ClientOf
from tests.support.department import MONDAY, at
from tests.web.office.forms import words
from tests.web.plan.planning import WEEK
from tracker.db import transaction
from tracker.models import DemandForecast, ExamType, Stream

pytestmark = pytest.mark.engines("sqlite")


def expect(app: Flask, exam_type: str, minutes: float) -> None:
    """So much is forecast for outpatients on Wednesday morning."""
    with app.app_context(), transaction() as session:
        type_id = session.scalars(select(ExamType.id).where(ExamType.code == exam_type)).one()
        stream = session.scalars(select(Stream.id).where(Stream.code == "outpatient")).one()
        values = {
            "local_date": MONDAY.replace(day=25),
            "part": "morning",
            "stream_id": stream,
            "exam_type_id": type_id,
            "exams": minutes / 10,
            "minutes": minutes,
            "spread": 1.0,
            "made_at": at(0),
        }
        session.execute(insert(DemandForecast), [values])


def table(client: FlaskClient) -> str:
    page = client.get(WEEK).text
    return words(page[page.index('id="demand"') :])


def test_without_a_forecast_the_page_says_so(head: FlaskClient) -> None:
    assert "This week is not forecast yet." in table(head)


def test_what_fits_is_told(app: Flask, head: FlaskClient) -> None:
    expect(app, "abdominal", 300)
    told = table(head)
    assert "All that is expected fits." in told
    # twenty machines and the portable, four hours each: all of them may do it
    assert "300 / 5040" in told
    assert "too few" not in told


def test_what_does_not_fit_is_red_and_said(app: Flask, head: FlaskClient) -> None:
    expect(app, "intraoperative", 1000)
    page = head.get(WEEK).text
    told = words(page)
    # the portable alone can do it: four hours
    assert "In 1 place demand does not fit." in told
    assert "1000 / 240 760 min too few" in told
    assert page.count('class="is-short"') == 1


@pytest.mark.parametrize("name", ["reception", "sonographer"])
def test_only_those_who_plan_see_it(app: Flask, client_of: ClientOf, name: str) -> None:
    expect(app, "abdominal", 300)
    assert 'id="demand"' not in client_of(name).get(WEEK).text
