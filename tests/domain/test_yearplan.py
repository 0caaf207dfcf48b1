"""The plan line: its parts add up to the target, it never falls, gaps are told in exams and in working days."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.domain.days import examples
from tracker.domain.daylevels import MAKE_UP, DayLevels, WorkDays
from tracker.domain.workcalendar import WorkCalendar
from tracker.domain.yearplan import YearPlan, plan_year

ZONE = ZoneInfo("Asia/Shanghai")
EVERY_WEEKDAY = WorkDays(WorkCalendar(ZONE, {}))
MAKE_UP_DAY = date(2026, 2, 28)  # a Saturday
WITH_MAKE_UP = WorkDays(WorkCalendar(ZONE, {MAKE_UP_DAY: True}), frozenset({MAKE_UP_DAY}))

factors = st.floats(0.05, 4.0)
levels_known = st.builds(
    DayLevels,
    st.dictionaries(st.integers(0, MAKE_UP), factors),
    st.dictionaries(st.integers(1, 12), factors),
    st.dictionaries(st.sampled_from(["before", "after"]), factors),
)
years = st.integers(2000, 2100)
targets = st.integers(1, 10_000_000)
days_off = st.sets(st.integers(0, 365), max_size=60)


def plan(year: int, target: int, days: WorkDays = EVERY_WEEKDAY, **levels: DayLevels) -> YearPlan:
    made = plan_year(year, target, days, levels.get("levels"))
    assert made is not None
    return made


def closed_on(year: int, offsets: set[int]) -> WorkDays:
    known = {date(year, 1, 1) + timedelta(days=each): False for each in offsets}
    return WorkDays(WorkCalendar(ZONE, known))


@examples
@given(years, targets, levels_known, days_off)
def test_the_parts_add_up_to_the_target_and_no_day_takes_from_it(
    year: int, target: int, levels: DayLevels, offsets: set[int]
) -> None:
    made = plan(year, target, closed_on(year, offsets), levels=levels)
    first, last = date(year, 1, 1), date(year, 12, 31)
    every_day = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    parts = {day: made.on(day) for day in every_day}
    assert min(parts.values()) >= 0
    assert sum(parts.values()) == made.through(last) == made.between(first, last) == target
    assert {day for day, part in parts.items() if part} <= set(made.days)
    assert made.through(first - timedelta(days=1)) == 0


@examples
@given(years, targets, levels_known)
def test_months_add_up_to_the_target(year: int, target: int, levels: DayLevels) -> None:
    made = plan(year, target, levels=levels)
    firsts = [date(year, month, 1) for month in range(1, 13)] + [date(year + 1, 1, 1)]
    lasts = [first - timedelta(days=1) for first in firsts[1:]]
    assert sum(made.between(*month) for month in zip(firsts[:-1], lasts, strict=True)) == target


@examples
@given(years, targets)
def test_an_even_line_gives_every_working_day_the_same_but_for_one(year: int, target: int) -> None:
    made = plan(year, target)
    parts = [made.on(day) for day in made.days]
    assert max(parts) - min(parts) <= 1


@pytest.mark.parametrize(("year", "days"), [(2023, 260), (2024, 262), (2000, 260), (2100, 261)])
def test_leap_years_have_their_day(year: int, days: int) -> None:
    made = plan(year, 261_000)
    assert len(made.days) == days
    assert made.days_through(date(year, 12, 31)) == days
    assert (made.on(date(year, 2, 28) + timedelta(days=1)) > 0) == (
        (date(year, 2, 28) + timedelta(days=1)).weekday() < 5
    )


def test_a_year_in_which_nobody_works_has_no_line() -> None:
    assert plan_year(2026, 1000, closed_on(2026, set(range(366)))) is None


def test_busy_weekdays_months_and_make_up_days_have_more() -> None:
    levels = DayLevels({0: 1.5, 4: 0.5}, {3: 2.0}, {})
    made = plan(2026, 1_000_000, WITH_MAKE_UP, levels=levels)
    monday, friday, tuesday = date(2026, 6, 1), date(2026, 6, 5), date(2026, 6, 2)
    assert made.on(monday) == pytest.approx(3 * made.on(friday), abs=3)
    assert made.on(date(2026, 3, 3)) == pytest.approx(2 * made.on(tuesday), abs=3)
    assert made.on(MAKE_UP_DAY) == pytest.approx(made.on(date(2026, 2, 23)), abs=1)  # as a Monday


@examples
@given(years, targets, levels_known, st.integers(0, 365))
def test_being_on_the_line_is_no_gap(
    year: int, target: int, levels: DayLevels, offset: int
) -> None:
    made = plan(year, target, levels=levels)
    day = min(date(year, 1, 1) + timedelta(days=offset), date(year, 12, 31))
    gap = made.gap(made.through(day), day)
    assert (gap.exams, gap.working_days) == (0, 0)


@examples
@given(years, st.integers(1000, 1_000_000), levels_known, st.data())
def test_more_exams_never_are_fewer_days_ahead(
    year: int, target: int, levels: DayLevels, data: st.DataObject
) -> None:
    made = plan(year, target, levels=levels)
    day = data.draw(st.sampled_from(made.days))
    fewer, more = sorted(data.draw(st.tuples(*[st.integers(0, 2 * target)] * 2)))
    one, other = made.gap(fewer, day), made.gap(more, day)
    assert other.exams - one.exams == more - fewer
    assert one.exams == fewer - made.through(day)
    assert one.working_days <= other.working_days or 0 in (one.exams, other.exams)


def test_a_gap_is_told_in_the_working_days_of_the_line() -> None:
    made = plan(2026, 261 * 100)  # a hundred a day
    tenth = made.days[9]
    assert made.gap(1250, tenth).working_days == pytest.approx(2.5)
    assert made.gap(700, tenth).working_days == pytest.approx(-3)
    assert made.gap(0, tenth).working_days == pytest.approx(-10)
    beyond = made.gap(2 * 26_100, date(2026, 12, 31))
    assert (beyond.exams, beyond.working_days) == (26_100, pytest.approx(261))


def test_a_weekend_after_the_day_changes_nothing() -> None:
    made = plan(2026, 190_000)
    friday, sunday = date(2026, 11, 20), date(2026, 11, 22)
    assert made.gap(170_000, friday) == made.gap(170_000, sunday)
    assert made.on(sunday) == 0
