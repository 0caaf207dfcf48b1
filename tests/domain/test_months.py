"""Months: every day lies in one, they follow one another, and the whole ones of some days are those inside them."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.months import last_of_month, month_before, month_end, whole_months

DAY = timedelta(days=1)
DAYS = st.dates(date(2019, 1, 1), date(2033, 12, 31))


@given(DAYS)
def test_a_month_ends_where_the_next_begins(day: date) -> None:
    first, last = day.replace(day=1), last_of_month(day)
    assert first <= day <= last
    assert (last.year, last.month) == (day.year, day.month)
    assert month_end(day) == last + DAY
    assert month_end(day).day == 1
    assert month_before(month_end(day)) == first
    assert month_end(month_before(day)) == first


@given(DAYS, st.integers(0, 500))
def test_whole_months_are_those_of_which_every_day_is_asked_for(first: date, length: int) -> None:
    last = first + length * DAY
    asked = {first + n * DAY for n in range(length + 1)}
    months = {day.replace(day=1) for day in asked}
    whole = {m for m in months if {m + n * DAY for n in range((month_end(m) - m).days)} <= asked}
    begins, ends = whole_months(first, last)
    found = {day.replace(day=1) for day in asked if begins <= day <= ends}
    assert found == whole
    assert not whole or (begins, ends) == (min(whole), last_of_month(max(whole)))
