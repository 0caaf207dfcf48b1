"""The band a patient is told: it holds the start, follows the last one, and is never told twice a list."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.age import age_on
from tracker.domain.arrival import arrival_band, first_of_each_band, is_day_to_arrive, may_be_missed
from tracker.domain.supply import Opening

SHANGHAI = ZoneInfo("Asia/Shanghai")
MIDNIGHT = datetime(2026, 11, 22, 16, 0, tzinfo=UTC)  # Monday 00:00 in Shanghai


def at(hour: int, minute: int) -> datetime:
    return MIDNIGHT + timedelta(hours=hour, minutes=minute)


def opening(start: datetime) -> Opening:
    end = start + timedelta(minutes=8)
    return Opening(start, end, 1, 1, None, start.astimezone(SHANGHAI).date())


def test_bands_follow_each_other_from_local_midnight() -> None:
    band = arrival_band(at(8, 34), minutes=30, zone=SHANGHAI)
    assert (band.start, band.end) == (at(8, 30), at(9, 0))
    assert arrival_band(at(9, 0), minutes=30, zone=SHANGHAI).start == at(9, 0)
    assert arrival_band(at(8, 34), minutes=45, zone=SHANGHAI).start == at(8, 15)


def test_what_is_left_of_a_band_is_counted_in_whole_later_minutes() -> None:
    band = arrival_band(at(8, 34), minutes=30, zone=SHANGHAI)
    assert band.minutes_after(at(8, 34)) == 25  # 08:59 is the last minute of it
    assert band.minutes_after(at(8, 59)) == 0


@given(minute=st.integers(0, 1439), width=st.integers(5, 240), later=st.integers(0, 239))
def test_a_start_within_the_minutes_left_is_told_the_same_band(
    minute: int, width: int, later: int
) -> None:
    start = MIDNIGHT + timedelta(minutes=minute)
    band = arrival_band(start, minutes=width, zone=SHANGHAI)
    assert band.start <= start < band.end
    other = start + timedelta(minutes=later)
    same = arrival_band(other, minutes=width, zone=SHANGHAI) == band
    if other.astimezone(SHANGHAI).date() == start.astimezone(SHANGHAI).date():
        assert same == (later <= band.minutes_after(start))


@given(st.lists(st.integers(0, 3 * 1440 - 1), unique=True), st.integers(5, 240))
def test_each_band_is_offered_once_and_by_its_first(minutes: list[int], width: int) -> None:
    found = [opening(MIDNIGHT + timedelta(minutes=minute)) for minute in sorted(minutes)]
    firsts = first_of_each_band(found, minutes=width, zone=SHANGHAI)
    bands = [arrival_band(one.start, minutes=width, zone=SHANGHAI) for one in found]
    assert [arrival_band(one.start, minutes=width, zone=SHANGHAI) for one in firsts] == list(
        dict.fromkeys(bands)
    )
    assert all(found[bands.index(band)] in firsts for band in bands)


@given(st.sets(st.tuples(st.integers(0, 1439), st.integers(1, 3))), st.integers(5, 240))
def test_a_device_that_is_preferred_stands_for_its_bands(
    places: set[tuple[int, int]], width: int
) -> None:
    found = [
        replace(opening(MIDNIGHT + timedelta(minutes=minute)), device_id=device)
        for minute, device in sorted(places)
    ]
    firsts = first_of_each_band(found, minutes=width, zone=SHANGHAI, device_id=2)
    for first in firsts:
        band = arrival_band(first.start, minutes=width, zone=SHANGHAI)
        inside = [each for each in found if band.start <= each.start < band.end]
        preferred = [each for each in inside if each.device_id == 2]
        assert first == (preferred or inside)[0]


def test_an_age_is_completed_years() -> None:
    born = date(2000, 2, 29)
    assert [age_on(born, day) for day in (date(2026, 2, 28), date(2026, 3, 1), born)] == [25, 26, 0]
    assert age_on(date(2026, 11, 24), date(2026, 11, 23)) == 0


def test_patients_come_on_the_day_and_past_midnight_while_their_time_runs() -> None:
    late = (at(23, 50), at(24, 10))
    told = [
        is_day_to_arrive(*late, now, zone=SHANGHAI)
        for now in (at(-1, 59), at(0, 0), at(23, 59), at(24, 5), at(24, 10))
    ]
    assert told == [False, True, True, True, False]


def test_nobody_has_missed_what_has_not_begun() -> None:
    assert [may_be_missed(at(9, 0), now) for now in (at(8, 59), at(9, 0), at(9, 1))] == [
        False,
        True,
        True,
    ]
