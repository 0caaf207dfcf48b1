"""Days of the working calendar set by hand, put back, and a year taken over."""

from datetime import date

import pytest
from sqlalchemy import func, select

from tests.support.catalogue import book, last_entry
from tests.support.department import MONDAY, SYSTEM, at
from tracker.db import read_session, transaction
from tracker.domain.errors import InvalidError
from tracker.domain.notices import NoticeDay
from tracker.models import Block, CalendarDay, CalendarYear, Occupancy
from tracker.queries.calendar import known_days, work_calendar
from tracker.services.calendar import (
    set_calendar_day,
    take_over_year,
    unset_calendar_day,
    write_notice,
)
from tracker.services.horizon import open_horizon
from tracker.writes.occupancy import rebuild_occupancy

pytestmark = pytest.mark.usefixtures("app_context")
TUESDAY, SATURDAY, NATIONAL_DAY = date(2026, 11, 24), date(2026, 11, 28), date(2026, 10, 1)


def is_working(day: date) -> bool:
    with read_session() as session:
        return work_calendar(session).is_working(day)


def blocks_on(day: date) -> int:
    with read_session() as session:
        return session.scalar(select(func.count(Block.id)).where(Block.local_date == day))


def test_a_saturday_is_worked_and_opened():
    set_calendar_day(SATURDAY, kind="working", name="加班", by=SYSTEM, now=at(9))
    assert is_working(SATURDAY)
    assert last_entry() == ("change", "calendar_day", {"kind": [None, "working"]})
    open_horizon(by=SYSTEM, now=at(9), through=SATURDAY)
    assert blocks_on(SATURDAY) == 42


def test_a_day_no_longer_worked_loses_its_blocks_but_for_those_with_bookings():
    book("abdominal", "US12", at(10, day=1))
    left = set_calendar_day(TUESDAY, kind="holiday", name="院庆", by=SYSTEM, now=at(9))
    assert left == 1
    assert blocks_on(TUESDAY) == 1
    with read_session() as session:
        keys = [
            tuple(k) for k in session.execute(select(Occupancy.device_id, Occupancy.local_date))
        ]
    with transaction() as session:
        assert rebuild_occupancy(session, keys) == 0


def test_a_day_put_back_is_as_the_state_or_the_weekday_has_it():
    for day in (NATIONAL_DAY, TUESDAY):
        set_calendar_day(day, kind="make_up", by=SYSTEM, now=at(9))
        assert is_working(day)
        unset_calendar_day(day, by=SYSTEM, now=at(9))
    assert not is_working(NATIONAL_DAY)
    assert is_working(TUESDAY)
    with read_session() as session:
        rows = {row.local_date: row for row in known_days(session, 2026)}
    assert rows[NATIONAL_DAY].name == "国庆节"
    assert TUESDAY not in rows


def test_putting_back_a_day_nobody_set_changes_nothing():
    assert unset_calendar_day(NATIONAL_DAY, by=SYSTEM, now=at(9)) == 0
    assert last_entry()[1] != "calendar_day"


def test_a_past_day_may_be_corrected_and_its_blocks_stay():
    set_calendar_day(MONDAY, kind="holiday", by=SYSTEM, now=at(9, day=1))
    assert not is_working(MONDAY)
    assert blocks_on(MONDAY) == 42


@pytest.mark.parametrize(
    ("day", "kind", "name", "field"),
    [
        (TUESDAY, "feast", "", "kind"),
        (TUESDAY, "rest", "x" * 81, "name"),
        (date(1999, 1, 1), "rest", "", "year"),
    ],
)
def test_what_cannot_be_is_refused(day: date, kind: str, name: str, field: str):
    with pytest.raises(InvalidError) as refusal:
        set_calendar_day(day, kind=kind, name=name, by=SYSTEM, now=at(9))
    assert refusal.value.field == field


def test_a_year_taken_over_leaves_what_was_set_by_hand():
    set_calendar_day(NATIONAL_DAY, kind="working", by=SYSTEM, now=at(9))
    with transaction() as session:
        session.execute(CalendarDay.__table__.delete().where(CalendarDay.is_overridden.is_(False)))
        session.execute(CalendarYear.__table__.delete())
    assert is_working(date(2026, 10, 2))
    assert take_over_year(2026, by=SYSTEM, now=at(9)) == 0
    assert not is_working(date(2026, 10, 2))
    assert is_working(NATIONAL_DAY)
    with read_session() as session:
        assert work_calendar(session).is_published(2026)
    assert last_entry()[2]["is_published"] is True


def test_a_year_not_announced_stays_provisional():
    take_over_year(2027, by=SYSTEM, now=at(9))
    with read_session() as session:
        assert not work_calendar(session).is_published(2027)
    with pytest.raises(InvalidError):
        take_over_year(3000, by=SYSTEM, now=at(9))


def test_a_forecast_day_that_the_notice_leaves_out_loses_its_blocks():
    """A Saturday that was expected to be made up is rest after all: nobody may book it any more."""
    with transaction() as session:
        session.execute(CalendarYear.__table__.update().values(is_published=False))
        day = CalendarDay(local_date=SATURDAY, kind="make_up", name="", is_overridden=False)
        session.add(day)
    open_horizon(by=SYSTEM, now=at(9), through=SATURDAY)
    assert blocks_on(SATURDAY) == 42
    book("abdominal", "US12", at(10, day=5))
    notice = [NoticeDay(NATIONAL_DAY, "holiday", "国庆节")]
    left = write_notice(2026, notice, is_final=True, by=SYSTEM, now=at(9))
    assert not is_working(SATURDAY)
    assert (left, blocks_on(SATURDAY)) == (1, 1)
