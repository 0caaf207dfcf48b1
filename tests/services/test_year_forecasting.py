"""The nightly forecast of the year's end: kept by day, with the error it would have had; the plan line's shape."""

from datetime import date, timedelta

import pytest

from tests.support.catalogue import last_entry
from tests.support.databases import Template
from tests.support.department import DEPARTMENT, MONDAY, account_id, at
from tests.support.soundness import count, tables
from tests.support.starting_data import SYSTEM
from tests.support.years import fill_years, steady
from tracker.db import read_session
from tracker.queries.demand_history import work_days
from tracker.queries.year import PlanLine, YearOutlook, exam_history, plan_lines, year_outlooks
from tracker.services.targets import set_targets
from tracker.services.year_forecasting import forecast_year

pytestmark = pytest.mark.usefixtures("app_context")

YESTERDAY = MONDAY - timedelta(days=1)


@pytest.fixture
def template() -> Template:
    return DEPARTMENT


@pytest.fixture
def years(app_context: None) -> None:
    """Three years of the same weeks, until yesterday."""
    fill_years(date(2024, 1, 1), YESTERDAY)


def outlooks(year: int = 2026) -> dict[str | None, YearOutlook]:
    with read_session() as session:
        return year_outlooks(session, year)


def lines(year: int = 2026) -> dict[str | None, PlanLine]:
    with read_session() as session:
        return plan_lines(session, year, work_days(session))


def whole_year(year: int = 2026) -> int:
    with read_session() as session:
        days = work_days(session).calendar.working_days(date(year, 1, 1), date(year, 12, 31))
        return sum(sum(steady(day).values()) for day in days)


@pytest.mark.usefixtures("years")
def test_steady_years_end_as_they_go_on() -> None:
    made = forecast_year(by=SYSTEM, now=at(1))
    end = outlooks()[None].end
    assert made.expected == end.expected == pytest.approx(whole_year(), rel=0.01)
    assert end.low <= whole_year() <= end.high
    assert made.history_days > 700


@pytest.mark.usefixtures("years")
def test_every_month_says_what_is_reached_at_its_end() -> None:
    forecast_year(by=SYSTEM, now=at(1))
    outlook = outlooks()[None]
    with read_session() as session:
        done = sum(
            e for day, e in exam_history(session, YESTERDAY)[None].items() if day.year == 2026
        )
    assert len(outlook.months) == 12
    assert {(month.low, month.high) for month in outlook.months[:10]} == {(done, done)}
    november, december = outlook.months[10:]
    assert done < november.expected < december.expected == outlook.end.expected
    assert november.high - november.low < december.high - december.low


@pytest.mark.usefixtures("years")
def test_the_past_error_is_that_of_years_held_back() -> None:
    forecast_year(by=SYSTEM, now=at(1))
    outlook = outlooks()[None]
    assert outlook.past_years == 1  # 2025 had a year before it; 2024 had none
    assert outlook.past_error is not None
    assert outlook.past_error < 0.02
    assert outlook.naive_error is not None
    assert 0 <= outlook.past_inside <= 1


@pytest.mark.usefixtures("years")
def test_a_stream_is_forecast_once_it_has_a_target() -> None:
    forecast_year(by=SYSTEM, now=at(1))
    assert set(outlooks()) == {None}
    set_targets(2026, {"medical_exam": 250}, by=account_id("admin"), now=at(2))
    forecast_year(by=SYSTEM, now=at(3))
    found = outlooks()
    assert set(found) == {None, "medical_exam"}
    assert found["medical_exam"].end.expected == pytest.approx(248, abs=3)


@pytest.mark.usefixtures("years")
def test_the_line_follows_the_weekdays_of_the_years_before() -> None:
    before = lines()[None]
    assert (before.history_days, before.learnt_through) == (0, None)
    forecast_year(by=SYSTEM, now=at(1))
    line = lines()[None]
    monday, tuesday = date(2026, 6, 1), date(2026, 6, 2)
    assert line.plan.on(monday) == pytest.approx(7 / 4 * line.plan.on(tuesday), rel=0.1)
    assert line.plan.through(date(2026, 12, 31)) == line.plan.target == 190_000
    assert line.learnt_through == date(2025, 12, 31)  # what this year brings does not move its line
    assert before.plan.on(monday) == pytest.approx(before.plan.on(tuesday), abs=1)


@pytest.mark.usefixtures("years")
def test_a_second_run_changes_nothing_and_the_next_day_adds_its_own() -> None:
    forecast_year(by=account_id("head"), now=at(1))
    action, entity, change = last_entry()
    assert (action, entity, change) == ("forecast", "year_forecast", {"rows": 1})
    before = tables()
    forecast_year(by=account_id("head"), now=at(2))
    assert tables() == before
    forecast_year(by=account_id("head"), now=at(1, day=1))
    assert count("year_forecast") == 2
    assert outlooks()[None].made_on == MONDAY + timedelta(days=1)


@pytest.mark.usefixtures("years")
def test_a_new_year_begins_with_a_forecast_of_all_of_it() -> None:
    fill_years(MONDAY, date(2026, 12, 31))
    made = forecast_year(by=SYSTEM, now=at(1, day=(date(2027, 1, 1) - MONDAY).days))
    outlook = outlooks(2027)[None]
    assert made.year == 2027
    assert outlook.months[0].low > 0
    assert outlook.end.expected == pytest.approx(whole_year(2027), rel=0.02)
    assert outlook.past_years == 2


def test_without_half_a_year_of_exams_nothing_is_forecast() -> None:
    fill_years(MONDAY - timedelta(weeks=12), YESTERDAY)
    made = forecast_year(by=SYSTEM, now=at(1))
    assert made.expected is None
    assert outlooks() == {}
    assert lines()[None].history_days == 0


def test_an_empty_department_is_told_so() -> None:
    made = forecast_year(by=SYSTEM, now=at(1))
    assert (made.expected, made.history_days) == (None, 0)
    assert count("year_forecast") == count("year_profile") == 0
