"""The last weeks of trial data: a department as full, as late and as unlucky as departments are."""

import random
from collections import Counter
from datetime import date, timedelta
from itertools import pairwise

import pytest

from tests.support.databases import Template
from tests.support.department import MONDAY
from tests.support.starting_data import CATALOGUE
from tracker import clock
from tracker.db import read_session
from tracker.drivers.kinds import demanded_kinds
from tracker.drivers.trial_days import WorkedDays
from tracker.drivers.trial_times import Department
from tracker.drivers.trial_troubles import past_closures
from tracker.queries.calendar import work_calendar
from tracker.queries.streams import release_rules
from tracker.queries.weekly_blocks import stored_pattern
from tracker.services.trial_days import PastClosure, PastDay

EXAMS = 766
PATIENTS = range(1, 20_001)


@pytest.fixture
def template() -> Template:
    return CATALOGUE


def worked_days() -> tuple[list[PastDay], list[PastClosure]]:
    """Two weeks and a half before the Monday, of as many working days with closures as there can be."""
    with read_session() as session:
        pattern, calendar = stored_pattern(session), work_calendar(session)
        release = release_rules(session)
    days = list(calendar.working_days(MONDAY - timedelta(days=70), MONDAY - timedelta(days=1)))
    devices = sorted({block.device_id for block in pattern})
    closures = past_closures(days, devices, clock.hospital_zone())
    ids = dict.fromkeys((None, "female", "male"), PATIENTS)
    of = Department(pattern, calendar, release, demanded_kinds(), ids, closures)
    made = WorkedDays(random.Random(7), of)
    return [made.day(day, EXAMS) for day in days[-14:]], closures


@pytest.mark.engines("sqlite")
def test_the_days_are_those_of_a_department(app_context: None) -> None:
    days, closures = worked_days()
    bookings = [each for day in days for each in day.bookings]
    exams = [each for day in days for each in day.exams]
    became = Counter(each.steps[-1].status for each in bookings)
    assert 0.95 < len(exams) / (EXAMS * len(days)) < 1.04
    assert 0.03 < became["no_show"] / (became["no_show"] + became["completed"]) < 0.08
    assert 0.02 < became["cancelled"] / len(bookings) < 0.08
    assert {each.booking_id for each in exams} - {None} == {
        each.id for each in bookings if each.steps[-1].status == "completed"
    }
    assert 0 < sum(bool(each.entered_reason) for each in exams) / len(exams) < 0.02
    # every step later than the one before it, and nobody twice on a day
    assert all(one.at < two.at for each in bookings for one, two in pairwise(each.steps))
    for day in days:
        people = [each.patient_id for each in day.exams]
        assert len(set(people)) == len(people)
        assert all(search.at.date() <= search.wanted_from for search in day.searches)
    assert 40 < sum(len(day.searches) for day in days) < 240
    # one machine failed while patients were booked: it examined nobody then, they were told why
    failed = closures[-1]
    hit = [
        each
        for each in bookings
        if each.device_id == failed.device_id
        and each.starts_at < failed.ends_at
        and failed.starts_at < each.ends_at
    ]
    assert {each.steps[-1].status for each in hit} == {"cancelled"}
    assert failed.reason in {each.steps[-1].reason for each in hit}


def test_only_the_closures_that_the_days_have_room_for_are_made() -> None:
    zone = clock.hospital_zone()
    days = [date(2026, 11, day) for day in range(2, 7)]
    assert len(past_closures(days, [1, 2, 3], zone)) == 1
    assert past_closures(days[:3], [1], zone) == []
