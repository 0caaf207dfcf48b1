"""Days of the hospital, working days, goals and releases: no application, no database."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.workcalendar import (
    ReleaseRule,
    WorkCalendar,
    day_start,
    instant_of,
    local_date_of,
    offset_changes,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")
BERLIN = ZoneInfo("Europe/Berlin")
HAVANA = ZoneInfo("America/Havana")  # clocks skip midnight there in spring
FRIDAY, MONDAY, TUESDAY = date(2026, 11, 20), date(2026, 11, 23), date(2026, 11, 24)

# State Council notice on the holidays of 2026: rest days, then working Saturdays and Sundays.
REST_2026 = [
    *(date(2026, 1, day) for day in (1, 2, 3)),
    *(date(2026, 2, day) for day in range(15, 24)),
    *(date(2026, 4, day) for day in (4, 5, 6)),
    *(date(2026, 5, day) for day in range(1, 6)),
    *(date(2026, 6, day) for day in (19, 20, 21)),
    *(date(2026, 9, day) for day in (25, 26, 27)),
    *(date(2026, 10, day) for day in range(1, 8)),
]
MAKE_UP_2026 = [
    date(2026, 1, 4),
    date(2026, 2, 14),
    date(2026, 2, 28),
    date(2026, 5, 9),
    date(2026, 9, 20),
    date(2026, 10, 10),
]
CALENDAR = WorkCalendar(
    SHANGHAI,
    dict.fromkeys(REST_2026, False) | dict.fromkeys(MAKE_UP_2026, True),
    frozenset({2026}),
)
BARE = WorkCalendar(SHANGHAI, {})


def shanghai(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=SHANGHAI)


def test_half_past_midnight_in_shanghai_belongs_to_the_shanghai_day():
    utc = datetime(2026, 11, 22, 16, 30, tzinfo=UTC)
    assert local_date_of(utc, SHANGHAI) == MONDAY
    assert day_start(MONDAY, SHANGHAI) == datetime(2026, 11, 22, 16, 0, tzinfo=UTC)


def test_results_are_in_utc_and_a_naive_instant_is_refused():
    assert day_start(MONDAY, SHANGHAI).tzinfo is UTC
    with pytest.raises(ValueError, match="naive"):
        local_date_of(datetime(2026, 11, 23), SHANGHAI)  # noqa: DTZ001


@pytest.mark.parametrize(("year", "utc_hour"), [(1986, 15), (1991, 15), (1985, 16), (1992, 16)])
def test_china_had_summer_time_from_1986_to_1991(year: int, utc_hour: int):
    assert day_start(date(year, 7, 1), SHANGHAI) == datetime(year, 6, 30, utc_hour, tzinfo=UTC)


def test_a_day_of_a_zone_with_summer_time_has_23_or_25_hours():
    def hours(day: date) -> float:
        return (day_start(day + timedelta(days=1), BERLIN) - day_start(day, BERLIN)) / timedelta(
            hours=1
        )

    assert (hours(date(2026, 3, 29)), hours(date(2026, 10, 25))) == (23, 25)
    assert hours(date(2026, 6, 1)) == 24


def test_a_skipped_time_is_later_and_a_doubled_one_the_first():
    assert instant_of(date(2026, 3, 29), time(2, 30), BERLIN) == datetime(
        2026, 3, 29, 1, 30, tzinfo=UTC
    )
    assert instant_of(date(2026, 10, 25), time(2, 30), BERLIN) == datetime(
        2026, 10, 25, 0, 30, tzinfo=UTC
    )


def test_a_day_whose_midnight_is_skipped_begins_with_its_first_instant():
    day = date(2026, 3, 8)
    start = day_start(day, HAVANA)
    assert local_date_of(start, HAVANA) == day
    assert local_date_of(start - timedelta(seconds=1), HAVANA) == day - timedelta(days=1)


@given(
    st.dates(date(1975, 1, 1), date(2060, 1, 1)), st.sampled_from([SHANGHAI, BERLIN, HAVANA, UTC])
)
def test_every_day_begins_where_the_day_before_ends(day: date, zone: ZoneInfo):
    start = day_start(day, zone)
    assert local_date_of(start, zone) == day
    assert local_date_of(start - timedelta(microseconds=1), zone) == day - timedelta(days=1)


def test_2026_has_248_working_days():
    days = list(CALENDAR.working_days(date(2026, 1, 1), date(2026, 12, 31)))
    assert len(days) == 248
    assert set(MAKE_UP_2026) <= set(days)
    assert not set(REST_2026) & set(days)


def test_without_a_row_monday_to_friday_is_worked():
    week = [BARE.is_working(MONDAY + timedelta(days=n)) for n in range(7)]
    assert week == [True] * 5 + [False] * 2


def test_a_hospital_may_work_on_a_saturday_or_rest_on_a_monday():
    own = WorkCalendar(SHANGHAI, {date(2026, 11, 21): True, MONDAY: False})
    assert own.next_working_day(FRIDAY) == date(2026, 11, 21)
    assert own.next_working_day(date(2026, 11, 21)) == TUESDAY


def test_next_and_previous_pass_over_a_holiday_and_stop_at_a_make_up_day():
    assert CALENDAR.next_working_day(date(2026, 9, 30)) == date(2026, 10, 8)
    assert CALENDAR.add_working_days(date(2026, 10, 8), -1) == date(2026, 9, 30)
    assert CALENDAR.next_working_day(date(2026, 10, 9)) == date(2026, 10, 10)
    assert CALENDAR.add_working_days(date(2026, 10, 12), -1) == date(2026, 10, 10)


@given(st.dates(date(2025, 12, 1), date(2027, 1, 31)), st.integers(-30, 30))
def test_adding_working_days_and_counting_them_agree(day: date, days: int):
    moved = CALENDAR.add_working_days(day, days)
    assert days == 0 or CALENDAR.is_working(moved)
    if days >= 0:
        assert CALENDAR.working_days_between(day, moved) == days
    elif CALENDAR.is_working(day):
        assert CALENDAR.working_days_between(moved, day) == -days


def test_working_days_between_counts_the_later_day_and_not_the_earlier():
    assert CALENDAR.working_days_between(FRIDAY, FRIDAY) == 0
    assert CALENDAR.working_days_between(FRIDAY, date(2026, 11, 22)) == 0
    assert CALENDAR.working_days_between(FRIDAY, MONDAY) == 1
    assert CALENDAR.working_days_between(MONDAY, FRIDAY) == 0


@pytest.mark.parametrize(
    ("ordered", "due"),
    [
        (shanghai(FRIDAY, 12, 1), shanghai(MONDAY, 12, 1)),
        (shanghai(FRIDAY, 15), shanghai(MONDAY, 15)),
        (shanghai(MONDAY, 9), shanghai(TUESDAY, 9)),
        (shanghai(date(2026, 9, 30), 14), shanghai(date(2026, 10, 8), 14)),
        (shanghai(date(2026, 10, 9), 14), shanghai(date(2026, 10, 10), 14)),
        (shanghai(date(2026, 11, 21), 10), shanghai(TUESDAY, 0)),
    ],
)
def test_24_working_hours_end_at_the_same_hour_of_the_next_working_day(
    ordered: datetime, due: datetime
):
    assert CALENDAR.add_working_hours(ordered, 24) == due


def test_working_hours_within_a_day_and_over_several():
    assert CALENDAR.add_working_hours(shanghai(MONDAY, 9), 3) == shanghai(MONDAY, 12)
    assert CALENDAR.add_working_hours(shanghai(FRIDAY, 9), 48) == shanghai(TUESDAY, 9)


def test_the_same_hour_stays_the_same_hour_when_clocks_change():
    calendar = WorkCalendar(BERLIN, {})
    friday = datetime(2026, 10, 23, 15, tzinfo=BERLIN)
    assert calendar.add_working_hours(friday, 24) == datetime(2026, 10, 26, 15, tzinfo=BERLIN)


def test_a_reserve_is_released_on_the_day_or_on_the_working_day_before():
    on_the_day = ReleaseRule(0, time(8))
    day_before = ReleaseRule(1, time(16))
    assert CALENDAR.release_instant(on_the_day, MONDAY) == shanghai(MONDAY, 8)
    assert CALENDAR.release_instant(day_before, MONDAY) == shanghai(FRIDAY, 16)
    assert CALENDAR.release_instant(day_before, date(2026, 10, 8)) == shanghai(
        date(2026, 9, 30), 16
    )
    assert CALENDAR.release_instant(day_before, date(2026, 10, 12)) == shanghai(
        date(2026, 10, 10), 16
    )


def test_a_year_without_a_published_calendar_is_named():
    assert CALENDAR.is_published(2026)
    assert not CALENDAR.is_published(2027)
    assert CALENDAR.provisional_years(date(2026, 11, 23), date(2026, 12, 31)) == ()
    assert CALENDAR.provisional_years(date(2026, 11, 23), date(2027, 1, 15)) == (2027,)


@pytest.mark.parametrize(
    ("today", "through", "years"),
    [
        (date(2026, 9, 30), date(2027, 1, 15), ()),
        (date(2026, 10, 1), date(2026, 12, 31), ()),
        (date(2026, 10, 1), date(2027, 1, 1), (2027,)),
        (date(2027, 1, 4), date(2027, 3, 1), (2027,)),
    ],
)
def test_next_year_is_asked_for_from_october_on_once_its_days_are_open(
    today: date, through: date, years: tuple[int, ...]
):
    assert CALENDAR.years_to_announce(today, through) == years


def test_clocks_that_are_never_changed_have_one_offset() -> None:
    found = offset_changes(date(2026, 1, 1), date(2026, 12, 31), SHANGHAI)
    assert [seconds for _since, seconds in found] == [8 * 3600]


def test_changes_of_clocks_are_found_to_the_minute() -> None:
    found = offset_changes(date(2026, 1, 1), date(2026, 12, 31), BERLIN)
    assert found == [
        (datetime(2025, 12, 31, 23, tzinfo=UTC), 3600),
        (datetime(2026, 3, 29, 1, tzinfo=UTC), 7200),
        (datetime(2026, 10, 25, 1, tzinfo=UTC), 3600),
    ]
