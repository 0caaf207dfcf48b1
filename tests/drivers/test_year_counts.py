"""What a simulated year counts beside its rows: the same, where the desk keeps a search once or a row is noted anew."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from tests.support.databases import Template
from tests.support.department import DEPARTMENT, account_id, at
from tests.support.exam_room import book
from tests.support.starting_data import SYSTEM
from tracker.db import read_session
from tracker.drivers.kinds import demanded_kinds
from tracker.drivers.year_asking import Asking
from tracker.drivers.year_course import Course
from tracker.drivers.year_demand import Year, YearDemand
from tracker.drivers.year_patients import Patients
from tracker.queries.calendar import work_calendar
from tracker.queries.simulation import counts_of_rows
from tracker.services.changing import cancel_booking
from tracker.services.run_progress import YearProgress
from tracker.services.taking_over import Takeover, take_over_machine

pytestmark = pytest.mark.usefixtures("app_context")


@pytest.fixture
def template() -> Template:
    return DEPARTMENT


def test_two_who_are_turned_away_within_a_minute_are_one_search_for_driver_and_rows() -> None:
    with read_session() as session:
        demand = YearDemand(Year(2027, 190_000, 7), demanded_kinds(), work_calendar(session))
    course = Course(demand, YearProgress("", 0), by=SYSTEM)
    asking = Asking(course, Patients(course))
    asked = next(each for each in demand.asked_for(date(2027, 3, 1)) if each.is_walk_in)
    for line, seconds in enumerate((0, 20, 90)):  # nothing is opened then: nobody works
        instant = asked.asked_at + timedelta(seconds=seconds)
        asking.note(replace(asked, line=line, asked_at=instant, person=line))
    for _ in course.agenda.live_through(asked.asked_at + timedelta(hours=1)):
        pass
    with read_session() as session:
        assert course.counts["refused"] == counts_of_rows(session, None)["refused"] == 2
    assert list(course.progress.refused.values()) == ["nobody_works"] * 2


def test_a_cancelled_booking_whose_block_is_taken_over_was_cancelled_once() -> None:
    cancel_booking(book(1, at(11)), reason="called off", by=account_id("reception"), now=at(8))
    takeover = Takeover(device="US07", operator="D20", reason="the doctor fell ill")
    take_over_machine(takeover, by=SYSTEM, now=at(10))
    with read_session() as session:
        assert counts_of_rows(session, None)["cancelled"] == 1
