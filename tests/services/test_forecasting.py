"""Forecasting: rows for every coming day to the end of a week, replaced as a whole, never below what is booked."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import delete, insert, select

from tests.support.catalogue import last_entry
from tests.support.databases import Template
from tests.support.department import DEPARTMENT, MONDAY, account_id, at
from tests.support.soundness import count, tables
from tests.support.starting_data import SYSTEM
from tracker.db import db, read_session
from tracker.domain.errors import InvalidError
from tracker.models import DemandForecast, Exam, Target
from tracker.queries.demand_history import work_days
from tracker.queries.forecast import ExpectedDemand, expected_demand, forecast_made_at
from tracker.services.booking import BookingOrder, book_exam
from tracker.services.forecasting import forecast_demand

pytestmark = pytest.mark.usefixtures("app_context")

TUESDAY = MONDAY + timedelta(days=1)
SUNDAY = MONDAY + timedelta(days=6)
MORNINGS, AFTERNOONS = 6, 2


@pytest.fixture
def template() -> Template:
    return DEPARTMENT


@pytest.fixture
def history(app_context: None) -> None:
    """Eight weeks of the same day: six abdominal exams of outpatients in the morning, two after noon."""
    with read_session() as session:
        days = work_days(session).calendar.working_days(
            MONDAY - timedelta(weeks=8), MONDAY - timedelta(days=1)
        )
        rows = [row for day in days for row in performed(day)]
    with db.engine.begin() as connection:
        connection.execute(insert(Exam), rows)


def performed(day: date) -> list[dict[str, object]]:
    offset = (day - MONDAY).days
    starts = [at(8, 15 * n, day=offset) for n in range(MORNINGS)]
    starts += [at(14, 15 * n, day=offset) for n in range(AFTERNOONS)]
    return [
        {
            "number": f"H{day}{n}", "patient_id": n + 1, "exam_type_id": 1, "stream_id": 1,
            "device_id": 1, "operator_id": 1, "started_at": start, "ended_at": start,
            "local_date": day, "minutes": 0, "points_hundredths": 0, "logged_at": start,
            "logged_by_id": SYSTEM,
        }
        for n, start in enumerate(starts)
    ]  # fmt: skip


def forecast(first: date, last: date | None = None) -> tuple[ExpectedDemand, ...]:
    with read_session() as session:
        return expected_demand(session, first, last or first)


def of_part(rows: tuple[ExpectedDemand, ...], part: str) -> ExpectedDemand:
    (row,) = (row for row in rows if row.part == part)
    return row


def book(number: int, start: datetime, *, stream: str = "outpatient") -> None:
    order = BookingOrder(f"M{number:05}", "abdominal", stream, "US01", start)
    book_exam(order, by=SYSTEM, now=at(0))


@pytest.mark.usefixtures("history")
def test_an_even_history_is_expected_again_on_every_working_day_to_the_end_of_a_week() -> None:
    result = forecast_demand(by=account_id("head"), now=at(7))
    assert result.through == MONDAY + timedelta(weeks=8, days=6)  # eight weeks, then to its Sunday
    rows = forecast(MONDAY, result.through)
    with read_session() as session:
        worked = list(work_days(session).calendar.working_days(MONDAY, result.through))
    assert sorted({row.local_date for row in rows}) == worked
    morning, afternoon = forecast(TUESDAY)
    assert (morning.part, afternoon.part) == ("morning", "afternoon")
    assert (morning.stream, morning.exam_type) == ("outpatient", "abdominal")
    assert morning.exams == pytest.approx(MORNINGS)
    assert afternoon.exams == pytest.approx(AFTERNOONS)
    assert morning.minutes == pytest.approx(10 * MORNINGS)
    assert result.exams == pytest.approx(sum(row.exams for row in rows))


@pytest.mark.usefixtures("history")
def test_a_day_that_is_not_over_teaches_nothing() -> None:
    before = forecast_demand(by=SYSTEM, now=at(7))
    with db.engine.begin() as connection:
        connection.execute(insert(Exam), performed(MONDAY)[:1])
    assert forecast_demand(by=SYSTEM, now=at(9)) == before


@pytest.mark.usefixtures("history")
def test_what_is_booked_is_a_floor_where_nobody_ever_came_too() -> None:
    for number in range(5):
        book(number + 1, at(14, 15 * number, day=1))
    book(9, at(9, day=2), stream="medical_exam")
    forecast_demand(by=SYSTEM, now=at(7))
    morning, afternoon = forecast(TUESDAY)
    assert afternoon.exams == pytest.approx(5)
    assert afternoon.minutes == pytest.approx(50)
    assert morning.exams == pytest.approx(MORNINGS + AFTERNOONS - 5)  # the day's total stays
    group = [row for row in forecast(MONDAY + timedelta(days=2)) if row.stream == "medical_exam"]
    assert [(row.exams, row.minutes) for row in group] == [(1, pytest.approx(10, abs=10))]


@pytest.mark.usefixtures("history")
def test_forecasting_again_replaces_the_coming_days_and_leaves_the_past() -> None:
    forecast_demand(by=SYSTEM, now=at(7))
    first = forecast(MONDAY)
    with db.engine.begin() as connection:
        connection.execute(
            insert(Exam), [{**row, "number": f"{row['number']}b"} for row in performed(MONDAY)]
        )
    for number in range(9):
        book(number + 1, at(8, 15 * number, day=1))
    forecast_demand(by=SYSTEM, now=at(7, day=1))
    assert forecast(MONDAY) == first
    assert of_part(forecast(TUESDAY), "morning").exams == pytest.approx(9)
    with read_session() as session:
        assert forecast_made_at(session, MONDAY, MONDAY) == at(7)
        assert forecast_made_at(session, TUESDAY, SUNDAY) == at(7, day=1)


@pytest.mark.usefixtures("history")
def test_only_a_forecast_that_says_something_else_is_noted() -> None:
    forecast_demand(by=account_id("head"), now=at(7))
    action, entity, change = last_entry()
    assert (action, entity) == ("forecast", "demand_forecast")
    assert change == {"rows": count("demand_forecast")}
    before = tables()
    forecast_demand(by=account_id("head"), now=at(7))
    assert tables() == before
    forecast_demand(by=account_id("head"), now=at(8))
    assert count("audit_entry") == len(before["audit_entry"])


@pytest.mark.usefixtures("history")
def test_a_week_that_was_asked_for_stays_forecast() -> None:
    far = MONDAY + timedelta(weeks=20)
    assert forecast(far) == ()
    assert forecast_demand(by=SYSTEM, now=at(7), through=far).through == far + timedelta(days=6)
    assert forecast(far)
    forecast_demand(by=SYSTEM, now=at(7, day=1))
    assert forecast(far)


def test_a_day_too_far_away_is_refused_and_nothing_is_written() -> None:
    with pytest.raises(InvalidError) as refusal:
        forecast_demand(by=SYSTEM, now=at(7), through=MONDAY + timedelta(days=401))
    assert refusal.value.field == "through"
    assert count("demand_forecast") == 0


def test_without_a_history_the_target_stands_for_it() -> None:
    result = forecast_demand(by=SYSTEM, now=at(7))
    assert result.history_days == 0
    rows = forecast(TUESDAY)
    assert sum(row.exams for row in rows) == pytest.approx(190_000 / 248, rel=0.01)
    mornings = sum(row.exams for row in rows if row.part == "morning")
    assert mornings / sum(row.exams for row in rows) == pytest.approx(240 / 450)
    assert {row.exam_type for row in rows if row.stream == "outpatient"} >= {"abdominal", "rectal"}
    assert forecast(SUNDAY) == ()


def test_with_neither_history_nor_target_only_what_is_booked_is_expected() -> None:
    with db.engine.begin() as connection:
        connection.execute(delete(Target))
    book(1, at(9, day=1))
    result = forecast_demand(by=SYSTEM, now=at(7))
    assert result.exams == 1
    assert [(row.local_date, row.exams, row.spread) for row in forecast(MONDAY, SUNDAY)] == [
        (TUESDAY, 1, 0)
    ]


@pytest.mark.usefixtures("history")
def test_no_patient_is_named_and_no_past_day_is_forecast() -> None:
    forecast_demand(by=SYSTEM, now=at(7))
    with read_session() as session:
        first = session.scalars(
            select(DemandForecast.local_date).order_by(DemandForecast.local_date)
        ).first()
    assert first == MONDAY
    with read_session() as session:
        assert (
            forecast_made_at(session, MONDAY - timedelta(days=7), MONDAY - timedelta(days=1))
            is None
        )
