"""GET /volume/year: the year beside its targets, as the page has it."""

from datetime import date, timedelta

import pytest

from tests.support.department import MONDAY, account_id, at
from tests.support.starting_data import SYSTEM
from tests.support.years import fill_years
from tracker import clock
from tracker.services.targets import set_targets
from tracker.services.year_forecasting import forecast_year


@pytest.fixture
def years(app):
    with app.app_context():
        fill_years(date(2026, 2, 1), MONDAY - timedelta(days=1))
        set_targets(2026, {"medical_exam": 240}, by=account_id("admin"), now=at(1))
        forecast_year(by=SYSTEM, now=at(2))


def year(head, **query):
    with clock.at(at(12)):
        return head.get("/volume/year", **query)


@pytest.mark.usefixtures("years")
def test_lines_and_months_add_up(head):
    found = year(head).json
    assert (found["year"], found["through"], found["is_published"]) == (2026, "2026-11-22", True)
    assert (found["working_days"], found["days_over"]) == (248, 219)
    whole, medical = found["lines"]
    assert (whole["stream"], medical["stream"]) == (None, "medical_exam")
    with clock.at(at(12)):
        days = {"from_": "2026-01-01", "to": "2026-12-31"}
        assert whole["done"] == head.get("/volume", **days).json["total"]["exams"]
    for line in (whole, medical):
        months = line["months"]
        assert sum(month["planned"] for month in months) == line["target"]
        assert sum(month["done"] for month in months) == line["done"]
        assert sum(month["gap"] or 0 for month in months) == line["gap"]["exams"]
        assert line["gap"]["done"] - line["gap"]["planned"] == line["gap"]["exams"]
        assert months[-1]["planned_by_end"] == line["target"]
        assert [month["month"] for month in months] == [f"2026-{n:02}" for n in range(1, 13)]


@pytest.mark.usefixtures("years")
def test_the_forecast_ends_where_its_months_end(head):
    for line in year(head).json["lines"]:
        forecast, december = line["forecast"], line["months"][11]["expected_by_end"]
        assert {name: forecast[name] for name in december} == december
        assert forecast["low"] <= forecast["expected"] <= forecast["high"]
        assert (forecast["made_on"], forecast["past_years"]) == ("2026-11-23", 0)
        assert forecast["past_error"] is None
        assert line["months"][9]["expected_by_end"] is None


def test_a_year_without_target_or_exams_has_nulls(head):
    found = year(head, year=2024).json
    (line,) = found["lines"]
    assert (line["target"], line["gap"], line["forecast"], line["done"]) == (None, None, None, 0)
    assert {month["planned"] for month in line["months"]} == {None}
    assert year(head, year=2028).json["through"] is None
    assert year(head, year=2028).json["is_published"] is False


@pytest.mark.engines("sqlite")
def test_the_year_is_the_heads_and_is_a_number(head, reception, sonographer):
    assert reception.get("/volume/year").code == "forbidden"
    assert sonographer.get("/volume/year").code == "forbidden"
    for wrong in ("1999", "x", "3000", ""):
        assert list(head.get("/volume/year", year=wrong).fields) == ["year"]
