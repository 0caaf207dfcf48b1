"""The demand forecast: even histories, scale, rest days, rare exam types, make-up days, and what is booked."""

import random
from collections.abc import Mapping
from datetime import date, timedelta
from itertools import product
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.domain.days import few_examples
from tracker.domain.cellmeans import Cell
from tracker.domain.daylevels import WorkDays, measure_levels
from tracker.domain.forecast import Booked, Expected, Model, learn, with_booked
from tracker.domain.workcalendar import WorkCalendar

FIRST = date(2026, 3, 2)  # a Monday
MAY_DAY = [date(2026, 5, day) for day in (1, 2, 3, 4, 5)]
MAKE_UP = date(2026, 5, 9)  # a Saturday
AHEAD = date(2026, 8, 31)  # the Monday after 26 weeks
PARTS, STREAMS, EXAM_TYPES = ("morning", "afternoon"), (1, 2), (1, 2, 3)
CELLS = [Cell(*each) for each in product(PARTS, STREAMS, EXAM_TYPES)]
MINUTES = {(stream, exam_type): 5.0 * exam_type for stream in STREAMS for exam_type in EXAM_TYPES}

_known = {**dict.fromkeys(MAY_DAY, False), MAKE_UP: True}
DAYS = WorkDays(WorkCalendar(ZoneInfo("Asia/Shanghai"), _known), frozenset({MAKE_UP}))

History = dict[date, dict[Cell, float]]


def week_ahead() -> list[date]:
    return [AHEAD + timedelta(days=n) for n in range(7)]


def days_before(day: date, weeks: int) -> list[date]:
    return list(DAYS.calendar.working_days(day - timedelta(weeks=weeks), day - timedelta(days=1)))


@st.composite
def histories(draw: st.DrawFn) -> History:
    """Uneven counts of up to 26 weeks, most cells small, some always empty."""
    weeks = draw(st.integers(1, 26))
    usual = draw(st.lists(st.sampled_from([0, 1, 4, 30]), min_size=len(CELLS), max_size=len(CELLS)))
    luck = random.Random(draw(st.integers(0, 9999)))
    return {
        day: {
            cell: float(luck.randint(0, 2 * most)) for cell, most in zip(CELLS, usual, strict=True)
        }
        for day in days_before(AHEAD, weeks)
    }


def told(model: Model, day: date) -> dict[Cell, float]:
    return {cell: model.exams(cell, day) for cell in model.seen}


def sums(expected: list[Expected]) -> float:
    return sum(each.exams for each in expected)


# --- an even history -------------------------------------------------------------------------------


@few_examples
@given(
    counts=st.lists(st.integers(0, 40), min_size=len(CELLS), max_size=len(CELLS)),
    weeks=st.integers(1, 26),
)
def test_a_constant_history_forecasts_itself(counts: list[int], weeks: int) -> None:
    usual = dict(zip(CELLS, map(float, counts), strict=True))
    model = learn(dict.fromkeys(days_before(AHEAD, weeks), usual), DAYS)
    for day in week_ahead()[:5]:
        for cell, exams in usual.items():
            forecast = model.exams(cell, day) if cell in model.seen else 0.0
            assert forecast == pytest.approx(exams, abs=1e-6)


def test_a_week_that_repeats_itself_is_forecast_weekday_by_weekday() -> None:
    def of(day: date) -> dict[Cell, float]:
        return {cell: float(cell.exam_type_id * (1 + day.weekday())) for cell in CELLS}

    model = learn({day: of(day) for day in days_before(AHEAD, 16)}, DAYS)
    for day in week_ahead()[:5]:
        assert told(model, day) == pytest.approx(of(day), rel=1e-3)


def test_nothing_was_done_and_nothing_is_forecast() -> None:
    assert list(learn({}, DAYS).expected(AHEAD, MINUTES)) == []
    shut = learn({AHEAD - timedelta(days=3): {}}, DAYS)
    assert list(shut.expected(AHEAD, MINUTES)) == []


def test_a_day_on_which_the_department_was_shut_is_no_day_without_demand() -> None:
    usual = dict.fromkeys(CELLS, 6.0)
    history = dict.fromkeys(days_before(AHEAD, 8), usual)
    history[AHEAD - timedelta(days=4)] = {}
    assert told(learn(history, DAYS), AHEAD) == pytest.approx(usual)


# --- properties of any history ---------------------------------------------------------------------


@few_examples
@given(history=histories(), factor=st.sampled_from([2, 7]))
def test_so_many_times_the_counts_are_so_many_times_the_forecast(
    history: History, factor: int
) -> None:
    once = learn(history, DAYS)
    more = learn(
        {day: {cell: n * factor for cell, n in counts.items()} for day, counts in history.items()},
        DAYS,
    )
    for day in week_ahead():
        expected = {cell: factor * exams for cell, exams in told(once, day).items()}
        assert told(more, day) == pytest.approx(expected, rel=1e-6, abs=1e-9)


@few_examples
@given(history=histories())
def test_no_cell_is_negative_and_no_rest_day_has_any(history: History) -> None:
    model = learn(history, DAYS)
    for day in (*week_ahead(), *MAY_DAY, MAKE_UP):
        for each in model.expected(day, MINUTES):
            assert DAYS.calendar.is_working(each.local_date)
            assert each.exams > 0
            assert each.spread >= 0
            pair = each.cell.stream_id, each.cell.exam_type_id
            assert each.minutes == pytest.approx(each.exams * MINUTES[pair])


@few_examples
@given(history=histories())
def test_a_stream_is_forecast_as_busy_as_its_last_weeks_were(history: History) -> None:
    """Whatever its cells are drawn to, a stream as a whole stays within what it ever had in a day."""
    model = learn(history, DAYS)
    for stream in model.levels:
        done = [
            sum(n for cell, n in counts.items() if cell.stream_id == stream)
            for counts in history.values()
        ]
        for day in week_ahead()[:5]:
            exams = sum(n for cell, n in told(model, day).items() if cell.stream_id == stream)
            assert exams <= 1.5 * max(done) + 1e-6


# --- few days, rare exam types ---------------------------------------------------------------------


def test_a_rare_exam_type_is_not_nothing_where_it_was_not_seen_yet() -> None:
    """Exam type 3 comes on every third day, never on a Tuesday, and never for stream 2."""
    history = {
        day: {
            **{cell: 10.0 for cell in CELLS if cell.exam_type_id < 3},
            Cell("morning", 1, 3): float(n % 3 == 0 and day.weekday() != 1),
        }
        for n, day in enumerate(days_before(AHEAD, 20))
    }
    model = learn(history, DAYS)
    monday, tuesday = AHEAD, AHEAD + timedelta(days=1)
    assert 0 < model.exams(Cell("morning", 1, 3), tuesday) < 0.2
    assert 0 < model.exams(Cell("morning", 2, 3), monday) < 0.1
    assert 0.2 < model.exams(Cell("morning", 1, 3), monday) < 0.5
    assert Cell("afternoon", 1, 3) not in model.seen  # nobody ever did it then


def test_a_make_up_day_nobody_has_seen_is_worked_like_a_monday() -> None:
    history = {
        day: dict.fromkeys(CELLS, 20.0 if day.weekday() == 0 else 10.0)
        for day in days_before(date(2026, 4, 27), 8)
    }
    assert told(learn(history, DAYS), MAKE_UP) == pytest.approx(
        dict.fromkeys(CELLS, 20.0), rel=1e-3
    )


def test_make_up_days_have_a_history_of_their_own() -> None:
    saturdays = [FIRST + timedelta(days=5, weeks=n) for n in range(20)]
    worked = WorkDays(
        WorkCalendar(DAYS.calendar.zone, dict.fromkeys(saturdays, True)), frozenset(saturdays)
    )
    last = FIRST + timedelta(weeks=19, days=4)
    history = {
        day: dict.fromkeys(CELLS, 4.0 if day in worked.make_up else 10.0)
        for day in worked.calendar.working_days(FIRST, last)
    }
    assert told(learn(history, worked), saturdays[-1]) == pytest.approx(
        dict.fromkeys(CELLS, 4.0), rel=1e-3
    )


def test_a_stream_that_never_comes_on_mondays_nor_on_make_up_days_is_forecast_all_the_same() -> (
    None
):
    rare, daily = Cell("morning", 1, 1), Cell("morning", 2, 1)
    history = {
        day: {daily: 5.0, rare: 0.0 if day == MAKE_UP or day.weekday() == 0 else 4.0}
        for day in days_before(AHEAD, 20)
    }
    model = learn(history, DAYS)
    assert model.exams(rare, AHEAD) < 0.5
    assert model.exams(rare, AHEAD + timedelta(days=1)) == pytest.approx(4.0, rel=0.1)


# --- how busy days are -----------------------------------------------------------------------------


def test_months_are_believed_the_more_the_longer_the_history_is() -> None:
    def factor_of_may(first: date, last: date) -> float:
        totals = {
            day: 130.0 if day.month == 5 else 100.0
            for day in DAYS.calendar.working_days(first, last)
        }
        levels = measure_levels(totals, DAYS)
        return levels.months[5] / levels.months[6]

    last = date(2026, 8, 31)
    half_a_year, a_year, two_years = (
        factor_of_may(last - timedelta(days=days), last) for days in (183, 365, 730)
    )
    assert half_a_year == pytest.approx(1.11, abs=0.02)
    assert a_year == pytest.approx(1.21, abs=0.02)
    assert two_years == pytest.approx(1.29, abs=0.02)


def test_the_day_after_a_break_is_a_kind_of_its_own_and_no_weekend_is_one() -> None:
    breaks = [date(2026, 3, day) for day in (12, 13, 26, 27)]
    days = WorkDays(WorkCalendar(DAYS.calendar.zone, dict.fromkeys(breaks, False)))
    assert days.edge(date(2026, 3, 16)) == "after"
    assert days.edge(date(2026, 3, 11)) == "before"
    assert days.edge(date(2026, 3, 9)) == days.edge(date(2026, 3, 6)) == ""
    worked = days.calendar.working_days(FIRST, date(2026, 7, 31))
    totals = {day: 150.0 if days.edge(day) == "after" else 100.0 for day in worked}
    levels = measure_levels(totals, days)
    assert 1.2 < levels.edges["after"] < 1.5  # two days are half believed
    assert levels.of(date(2026, 7, 1), days) == pytest.approx(1, abs=0.05)


# --- what is booked --------------------------------------------------------------------------------


def expected(cell: Cell, exams: float) -> Expected:
    pair = cell.stream_id, cell.exam_type_id
    return Expected(AHEAD, cell, exams, exams * MINUTES[pair], exams**0.5)


_few = st.dictionaries(st.sampled_from(CELLS), st.integers(0, 30))
_some = st.dictionaries(st.sampled_from(CELLS), st.floats(0.01, 30))


@few_examples
@given(usual=_some, standing=_few)
def test_what_is_booked_is_a_floor_and_the_streams_total_is_kept(
    usual: Mapping[Cell, float], standing: Mapping[Cell, int]
) -> None:
    booked = {(AHEAD, cell): Booked(n, 7 * n) for cell, n in standing.items()}
    found = with_booked([expected(cell, n) for cell, n in usual.items()], booked)
    assert len({each.cell for each in found}) == len(found)
    by_cell = {each.cell: each for each in found}
    for cell, exams in standing.items():
        if exams:
            assert by_cell[cell].exams >= exams - 1e-9
            assert by_cell[cell].minutes >= 7 * exams - 1e-9
    for stream in STREAMS:
        mine = [each for each in found if each.cell.stream_id == stream]
        usually = sum(n for cell, n in usual.items() if cell.stream_id == stream)
        standing_here = sum(n for cell, n in standing.items() if cell.stream_id == stream)
        assert sums(mine) == pytest.approx(max(usually, standing_here))
    assert all(each.spread >= 0 for each in found)


def test_a_day_that_is_not_worked_has_what_is_booked_on_it() -> None:
    saturday = AHEAD + timedelta(days=5)
    model = learn(dict.fromkeys(days_before(AHEAD, 4), dict.fromkeys(CELLS, 5.0)), DAYS)
    booked = {(saturday, CELLS[0]): Booked(2, 30)}
    found = with_booked(model.expected(saturday, MINUTES), booked)
    assert found == [Expected(saturday, CELLS[0], 2.0, 30.0, 0.0)]


def test_what_nobody_has_booked_stays_as_it_was_forecast() -> None:
    usual = [expected(cell, 3.0) for cell in sorted(CELLS)]
    assert sorted(with_booked(usual, {}), key=lambda each: each.cell) == usual


@pytest.mark.parametrize(("booked", "spread"), [(0, 2.0), (3, 1.0), (4, 0.0), (9, 0.0)])
def test_what_is_booked_is_certain(booked: int, spread: float) -> None:
    cell = CELLS[0]
    (each,) = with_booked([expected(cell, 4.0)], {(AHEAD, cell): Booked(booked, 5 * booked)})
    assert each.spread == pytest.approx(spread)
