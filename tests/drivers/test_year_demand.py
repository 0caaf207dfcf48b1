"""The requests of a simulated year: the department's shares, seasons and lead times, the same in any order."""

from collections import Counter
from datetime import date
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from tracker.domain.workcalendar import WorkCalendar, local_date_of
from tracker.drivers.kinds import Kind
from tracker.drivers.trial_people import mrn_of
from tracker.drivers.year_demand import LONGEST_LEAD, Year, YearDemand, YearRequest

ZONE = ZoneInfo("Asia/Shanghai")
CALENDAR = WorkCalendar(zone=ZONE, known={date(2027, 1, 1): False})
SHARES = {"outpatient": 600, "medical_exam": 300, "cadre_ward": 100}
YEAR = Year(2027, exams=20_000, seed=7)


def demand(year: Year = YEAR) -> YearDemand:
    kinds = [
        (code, stream, Kind(1, 1, round(permille * part), minutes, 100, sex))
        for stream, permille in SHARES.items()
        for code, part, minutes, sex in (
            ("abdominal", 0.7, 10, None),
            ("vascular", 0.25, 12, None),
            ("prostate", 0.05, 15, "male"),
        )
    ]
    return YearDemand(year, kinds, CALENDAR)


@cache
def whole_year() -> dict[date, list[YearRequest]]:
    made = demand()
    return {day: made.asked_for(day) for day in made.days}


def everything() -> list[YearRequest]:
    return [request for requests in whole_year().values() for request in requests]


def test_a_year_has_the_exams_and_the_shares_it_is_asked_for() -> None:
    requests = everything()
    assert len(requests) == pytest.approx(YEAR.exams, rel=0.03)
    for stream, permille in SHARES.items():
        share = sum(request.stream == stream for request in requests) / len(requests)
        assert share == pytest.approx(permille / 1000, rel=0.06)
    types = Counter(request.exam_type for request in requests)
    assert types["vascular"] / len(requests) == pytest.approx(0.25, rel=0.05)


def test_mondays_and_the_months_of_check_ups_are_fuller() -> None:
    per_day = {
        day: Counter(request.stream for request in requests)
        for day, requests in whole_year().items()
    }
    mondays = [n["outpatient"] for day, n in per_day.items() if day.weekday() == 0]
    others = [n["outpatient"] for day, n in per_day.items() if day.weekday() != 0]
    ratio = sum(mondays) / len(mondays) / (sum(others) / len(others))
    assert ratio == pytest.approx(1.15, rel=0.04)
    may = [n["medical_exam"] for day, n in per_day.items() if day.month == 5]
    july = [n["medical_exam"] for day, n in per_day.items() if day.month == 7]
    assert sum(may) / len(may) == pytest.approx(2 * sum(july) / len(july), rel=0.12)


def test_a_day_is_the_same_whenever_it_is_made_and_another_with_another_seed() -> None:
    backwards = demand()
    for day in reversed(list(whole_year())[:30]):
        assert backwards.asked_for(day) == whole_year()[day]
    other = demand(Year(2027, YEAR.exams, seed=8))
    assert other.asked_for(other.days[3]) != whole_year()[other.days[3]]


def test_everybody_asks_in_time_and_nobody_twice_at_one_instant() -> None:
    requests = everything()
    assert len({request.asked_at for request in requests}) == len(requests)
    assert len({request.line for request in requests}) == len(requests)
    assert all(one.line < other.line for one, other in pairwise(requests))
    begins = demand().begins
    for request in requests:
        asked_on = local_date_of(request.asked_at, ZONE)
        assert begins <= asked_on <= request.first <= request.last <= YEAR.last
        assert CALENDAR.working_days_between(asked_on, request.first) <= LONGEST_LEAD
        assert request.service_minutes >= 1
        for when in (request.cancels_at, request.moves_at):
            assert when is None or request.asked_at < when


def test_half_of_the_outpatients_ask_on_the_day_and_check_ups_come_in_groups() -> None:
    requests = everything()
    ahead = Counter(
        (request.stream, local_date_of(request.asked_at, ZONE) == request.first)
        for request in requests
    )
    same_day = ahead["outpatient", True] / (ahead["outpatient", True] + ahead["outpatient", False])
    assert same_day == pytest.approx(0.52, abs=0.03)  # with those who come without a booking
    assert ahead["medical_exam", True] == 0
    day = next(day for day in whole_year() if day.month == 5)
    group = [r.asked_at for r in whole_year()[day] if r.stream == "medical_exam"]
    gaps = [(later - one).total_seconds() for one, later in pairwise(group)]
    assert sum(gap < 60 for gap in gaps) >= 0.9 * len(gaps) > 20


def test_people_come_again_and_are_the_same_each_time() -> None:
    visits = Counter(request.person for request in everything())
    assert 1.3 < len(everything()) / len(visits) < 2.6
    made = demand()
    person, _ = visits.most_common(1)[0]
    assert made.facts_of(person) == demand().facts_of(person)
    assert made.facts_of(person).mrn == mrn_of(person)
    assert {made.facts_of(r.person).sex for r in everything() if r.exam_type == "prostate"} == {
        "male"
    }


def test_the_longer_the_wait_the_more_stay_away() -> None:
    shares = [
        sum(request.stays_away(days) for request in everything()) / len(everything())
        for days in (0, 1, 7, 14, 28)
    ]
    assert shares == sorted(shares)
    assert shares[0] == pytest.approx(0.017, abs=0.005)
    assert shares[-1] == pytest.approx(0.12, abs=0.01)
