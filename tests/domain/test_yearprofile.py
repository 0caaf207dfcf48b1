"""What a history says of a year: even stays even, growth is no season, an odd month teaches nothing."""

import math
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest

from tracker.domain.daylevels import WorkDays
from tracker.domain.workcalendar import WorkCalendar
from tracker.domain.yearprofile import (
    PERIOD_DAYS,
    Course,
    learn_course,
    year_end,
)

DAYS = WorkDays(WorkCalendar(ZoneInfo("Asia/Shanghai"), {}))
FIRST, LAST = date(2021, 1, 1), date(2025, 12, 31)
WORKED = list(DAYS.calendar.working_days(FIRST, LAST))


def grown(day: date) -> float:
    return 500 * 1.08 ** ((day - FIRST).days / 365.25)


def season(day: date) -> float:
    return 1 + 0.1 * math.cos((day.month - 4) * math.tau / 12)


def test_an_even_history_has_an_even_year() -> None:
    course = learn_course(dict.fromkeys(WORKED, 700.0), DAYS)
    assert all(level == pytest.approx(700) for level in course.periods)
    assert all(course.levels.of(day, DAYS) == pytest.approx(1) for day in WORKED[:300])


def test_growth_is_taken_for_no_season() -> None:
    course = learn_course({day: grown(day) for day in WORKED}, DAYS)
    assert all(abs(factor - 1) < 0.01 for factor in course.levels.months.values())
    assert course.periods[-1] == pytest.approx(grown(WORKED[-10]), rel=0.01)


def test_weekdays_and_months_are_found_beside_growth() -> None:
    course = learn_course(
        {day: grown(day) * season(day) * (1.3 if day.weekday() == 0 else 1) for day in WORKED}, DAYS
    )
    for month, factor in course.levels.months.items():
        assert factor == pytest.approx(season(date(2025, month, 1)), rel=0.025)
    assert course.levels.slots[0] / course.levels.slots[2] == pytest.approx(1.3, rel=0.02)


def test_an_odd_quarter_teaches_no_season() -> None:
    def shut(day: date) -> float:
        return 0.4 if date(2023, 2, 1) <= day < date(2023, 5, 1) else 1.0

    plain = learn_course(dict.fromkeys(WORKED, 500.0), DAYS)
    dipped = learn_course({day: 500.0 * shut(day) for day in WORKED}, DAYS)
    for month in range(1, 13):
        assert dipped.levels.months[month] == pytest.approx(plain.levels.months[month], abs=0.035)
    assert min(dipped.periods) < 250  # the level itself is told as it was


def test_days_off_and_days_without_exams_teach_nothing() -> None:
    totals = dict.fromkeys(WORKED, 500.0)
    course = learn_course(totals, DAYS)
    sundays = {FIRST + timedelta(days=2 + 7 * n): 90.0 for n in range(100)}
    assert learn_course({**totals, **sundays, LAST + timedelta(days=1): 0.0}, DAYS) == course


@pytest.mark.parametrize("length", [0, 1, 19, 20, 39, 249, 250, 251, 505])
def test_any_length_of_history_is_cut_into_whole_periods(length: int) -> None:
    course = learn_course(dict.fromkeys(WORKED[:length], 300.0), DAYS)
    assert len(course.periods) == length // PERIOD_DAYS


def test_what_is_to_come_has_every_working_day_once() -> None:
    course = Course(learn_course({}, DAYS).levels, (500.0,) * 30)
    for after in (date(2025, 12, 31), date(2026, 1, 1), date(2026, 7, 17), date(2026, 12, 30)):
        task = year_end(course, 7, DAYS, after=after, year=2026)
        coming = list(DAYS.calendar.working_days(after + timedelta(days=1), date(2026, 12, 31)))
        assert sum(map(sum, task.usual)) == pytest.approx(len(coming))
        assert [sum(row[m] for row in task.usual) for m in range(12)] == pytest.approx(
            [sum(1 for day in coming if day.month == m + 1) for m in range(12)]
        )
        assert task.has_drift
        assert not task.is_over
    assert year_end(course, 7, DAYS, after=date(2026, 12, 31), year=2026).is_over
