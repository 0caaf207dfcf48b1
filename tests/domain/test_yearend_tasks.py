"""What a forecast of a year's end is made from: nothing after the day, the same day of other years, the rival."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest

from tracker.domain.daylevels import WorkDays
from tracker.domain.workcalendar import WorkCalendar
from tracker.domain.yearprofile import in_year, same_as_last_year, task_of

DAYS = WorkDays(WorkCalendar(ZoneInfo("Asia/Shanghai"), {}))
WORKED = list(DAYS.calendar.working_days(date(2024, 1, 1), date(2026, 12, 31)))
TOTALS = {day: float(day.year - 2000 + day.month) for day in WORKED}


@pytest.mark.parametrize("through", [date(2025, 12, 31), date(2026, 1, 1), date(2026, 6, 14)])
def test_nothing_after_the_day_is_looked_at(through: date) -> None:
    task = task_of(TOTALS, DAYS, through=through, year=2026)
    later = {day: 9999.0 if day > through else exams for day, exams in TOTALS.items()}
    assert task_of(later, DAYS, through=through, year=2026) == task
    assert task.done == sum(e for day, e in TOTALS.items() if day.year == 2026 and day <= through)


def test_the_same_day_of_another_year() -> None:
    assert in_year(date(2024, 2, 29), 2025) == date(2025, 2, 28)
    assert in_year(date(2024, 2, 29), 2028) == date(2028, 2, 28)
    assert in_year(date(2025, 12, 31), 2024) == date(2024, 12, 31)


def test_same_as_last_year_goes_on_with_its_days() -> None:
    years = {y: sum(e for day, e in TOTALS.items() if day.year == y) for y in (2025, 2026)}
    assert same_as_last_year(TOTALS, through=date(2025, 12, 31), year=2026) == years[2025]
    assert same_as_last_year(TOTALS, through=date(2026, 12, 31), year=2026) == years[2026]
    half = date(2026, 6, 30)
    done = sum(e for day, e in TOTALS.items() if day.year == 2026 and day <= half)
    rest = sum(e for day, e in TOTALS.items() if date(2025, 7, 1) <= day <= date(2025, 12, 31))
    assert same_as_last_year(TOTALS, through=half, year=2026) == done + rest
    assert same_as_last_year(TOTALS, through=half + timedelta(days=184), year=2026) == years[2026]
